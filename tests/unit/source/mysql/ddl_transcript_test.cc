// The DDL parser against real servers: the QUERY events of a few hundred statements
// (data/ddl_*.sql) run through it, and behind each its tables are those that SHOW CREATE TABLE
// told, read by the same parser. record_ddl.py makes the transcripts, data/ddl_<server>.jsonl.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "source/mysql/ddl_parser.h"
#include "source/mysql/ddl_types.h"
#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

std::string TextOf(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

MysqlTableId IdOf(const std::string& name) {
  const size_t dot = name.find('.');
  return {name.substr(0, dot), name.substr(dot + 1)};
}

MysqlCharset CharsetOf(const rapidjson::Value& collation) {
  return ResolveCharset("", TextOf(collation), {});
}

// What both ways of writing a column agree on. Left out: names and widths of types, which the
// server normalizes, and texts of expressions.
struct Comparable {
  explicit Comparable(const MysqlColumn& column) : it(column) {
    it.type_name.clear();
    it.generation.clear();
    it.default_written.clear();
    it.srid = -1;  // MariaDB does not show it.
    if (it.charset == "utf8") it.charset = "utf8mb3";
    if (it.collation.starts_with("utf8_")) it.collation.replace(0, 4, "utf8mb3");
    NormalizeLength();
    NormalizeDefault();
  }

  void NormalizeLength() {
    switch (it.base) {
      case MysqlBase::kChar:
      case MysqlBase::kBinary:
      case MysqlBase::kBit:
        if (it.length < 0) it.length = 1;
        break;
      case MysqlBase::kDecimal:
        if (it.length < 0) it.length = 10;
        if (it.scale < 0) it.scale = 0;
        break;
      case MysqlBase::kVarchar:
      case MysqlBase::kVarbinary:
      case MysqlBase::kTime:
      case MysqlBase::kDateTime:
      case MysqlBase::kTimestamp:
        break;
      default:
        it.length = it.scale = -1;
    }
  }

  void NormalizeDefault() {
    if (it.default_text) {
      std::string& text = *it.default_text;
      char* end = nullptr;
      const double number = std::strtod(text.c_str(), &end);
      if (!text.empty() && *end == '\0') text = std::to_string(number);
      // '2020-01-02 03:04:05.000000'
      if (const size_t zeros = text.find_last_not_of('0');
          zeros != std::string::npos && text.size() > 19 && text[zeros] == '.') {
        text.resize(zeros);
      }
    }
    // A nullable column whose default was dropped is shown like one with DEFAULT NULL left out.
    if (it.nullable && !it.default_text && !it.default_is_expression) it.has_default = true;
  }

  MysqlColumn it;
};

void ExpectSameColumn(const MysqlColumn& followed, const MysqlColumn& shown) {
  SCOPED_TRACE(followed.name);
  MysqlColumn got = Comparable(followed).it;
  MysqlColumn expected = Comparable(shown).it;
  // Without a collation of its own it is the character set's, whose name is not known here.
  if (got.collation.empty()) expected.collation.clear();
  EXPECT_EQ(got.name, expected.name);
  EXPECT_EQ(static_cast<int>(got.base), static_cast<int>(expected.base));
  EXPECT_EQ(got.is_unsigned, expected.is_unsigned);
  EXPECT_EQ(got.zerofill, expected.zerofill);
  EXPECT_EQ(got.length, expected.length);
  EXPECT_EQ(got.scale, expected.scale);
  EXPECT_EQ(got.charset, expected.charset);
  EXPECT_EQ(got.collation, expected.collation);
  EXPECT_EQ(got.members, expected.members);
  EXPECT_EQ(got.nullable, expected.nullable);
  EXPECT_EQ(got.auto_increment, expected.auto_increment);
  EXPECT_EQ(got.generated, expected.generated);
  EXPECT_EQ(got.invisible, expected.invisible);
  EXPECT_EQ(got.has_default, expected.has_default);
  EXPECT_EQ(got.default_text.value_or("(none)"), expected.default_text.value_or("(none)"));
  EXPECT_EQ(got.default_is_expression, expected.default_is_expression);
  EXPECT_EQ(got.comment.value_or(""), expected.comment.value_or(""));
}

std::set<std::string> Describe(const std::vector<MysqlIndex>& indexes) {
  std::set<std::string> out;
  for (const MysqlIndex& index : indexes) {
    std::string text = FoldName(index.name) + (index.whole ? "" : " not whole");
    for (const std::string& column : index.columns) text += "," + column;
    out.insert(text);
  }
  return out;
}

std::set<std::string> Names(const std::vector<MysqlIndex>& indexes) {
  std::set<std::string> out;
  for (const MysqlIndex& index : indexes) out.insert(FoldName(index.name));
  return out;
}

void ExpectSameTable(const MysqlTable& followed, const MysqlTable& shown) {
  ASSERT_EQ(followed.columns.size(), shown.columns.size());
  for (size_t i = 0; i < shown.columns.size(); ++i) {
    ExpectSameColumn(followed.columns[i], shown.columns[i]);
  }
  EXPECT_EQ(followed.primary_key, shown.primary_key);
  EXPECT_EQ(Describe(followed.indexes), Describe(shown.indexes));
  EXPECT_EQ(Names(followed.plain_indexes), Names(shown.plain_indexes));
  EXPECT_EQ(followed.EventKey(), shown.EventKey());
  EXPECT_EQ(followed.charset, shown.charset);
  EXPECT_EQ(followed.collation, followed.collation.empty() ? "" : shown.collation);
  EXPECT_EQ(followed.comment.value_or(""), shown.comment.value_or(""));
  EXPECT_EQ(followed.implicit_row_period, shown.implicit_row_period);
}

// Plays a transcript.
class Player {
 public:
  explicit Player(const std::string& server)
      : in_("tests/unit/source/mysql/data/ddl_" + server + ".jsonl") {
    EXPECT_TRUE(in_.good()) << "tests run in the project's root";
  }

  void Run() {
    for (std::string line; std::getline(in_, line);) {
      rapidjson::Document json;
      json.Parse(line.data(), line.size());
      ASSERT_FALSE(json.HasParseError());
      if (json.HasMember("version")) {
        mode_.mariadb = json["mariadb"].GetBool();
        mode_.version = json["version"].GetUint();
      } else {
        ++events_;
        Play(json);
      }
    }
  }

  int events() const { return events_; }
  const std::vector<std::string>& reread() const { return reread_; }

 private:
  DdlContext ContextOf(const rapidjson::Document& event) const {
    DdlContext context;
    context.database = TextOf(event["database"]);
    context.server = CharsetOf(event["server"]);
    context.of_database = CharsetOf(event["of_database"]);
    context.mode = mode_;
    context.mode.explicit_timestamp_defaults = event["explicit"].GetBool();
    for (const auto& mode : event["mode"].GetArray()) {
      const std::string word = TextOf(mode);
      context.mode.ansi_quotes |= word == "ANSI_QUOTES";
      context.mode.no_backslash_escapes |= word == "NO_BACKSLASH_ESCAPES";
      context.mode.real_as_float |= word == "REAL_AS_FLOAT";
    }
    return context;
  }

  void Play(const rapidjson::Document& event) {
    const std::string sql = TextOf(event["sql"]);
    SCOPED_TRACE(sql);
    for (const SchemaChange& change : parser_.Apply(schema_, ContextOf(event), sql)) {
      if (change.kind != SchemaChange::Kind::kReread) continue;
      reread_.push_back(change.id.first + "." + change.id.second);
      unknown_.insert(change.id);
    }
    for (const auto& [name, shown] : event["tables"].GetObject()) {
      Compare(IdOf(TextOf(name)), shown.IsNull() ? "" : TextOf(shown), event);
    }
    std::set<MysqlTableId> known;
    for (const auto& [id, table] : schema_.tables()) known.insert(id);
    EXPECT_EQ(known, there_);
  }

  void Compare(const MysqlTableId& id, const std::string& shown, const rapidjson::Document& event) {
    SCOPED_TRACE(shown.empty() ? id.second : shown);
    if (shown.empty()) {
      there_.erase(id);
      return;
    }
    there_.insert(id);
    DdlContext context = ContextOf(event);
    context.mode = mode_;  // The session that looks has modes of its own.
    const MysqlTablePtr table = parser_.ReadTable(schema_, context, id, shown);
    ASSERT_NE(table, nullptr);
    if (unknown_.erase(id) != 0) schema_.Put(table);
    const MysqlTablePtr followed = schema_.Find(id);
    ASSERT_NE(followed, nullptr);
    ExpectSameTable(*followed, *table);
  }

  std::ifstream in_;
  DdlMode mode_;
  const DdlParser parser_{DdlParser::Options{}};
  MysqlSchema schema_;
  std::set<MysqlTableId> there_;    // On the server.
  std::set<MysqlTableId> unknown_;  // To be read again.
  std::vector<std::string> reread_;
  int events_ = 0;
};

TEST(DdlTranscript, MariaDbTablesAreFollowed) {
  Player player("mariadb");
  player.Run();
  EXPECT_GT(player.events(), 230);
  // RENAME TABLE IF EXISTS of a table that was never there.
  EXPECT_EQ(player.reread(), std::vector<std::string>{"d.nothere3"});
}

TEST(DdlTranscript, MySqlTablesAreFollowed) {
  Player player("mysql");
  player.Run();
  EXPECT_GT(player.events(), 210);
  EXPECT_EQ(player.reread(), std::vector<std::string>{});
}

}  // namespace
}  // namespace tidewire::source
