// The rows and changes of tests/golden/ref/mariadb/{01-schema,02-changes}.sql for each topic, typed
// by hand, in the order of the recorded events.
#pragma once

#include "unit/format/mysql_golden_tables.h"

namespace tidewire::testing {

inline TopicScript MysqlNumsScript() {
  const char* const N = nullptr;
  const Row first = {"1",
                     "1",
                     "5",
                     "-5",
                     "250",
                     "-30000",
                     "60000",
                     "-8000000",
                     "16000000",
                     "-2000000000",
                     "4000000000",
                     "42",
                     "-9000000000000000000",
                     "18000000000000000000",
                     "1.5",
                     "123.4567",
                     "2.5",
                     "3.5",
                     "12.34",
                     "12345",
                     "1.000000000000000000000000000001",
                     "12.345",
                     "1.500",
                     "1",
                     "10101",
                     "11110000",
                     "10000000000000001",
                     "1111000011110000111100001111000011110000111100001111000011110000"};
  Row updated = first;
  updated[9] = "7";
  Row moved = updated;
  moved[0] = "101";
  const auto numbers = [&](const char* id, const char* f, const char* d, const char* d10_2) {
    Row row(28, N);
    row[0] = id;
    row[14] = f;
    row[16] = d;
    row[18] = d10_2;
    return row;
  };
  const char* const zeros64 = "0000000000000000000000000000000000000000000000000000000000000000";
  const char* const ones64 = "1111111111111111111111111111111111111111111111111111111111111111";
  const char* const nines = "99999999999999999999999999999999999.999999999999999999999999999999";
  const char* const minus_nines =
      "-99999999999999999999999999999999999.999999999999999999999999999999";
  return {{{MakeMysqlTable("nums", kMysqlNums),
            {{'r', first},
             {'r', numbers("2", N, N, N)},
             {'c',
              {"3",
               "0",
               "127",
               "127",
               "255",
               "32767",
               "65535",
               "8388607",
               "16777215",
               "2147483647",
               "4294967295",
               "99999",
               "9223372036854775807",
               "18446744073709551615",
               "3.402823e38",
               "999.9999",
               "1.7976931348623157e308",
               "1e-300",
               "99999999.99",
               "99999",
               nines,
               "99999.999",
               "999.999",
               "1",
               "11111",
               "11111111",
               "11111111111111111",
               ones64}},
             {'c',
              {"4",
               "1",
               "-128",
               "-128",
               "0",
               "-32768",
               "0",
               "-8388608",
               "0",
               "-2147483648",
               "0",
               "0",
               "-9223372036854775808",
               "0",
               "-3.402823e38",
               "-999.9999",
               "-1.7976931348623157e308",
               "0",
               "-99999999.99",
               "-99999",
               minus_nines,
               "0.000",
               "-0.001",
               "0",
               "00000",
               "00000000",
               "00000000000000000",
               zeros64}},
             {'c', numbers("5", "0.1", "0.1", "0.10")},
             {'c', numbers("6", "1e-45", "5e-324", "-0.01")},
             {'c', numbers("7", "16777216", "9007199254740992", "100.00")},
             {'u', updated, first},
             {'k', moved, updated},
             {'d', {}, numbers("2", N, N, N)}}}}};
}

// In the recording of the MySQL connector the table lacks its UUID column; the rows are the same.
inline TopicScript MysqlStrsScript() {
  const char* const N = nullptr;
  return {{{MakeMysqlTable("strs", kMysqlStrs),
            {{'r', {"1",         "ab",
                    "c",         "varchar",
                    "latén",     "utf8",
                    "u16é",      "tiny",
                    "text",      "medium",
                    "long",      "\\x00ff000000",
                    "\\x00ff10", "\\x01",
                    "\\x0203",   "\\x04",
                    "\\x05",     "a",
                    "x,y",       "{\"b\": 1, \"a\":[1,2,{\"x\":null}]}",
                    "nch",       "123e4567-e89b-12d3-a456-426614174000"}},
             {'r', {"2"}},
             {'c', {"3",   "",
                    "",    "",
                    "",    "",
                    "",    "",
                    "",    "",
                    "",    "\\x0000000000",
                    "\\x", "\\x",
                    "\\x", "\\x",
                    "\\x", "",
                    "",    "\"\"",
                    "",    "00000000-0000-0000-0000-000000000000"}},
             {'c', {"4",       "ab",   "✓",
                    "漢字 😀",  "äöü€", "ünï",
                    "漢",      N,      "tab\tnl\nq\"\\",
                    N,         N,      "\\x0102030405",
                    N,         N,      N,
                    N,         N,      "b,c",
                    "x,y,z z", "null"}},
             {'c',
              {"5",
               "😀",
               "é",
               "null",
               "ÿ",
               "NULL",
               "😀",
               N,
               kNulCharacter,
               N,
               N,
               "\\xff00000000",
               N,
               N,
               N,
               N,
               N,
               "d'e",
               "",
               "[1.0, 1e400, 12345678901234567890123]"}}}}}};
}

inline TopicScript MysqlTimesScript() {
  const char* const N = nullptr;
  const char* const epoch = "1970-01-01 00:00:00";
  const char* const second = "1970-01-01 00:00:01+00";
  const char* const millennium = "2001-01-01 00:00:00+00";
  return {{{MakeMysqlTable("times", kMysqlTimes),
            {{'r',
              {"1", "2024-02-29", "12:34:56", "12:34:56.789", "12:34:56.789012",
               "2024-02-29 12:34:56", "2024-02-29 12:34:56.7", "2024-02-29 12:34:56.789",
               "2024-02-29 12:34:56.789", "2024-02-29 12:34:56.789012", "2024-02-29 12:34:56+00",
               "2024-02-29 12:34:56.789+00", "2024-02-29 12:34:56.789012+00", "2024", "1999"}},
             {'r', {"2"}},
             {'c',
              {"3", "1970-01-01", "00:00:00", "00:00:00", "00:00:00", epoch, epoch, epoch, epoch,
               epoch, second, second, second, "1901", "2155"}},
             {'c',
              {"4", "1000-01-01", "-838:59:59", "-838:59:59.999", "-838:59:59.999999",
               "1000-01-01 00:00:00", "1000-01-01 00:00:00", "1000-01-01 00:00:00.001",
               "1000-01-01 00:00:00", "1000-01-01 00:00:00.000001", "2038-01-19 03:14:07+00",
               "2038-01-19 03:14:07.999+00", "2038-01-19 03:14:07.999999+00", "2000", "1970"}},
             {'c',
              {"5", "9999-12-31", "838:59:59", "838:59:59.999", "838:59:59.999999",
               "9999-12-31 23:59:59", "9999-12-31 23:59:59.9", "9999-12-31 23:59:59.999",
               "9999-12-31 23:59:59.9999", "9999-12-31 23:59:59.999999", millennium, millennium,
               millennium, "0", "0"}},
             {'c',
              {"6", "1500-03-01", "24:00:00", "-00:00:01.5", "-00:00:00.000001",
               "1582-10-10 10:10:10", N, N, N, "1969-12-31 23:59:59.999999"}}}}}};
}

// A zero date comes as NULL; in a NOT NULL column as 1970-01-01, or as NULL, too. A zero TIMESTAMP
// is the second 0 in a binlog, and NULL in a snapshot.
inline TopicScript MysqlZeroDatesScript() {
  const char* const N = nullptr;
  const char* const epoch = "1970-01-01 00:00:00";
  const char* const epoch_utc = "1970-01-01 00:00:00+00";
  return {{{MakeMysqlTable("zdates", kMysqlZeroDates),
            {{'r', {"1", "1970-01-01", N, epoch, N, epoch_utc, N, "2000"}},
             {'c', {"2", N, N, N, N, epoch_utc, epoch_utc, "0"}},
             {'c', {"3", N, N, N, "2024-02-28 00:00:00", "2024-01-01 00:00:00+00", N, "2024"}}}}}};
}

inline TopicScript MysqlGeoScript() {
  return {{{MakeMysqlTable("geo", kMysqlGeo),
            {{'r',
              {"1", "\\x000000000101000000000000000000f03f0000000000000040",
               "\\x000000000101000000000000000000f83f00000000000004c0",
               "\\x0000000001020000000200000000000000000000000000000000000000000000000000f03f000000"
               "000000f03f",
               "\\x000000000103000000010000000400000000000000000000000000000000000000000000000000f0"
               "3f0000000000000000000000000000f03f000000000000f03f00000000000000000000000000000000",
               "\\x00000000010400000002000000010100000000000000000000000000000000000000010100000000"
               "0000000000f03f000000000000f03f",
               "\\x00000000010500000001000000010200000002000000000000000000000000000000000000000000"
               "00000000f03f000000000000f03f",
               "\\x00000000010600000001000000010300000001000000040000000000000000000000000000000000"
               "0000000000000000f03f0000000000000000000000000000f03f000000000000f03f000000000000000"
               "00000000000000000",
               "\\x000000000107000000010000000101000000000000000000f03f000000000000f03f",
               "\\xe6100000010100000000000000000024400000000000003440"}},
             {'r', {"2"}},
             {'c',
              {"3", "\\x00000000010700000000000000",
               "\\x00000000010100000000000000000000000000000000000000",
               "\\x0000000001020000000300000000000000000000000000000000000000000000000000f43f000000"
               "000000f03f00000000000000400000000000000040",
               "\\x00000000010300000002000000040000000000000000000000000000000000000000000000000024"
               "40000000000000000000000000000024400000000000002440000000000000000000000000000000000"
               "4000000000000000000f03f000000000000f03f0000000000000040000000000000f03f000000000000"
               "00400000000000000040000000000000f03f000000000000f03f"}}}}}};
}

inline TopicScript MysqlDefsScript() {
  const auto row = [](const char* id, const char* inv) {
    return Row{id,     "42",         "x'y", kRecorded, "1.50",
               "1",    "2020-01-02", "X'Y", "43",      "2020-01-02 03:04:05.678",
               "1.25", "",           "q",   "1",       "01:02:03",
               "2020", kRecorded,    inv};
  };
  Row nulls = row("2", "3");
  nulls[1] = "1";
  nulls[2] = nulls[7] = nullptr;
  nulls[8] = "2";
  return {{{MakeMysqlTable("defs", kMysqlDefs),
            {{'r', row("1", "3")}, {'c', nulls}, {'c', row("3", "3")}, {'c', row("10", "7")}}}}};
}

// The key's columns come in the key's own order.
inline TopicScript MysqlPk2Script() {
  const auto table = MakeMysqlTable(
      "pk2", {{"b", "varchar(10)", "k"}, {"a", "int(11)", "k"}, {"v", "varchar(20)"}}, {1, 0});
  return {{{table,
            {{'r', {"k", "1", "v"}},
             {'c', {"k2", "2", nullptr}},
             {'u', {"k", "1", "new"}, {"k", "1", "v"}},
             {'k', {"kk", "1", "new"}, {"k", "1", "new"}},
             {'d', {}, {"k2", "2", nullptr}},
             {'c', {"t", "10", "a"}},
             {'u', {"t", "10", "b"}, {"t", "10", "a"}},
             {'d', {}, {"t", "10", "b"}},
             {'c', {"t", "10", "again"}},
             {'c', {"u", "20", "one"}},
             {'u', {"u", "20", "two"}, {"u", "20", "one"}},
             {'u', {"u", "20", "three"}, {"u", "20", "two"}}}}}};
}

inline TopicScript MysqlDdlScript() {
  const ColumnSpec first = {"first_c", "int(11)"};
  const ColumnSpec id = {"id", "int(11)", "k"};
  const ColumnSpec a = {"a", "int(11)"};
  const ColumnSpec big_a = {"a", "bigint(20) unsigned"};
  const ColumnSpec key_a = {"a", "bigint(20) unsigned", "k"};
  const ColumnSpec mid = {"mid_c", "int(11)"};
  const ColumnSpec b = {"b", "varchar(10)", "d", "dflt"};
  const ColumnSpec bb = {"bb", "varchar(20)", "nd", "q"};
  return {
      {{MakeMysqlTable("ddl", {id, a}), {{'r', {"1", "1"}}, {'c', {"2", "2"}}}},
       {MakeMysqlTable("ddl", {id, a, b}), {{'c', {"3", "3", "b3"}}}},
       {MakeMysqlTable("ddl", {first, id, a, mid, b}), {{'c', {"0", "33", "33", "5", "b33"}}}},
       {MakeMysqlTable("ddl", {first, id, big_a, mid, b}),
        {{'u',
          {nullptr, "2", "18446744073709551615", nullptr, "dflt"},
          {nullptr, "2", "2", nullptr, "dflt"}}}},
       {MakeMysqlTable("ddl", {first, id, big_a, mid, bb}), {{'c', {"0", "4", "4", "4", "bb4"}}}},
       {MakeMysqlTable("ddl", {id, big_a, mid}), {{'c', {"5", "5", "5"}}}},
       {MakeMysqlTable("ddl", {id, key_a, mid}),
        {{'c', {"6", "6", "6"}}, {'d', {}, {"5", "5", "5"}}}}}};
}

inline void AddMysqlSmallScripts(TopicScripts& scripts) {
  const ColumnSpec id = {"id", "int(11)", "k"};
  const ColumnSpec v = {"v", "varchar(10)"};
  const auto one = [&](const std::string& topic, const model::TableSchemaPtr& table,
                       std::vector<Change> changes) {
    scripts[topic] = {{{table, std::move(changes)}}};
  };
  one("nopk", MakeMysqlTable("nopk", {{"a", "int(11)"}, {"b", "varchar(10)"}}),
      {{'r', {"1", "snap"}},
       {'c', {"2", "x"}},
       {'c', {"2", "x"}},
       {'c', {nullptr, nullptr}},
       {'u', {"2", "y"}, {"2", "x"}},
       {'u', {"2", "y"}, {"2", "x"}},
       {'d', {}, {"1", "snap"}}});
  one("uniq",
      MakeMysqlTable("uniq", {{"a", "int(11)", "k"}, {"b", "varchar(10)", "k"}, {"c", "int(11)"}}),
      {{'r', {"1", "snap", "1"}},
       {'u', {"1", "snap", "2"}, {"1", "snap", "1"}},
       {'k', {"1", "u2", "2"}, {"1", "snap", "2"}},
       {'d', {}, {"1", "u2", "2"}}});
  one("part", MakeMysqlTable("part", {id, {"r", "int(11)", "k"}}),
      {{'r', {"1", "1"}},
       {'r', {"2", "20"}},
       {'c', {"3", "3"}},
       {'k', {"3", "30"}, {"3", "3"}},
       {'d', {}, {"3", "30"}}});
  one("big", MakeMysqlTable("big", {id, {"small", "int(11)"}, {"big", "longtext"}}),
      {{'r', {"1", "1", kRecorded}},
       {'c', {"2", "1", kRecorded}},
       {'u', {"1", "2", kRecorded}, {"1", "1", kRecorded}},
       {'u', {"2", "2", kRecorded}, {"2", "1", kRecorded}},
       {'d', {}, {"1", "2", kRecorded}}});
  one("We_ird.N_me",
      MakeMysqlTable("We ird.Näme", {{"Id", "int(11)", "k"},
                                     {"col umn", "varchar(5)"},
                                     {"ünï", "varchar(5)"},
                                     {"a-b", "int(11)"},
                                     {"1x", "int(11)"}}),
      {{'r', {"1", "x", "y", "2", "3"}},
       {'u', {"1", "z", "y", "2", "3"}, {"1", "x", "y", "2", "3"}}});
  one("trunc1", MakeMysqlTable("trunc1", {id}), {{'r', {"1"}}, {'t', {}}, {'c', {"5"}}});
  one("late", MakeMysqlTable("late", {id, v}),
      {{'r', {"1", "l1"}},
       {'r', {"2", "l2"}},
       {'r', {"3", "l3"}},
       {'r', {"4", "l4"}},
       {'r', {"5", "l5"}}});
  one("mem", MakeMysqlTable("mem", {id, {"v", "int(11)"}}),
      {{'r', {"1", "1"}}, {'c', {"2", "2"}}, {'c', {"3", "3"}}});
  one("ddl_renamed",
      MakeMysqlTable("ddl_renamed", {id, {"a", "bigint(20) unsigned", "k"}, {"mid_c", "int(11)"}}),
      {{'c', {"7", "7", "7"}}});
  one("created_later", MakeMysqlTable("created_later", {id, v}), {{'c', {"1", "x"}}});
  one("ctas", MakeMysqlTable("ctas", {{"id", "int(11)", "n"}, v}), {{'c', {"1", "x"}}});
  one("end_t", MakeMysqlTable("end_t", {id}), {{'c', {"999"}}});
}

inline TopicScripts AllMysqlScripts() {
  TopicScripts scripts;
  scripts["nums"] = MysqlNumsScript();
  scripts["strs"] = MysqlStrsScript();
  scripts["times"] = MysqlTimesScript();
  scripts["zdates"] = MysqlZeroDatesScript();
  scripts["geo"] = MysqlGeoScript();
  scripts["defs"] = MysqlDefsScript();
  scripts["pk2"] = MysqlPk2Script();
  scripts["ddl"] = MysqlDdlScript();
  AddMysqlSmallScripts(scripts);
  return scripts;
}

// What tests/golden/ref/mysql has otherwise: JSON is a type of its own there, vectors are in place
// of UUIDs, coordinates of SRID 4326 are latitude first, and a default may be an expression.
inline TopicScripts AllMysql9Scripts() {
  TopicScripts scripts = AllMysqlScripts();
  auto columns = kMysqlStrs;
  columns[19].type = "json";
  columns.back() = {"v", "vector(3)"};
  TopicScript::Part& strs = scripts["strs"].parts[0];
  strs.table = MakeMysqlTable("strs", columns);
  for (Change& change : strs.changes) {
    change.after.resize(21);
    if (change.after[19] != nullptr) change.after[19] = kRecorded;
  }
  strs.changes[0].after.push_back("\\x0000803f000020c07684df50");
  Row dates(22, nullptr);
  dates[0] = "6";
  dates[19] = kRecorded;
  strs.changes.push_back({'c', dates});
  strs.changes.push_back({'u', strs.changes[0].after, strs.changes[0].after});

  // MySQL's TIME ends without a fraction.
  std::vector<Change>& times = scripts["times"].parts[0].changes;
  times[3].after[3] = times[3].after[4] = "-838:59:59";
  times[4].after[3] = times[4].after[4] = "838:59:59";

  scripts["geo"].parts[0].changes[0].after[9] =
      "\\xe6100000010100000000000000000034400000000000002440";

  columns = kMysqlDefs;
  columns.push_back({"ex", "varchar(40)", "d"});
  TopicScript::Part& defs = scripts["defs"].parts[0];
  defs.table = MakeMysqlTable("defs", columns);
  for (Change& change : defs.changes) change.after.push_back("ab");
  return scripts;
}

}  // namespace tidewire::testing
