// The rows and changes of tests/golden/ref/postgres/{01-schema,02-changes}.sql for each topic,
// typed by hand, in the order of the recorded events.
#pragma once

#include "unit/format/golden_tables.h"

namespace tidewire::testing {

inline constexpr const char* A = kAbsent;
inline constexpr const char* U = kUnavailable;

// The before-row of a table whose replica identity is its key: the other columns are not sent.
inline Row KeyOnly(const char* key, size_t columns) {
  Row row(columns, kAbsent);
  row[0] = key;
  return row;
}

inline TopicScript NumsScript() {
  const Row first = {
      "1",     "t", "1", "2", "3", "1.5", "2.5", "123.456", "12.34", "12345", "1.0000000001",
      "12.34", "1", "1", "1", "26"};
  Row updated = first;
  updated[3] = "7";
  Row moved = updated;
  moved[0] = "101";
  const auto nulls = [](const char* id, const char* serial) {
    Row row(16, nullptr);
    row[0] = id;
    row[12] = row[13] = row[14] = serial;
    return row;
  };
  const auto numbers = [&](const char* id, const char* serial, const char* f, const char* n,
                           const char* n10, const char* n5) {
    Row row = nulls(id, serial);
    row[5] = row[6] = f;
    row[7] = n;
    row[8] = n10;
    row[9] = n5;
    return row;
  };
  Row tiny = numbers("7", "3", nullptr, "0.000", "1.50", "7");
  tiny[5] = "1e-45";
  tiny[6] = "5e-324";
  Row zeros = numbers("9", "5", nullptr, "0.00000000000000000001", "0.10", "1");
  zeros[5] = "0";  // The literal -0.0 is the decimal 0.0 for PostgreSQL's parser.
  zeros[6] = "-0";
  return {
      {{MakeTable("nums", kNums),
        {{'r', first},
         {'r', nulls("2", "2")},
         {'c',
          {"3", "f", "32767", "2147483647", "9223372036854775807", "3.4028235e+38",
           "1.7976931348623157e+308", "NaN", "99999999.99", "99999",
           "9999999999999999999999999999.9999999999", "92233720368547758.07", "3", "3", "3",
           "4294967295"}},
         {'c',
          {"4", "t", "-32768", "-2147483648", "-9223372036854775808", "NaN", "NaN",
           "123456789012345678901234567890123456789012345678901234567890."
           "123456789012345678901234567890",
           "-99999999.99", "-99999", "-0.0000000001", "-92233720368547758.08", "4", "4", "4", "0"}},
         {'c', numbers("5", "1", "Infinity", "0", "0.00", "0")},
         {'c', numbers("6", "2", "-Infinity", "-1", "-0.01", "-1")},
         {'c', tiny},
         {'c', numbers("8", "4", "0.1", "100000000000000000000", "100.00", "100")},
         {'c', zeros},
         {'c', numbers("10", "6", nullptr, "1000", "NaN", nullptr)},
         {'u', updated},
         {'u', updated},
         {'k', moved, KeyOnly("1", 16)},
         {'d', {}, KeyOnly("2", 16)}}}}};
}

inline TopicScript StrsScript() {
  return {{{MakeTable("strs", kStrs),
            {{'r',
              {"1", "text", "varchar", "varchar10", "ab   ", "c", "nm", "CiText", "q", "\\x00ff10",
               "123e4567-e89b-12d3-a456-426614174000", "{\"b\": 1, \"a\":[1,2, {\"x\":null}]}",
               "{\"a\": [1, 2, {\"x\": null}], \"b\": 1}", "<a>1</a>"}},
             {'r', {"2"}},
             {'c',
              {"3", "", "", "", "     ", " ", "", "", "", "\\x",
               "00000000-0000-0000-0000-000000000000", "\"\"", "\"\"", "<a/>"}},
             {'c',
              {"4", "ünïcödé ✓ 漢字 😀 \t\n\r\\ \" \x01", "a\"b\\c", "漢字漢字", "😀    ", "é", "n",
               "É", "z", "\\x000102030405ff", "ffffffff-ffff-ffff-ffff-ffffffffffff", "null",
               "null", "<a>é</a>"}},
             {'c',
              {"5", "null", "NULL", "0", "     ", " ", "n", "x", "A", "\\xdeadbeef",
               "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "[1.0, 1e400, 12345678901234567890123]",
               "{\"a\": 10000000000, \"u\": \"é\", \"z\": 1.0, \"dup\": 2}", "<r>&amp;</r>"}}}}}};
}

inline TopicScript TimesScript() {
  const char* const N = nullptr;
  const char* const epoch = "1970-01-01 00:00:00";
  const char* const epoch_utc = "1970-01-01 00:00:00+00";
  return {
      {{MakeTable("times", kTimes),
        {{'r',
          {"1", "2024-02-29", "12:34:56.789012", "12:34:56", "12:34:56.789", "12:34:56.789012+02",
           "12:34:56.789-05:30", "2024-02-29 12:34:56.789012", "2024-02-29 12:34:56",
           "2024-02-29 12:34:56.7", "2024-02-29 12:34:56.789", "2024-02-29 12:34:56.789",
           "2024-02-29 12:34:56.789012", "2024-02-29 10:34:56.789012+00", "2024-02-29 12:34:56+00",
           "2024-02-29 12:34:56.789+00", "P1Y2M3DT4H5M6.789S", "P3Y4M"}},
         {'r', {"2"}},
         {'c',
          {"3", "1970-01-01", "00:00:00", "00:00:00", "00:00:00", "00:00:00+00", "00:00:00+00",
           epoch, epoch, epoch, epoch, epoch, epoch, epoch_utc, epoch_utc, epoch_utc, "PT0S",
           "PT0S"}},
         {'c',
          {"4", "infinity", "24:00:00", N, N, "24:00:00+00", N, "infinity", N, N, "infinity", N, N,
           "infinity", N, "infinity", "P178000000Y"}},
         {'c',
          {"5", "-infinity", "23:59:59.999999", N, N, "23:59:59.999999-15:59", N, "-infinity", N, N,
           "-infinity", N, N, "-infinity", N, "-infinity", "P-178000000Y"}},
         {'c',
          {"6", "0001-01-01", "00:00:00.000001", N, N, N, N, "0001-01-01 00:00:00", N, N,
           "0001-01-01 00:00:00", N, N, "0001-01-01 00:00:00+00", N, N, "P-1Y-2M3DT-4H-5M-6.789S"}},
         {'c',
          {"7", "0044-03-15 BC", "01:02:03", N, N, N, N, "0044-03-15 01:02:03 BC", N, N,
           "0044-03-15 00:00:00 BC", N, N, "0044-03-15 01:02:03+00 BC", N, N, "PT1.5S"}},
         {'c',
          {"8", "9999-12-31", "01:02:03.1", N, N, N, N, "9999-12-31 23:59:59.999999", N, N,
           "9999-12-31 23:59:59.999", N, N, "9999-12-31 23:59:59.999999+00", N, N, "P30D"}},
         {'c',
          {"9", "1900-01-01", "01:02:03.12", N, N, N, N, "1900-01-01 00:00:00.000001", N, N,
           "1900-01-01 00:00:00", N, N, "1582-10-04 00:00:00+00", N, N, "PT24H"}},
         {'c',
          {"10", "1500-01-01", "01:02:03.123456", N, N, N, N, "1500-01-01 00:00:00", N, N,
           "1500-01-01 00:00:00", N, N, "1500-01-01 00:00:00+00", N, N, "P1Y"}},
         {'c',
          {"11", "5874897-12-31", N, N, N, N, N, "294276-12-31 23:59:59.999999", N, N, N, N, N,
           "294276-12-31 23:59:59.999999+00"}},
         {'c',
          {"12", "4713-01-01 BC", N, N, N, N, N, "4713-01-01 00:00:00 BC", N, N, N, N, N,
           "4713-01-01 00:00:00+00 BC"}}}}}};
}

inline TopicScript MiscScript() {
  Row few(29, nullptr);
  few[0] = "4";
  few[1] = "10.0.0.1";
  few[6] = "00000001";
  few[7] = "10000000000000001";
  few[10] = "(NaN,Infinity)";
  few[17] = "\"k\"=>\"\", \"ü\"=>\"✓\"";
  return {{{MakeTable("misc", kMisc),
            {{'r',
              {"1",
               "192.168.1.5/24",
               "10.0.0.0/8",
               "08:00:2b:01:02:03",
               "08:00:2b:01:02:03:04:05",
               "1",
               "10101010",
               "101",
               "110011",
               "happy",
               "(1.5,-2.5)",
               "[1,10)",
               "[1,11)",
               "[1.5,2.5)",
               "[\"2024-01-01 00:00:00\",\"2024-01-02 00:00:00\")",
               "[\"2024-01-01 00:00:00+00\",\"2024-01-02 00:00:00+00\")",
               "[2024-01-01,2024-01-06)",
               "\"a\"=>\"1\", \"b\"=>NULL, \"c d\"=>\"e\\\"f\"",
               "Top.Science.Astronomy",
               "5",
               "9.99",
               "'cat':3 'fat':2 'sat':4",
               "(1,y)",
               "16/B374D848",
               "{1,-1,0}",
               "(1,1),(0,0)",
               "<(0,0),2>",
               "((0,0),(1,1),(1,0))",
               "{[1,3),[5,7)}"}},
             {'r', {"2"}},
             {'c',
              {"3",
               "::1",
               "2001:db8::/32",
               "ff:ff:ff:ff:ff:ff",
               "ff:ff:ff:ff:ff:ff:ff:ff",
               "0",
               "00000000",
               "",
               "000011110000",
               "sad",
               "(0,0)",
               "empty",
               "(,)",
               "(,)",
               "(,\"2024-01-01 00:00:00\")",
               "[\"2024-01-01 00:00:00+00\",)",
               "(,infinity)",
               "",
               "a",
               "2147483647",
               "-0.01",
               "'a':1A",
               "(,)",
               "0/0",
               "{0,1,0}",
               "(1,1),(0,0)",
               "<(1.5,1.5),0>",
               "((0,0))",
               "{}"}},
             {'c', few}}}}};
}

inline TopicScript ArrsScript() {
  Row few(21, nullptr);
  few[0] = "4";
  few[1] = "{2147483647,-2147483648}";
  few[4] = "{ünï,\"{}\",\"a,b\",\"\\\\\"}";
  few[6] = "{}";
  few[7] = "{Infinity,-Infinity,0}";
  few[8] = "{-99999999.99}";
  few[15] = "{}";
  return {{{MakeTable("arrs", kArrs),
            {{'r',
              {"1",
               "{1,2,NULL}",
               "{1}",
               "{9223372036854775807}",
               "{a,\"b c\",NULL,\"\",\"q\\\"uote\",\"null\"}",
               "{x,y}",
               "{t,f,NULL}",
               "{1.5,NaN}",
               "{1.50,2.25}",
               "{123e4567-e89b-12d3-a456-426614174000}",
               "{2024-02-29}",
               "{\"2024-02-29 12:34:56.789012\"}",
               "{\"2024-02-29 10:34:56.789012+00\"}",
               "{happy,sad}",
               "{\"{\\\"a\\\": 1}\"}",
               "{{1,2},{3,4}}",
               "{\"\\\\x00ff\"}",
               "{\"ab \",\"c  \"}",
               "{10.0.0.1}",
               "{12:34:56}",
               "{\"\\\"a\\\"=>\\\"1\\\"\"}"}},
             {'r', {"2", "{}", nullptr, nullptr, "{}"}},
             {'r', {"3"}},
             {'c', few},
             {'c', {"5", "[0:2]={7,8,9}"}}}}}};
}

inline TopicScript DefsScript() {
  const auto row = [](const char* id, const char* a, const char* b, const char* e) {
    return Row{id, a, b, kRecorded, "1.50", e, "2020-01-02", "{\"a\": 1}", "ok", "P1D", "1.25", ""};
  };
  Row first = row("1", "42", "x'y", "t");
  first.insert(first.begin() + 7, "X'Y");
  return {{{MakeTable("defs", kDefsSnapshot), {{'r', first}}},
           {MakeTable("defs", DefsStream()),
            {{'c', row("2", "1", nullptr, nullptr)},
             {'c', row("3", "42", "x'y", "t")},
             {'c', row("10", "42", "x'y", "t")}}}}};
}

inline TopicScript ToastScript() {
  return {{{MakeTable("toast", kToast),
            {{'r',
              {"1", "1", kRecorded, kRecordedBigAsHex, kRecordedBigAsJson, kRecorded,
               kRecordedBigAsArray}},
             {'c', {"2", "1", kRecorded, nullptr, nullptr, "short"}},
             {'u', {"1", "2", U, U, U, U, U}},
             {'u', {"2", "2", U, nullptr, nullptr, "short"}},
             {'u', {"1", "2", "now small", U, U, U, U}},
             {'k', {"3", "2", "now small", U, U, U, U}, KeyOnly("1", 7)},
             {'d', {}, KeyOnly("3", 7)}}}}};
}

inline TopicScript Pk2Script() {
  return {{{MakeTable("pk2", {{"b", "text", "n"}, {"a", "int4", "n"}, {"v", "text"}}, {1, 0}),
            {{'r', {"k", "1", "v"}},
             {'c', {"k2", "2", nullptr}},
             {'u', {"k", "1", "new"}},
             {'k', {"kk", "1", "new"}, {"k", "1", A}},
             {'d', {}, {"k2", "2", A}},
             {'c', {"t", "10", "a"}},
             {'u', {"t", "10", "b"}},
             {'d', {}, {"t", "10", A}},
             {'c', {"t", "10", "again"}},
             {'c', {"u", "20", "one"}},
             {'u', {"u", "20", "two"}}}}}};
}

// The tables whose replica identity is not the key.
inline void AddIdentityScripts(TopicScripts& scripts) {
  const std::vector<ColumnSpec> ab = {{"a", "int4"}, {"b", "text"}};
  scripts["toast_full"] = {
      {{MakeTable("toast_full", {{"id", "int4", "k"}, {"small", "int4"}, {"big", "text"}}),
        {{'c', {"1", "1", kRecorded}},
         {'u', {"1", "2", kRecorded}, {"1", "1", kRecorded}},
         {'d', {}, {"1", "2", kRecorded}}}}}};
  scripts["nopk_default"] = {
      {{MakeTable("nopk_default", ab), {{'r', {"1", "snap"}}, {'c', {"2", "x"}}}}}};
  scripts["nopk_nothing"] = {
      {{MakeTable("nopk_nothing", ab), {{'r', {"1", "snap"}}, {'c', {"2", "x"}}}}}};
  scripts["nopk_full"] = {{{MakeTable("nopk_full", ab),
                            {{'r', {"1", "snap"}},
                             {'c', {"2", "x"}},
                             {'c', {"2", "x"}},
                             {'c', {nullptr, nullptr}},
                             {'u', {"2", "y"}, {"2", "x"}},
                             {'u', {"2", "y"}, {"2", "x"}},
                             {'d', {}, {"1", "snap"}}}}}};
  scripts["pk_full"] = {
      {{MakeTable("pk_full", {{"id", "int4", "k"}, {"b", "text"}, {"n", "numeric(10,2)"}}),
        {{'r', {"1", "snap", "1.00"}},
         {'u', {"1", "upd", "1.00"}, {"1", "snap", "1.00"}},
         {'k', {"2", "upd2", "1.00"}, {"1", "upd", "1.00"}},
         {'d', {}, {"2", "upd2", "1.00"}}}}}};
  scripts["idx_ident"] = {
      {{MakeTable("idx_ident", {{"a", "int4", "k"}, {"b", "text", "k"}, {"c", "text"}}),
        {{'r', {"1", "snap", "c"}},
         {'c', {"2", "x", "c2"}},
         {'u', {"2", "x", "c3"}},
         {'k', {"2", "x2", "c3"}, {"2", "x", A}},
         {'d', {}, {"2", "x2", A}}}}}};
}

inline void AddSmallScripts(TopicScripts& scripts) {
  const auto part = [](const char* name, std::vector<Change> changes) {
    return TopicScript{
        {{MakeTable(name, {{"id", "int4", "k"}, {"r", "text", "k"}}), std::move(changes)}}};
  };
  scripts["part_a"] = part("part_a", {{'r', {"1", "a"}}, {'c', {"3", "a"}}, {'d', {}, {"3", "a"}}});
  scripts["part_b"] = part("part_b", {{'r', {"2", "b"}}, {'c', {"3", "b"}}, {'d', {}, {"3", "b"}}});
  scripts["We_ird.N_me"] = {
      {{MakeTable("We ird.Näme", {{"Id", "int4", "k"},
                                  {"col umn", "text"},
                                  {"ünï", "text"},
                                  {"a-b", "int4"},
                                  {"1x", "int4"}}),
        {{'r', {"1", "x", "y", "2", "3"}}, {'u', {"1", "z", "y", "2", "3"}}}}}};
  const std::vector<ColumnSpec> id = {{"id", "int4", "k"}};
  scripts["trunc1"] = {
      {{MakeTable("trunc1", id), {{'r', {"1"}}, {'t', {}}, {'c', {"5"}}, {'t', {}}}}}};
  scripts["trunc2"] = {{{MakeTable("trunc2", id), {{'r', {"1"}}, {'t', {}}}}}};
  scripts["empty_t"] = {{{MakeTable("empty_t", id), {{'c', {"999"}}}}}};
  const std::vector<ColumnSpec> id_v = {{"id", "int4", "k"}, {"v", "text"}};
  scripts["created_later"] = {{{MakeTable("created_later", id_v), {{'c', {"1", "x"}}}}}};
  scripts["late"] = {{{MakeTable("late", id_v),
                       {{'r', {"1", "l1"}},
                        {'r', {"2", "l2"}},
                        {'r', {"3", "l3"}},
                        {'r', {"4", "l4"}},
                        {'r', {"5", "l5"}}}}}};
}

// DDL between the changes: a version of the table for each shape, with the key of its time.
inline TopicScript DdlScript() {
  const ColumnSpec id{"id", "int4", "k"};
  const ColumnSpec a8{"a", "int8"};
  const ColumnSpec c{"c", "numeric(5,1)", "nd", "1.5"};
  const auto version = [](std::vector<ColumnSpec> columns) { return MakeTable("ddl", columns); };
  return {{{version({id, {"a", "int4"}}), {{'r', {"1", "1"}}, {'c', {"2", "2"}}}},
           {version({id, {"a", "int4"}, {"b", "text"}}), {{'c', {"3", "3", "b3"}}}},
           {version({id, a8, {"b", "text"}}), {{'u', {"2", "9223372036854775807", "dflt"}}}},
           {version({id, a8, {"bb", "text"}}), {{'c', {"4", "4", "bb4"}}}},
           {version({id, a8}), {{'c', {"5", "5"}}}},
           {version({id, a8, c}), {{'d', {}, {"5", A, A}}}},
           {version({id, {"a", "int8", "k"}, c}), {{'c', {"6", "6", "2.5"}}}}}};
}

// By the topic's name behind "<prefix>.g.".
inline TopicScripts AllScripts() {
  TopicScripts scripts;
  scripts["nums"] = NumsScript();
  scripts["strs"] = StrsScript();
  scripts["times"] = TimesScript();
  scripts["misc"] = MiscScript();
  scripts["arrs"] = ArrsScript();
  scripts["defs"] = DefsScript();
  scripts["toast"] = ToastScript();
  scripts["pk2"] = Pk2Script();
  scripts["ddl"] = DdlScript();
  AddIdentityScripts(scripts);
  AddSmallScripts(scripts);
  return scripts;
}

}  // namespace tidewire::testing
