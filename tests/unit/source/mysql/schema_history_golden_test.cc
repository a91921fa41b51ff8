// The 58 schema changes of a recorded run of Debezium 3.5.0 with MariaDB 10.11: what it wrote to
// the schema history and to the schema change topic. The statements run through the DDL parser, and
// both records must come out as they were, byte for byte.
//
// data/schema_history_golden.jsonl: {"key_schema", "value_schema"}, then for each record "history"
// (the record's text) and "key" and "value" (the payloads in the topic). "sql" and "database" are
// what the event said; records without "sql" came of the one before.
//
// Where the recording is odd, and followed on purpose: a column's "generated" is what
// "autoIncremented" is; the default 'x''y' keeps both quotes; CURRENT_TIMESTAMP is 1970; the key
// shown is a unique index where there is no primary key; ALTER TABLE … RENAME TO names no
// previousId, RENAME TABLE does.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <fstream>

#include "format/connect_json.h"
#include "source/mysql/schema_change_events.h"
#include "source/mysql/schema_history.h"

namespace tidewire::source {
namespace {

struct GoldenRecord {
  std::optional<std::string> sql;
  std::string database;
  std::string history;
  std::string key;
  std::string value;
};

struct Golden {
  std::string key_schema;
  std::string value_schema;
  std::vector<GoldenRecord> records;
};

std::string TextOf(const rapidjson::Value& value, const char* name) {
  return value.HasMember(name) ? value[name].GetString() : "";
}

Golden ReadGolden() {
  std::ifstream file("tests/unit/source/mysql/data/schema_history_golden.jsonl");
  Golden golden;
  std::string line;
  while (std::getline(file, line)) {
    rapidjson::Document json;
    json.Parse(line.data(), line.size());
    if (json.HasMember("key_schema")) {
      golden.key_schema = TextOf(json, "key_schema");
      golden.value_schema = TextOf(json, "value_schema");
      continue;
    }
    GoldenRecord& record = golden.records.emplace_back();
    if (json.HasMember("sql")) record.sql = TextOf(json, "sql");
    record.database = TextOf(json, "database");
    record.history = TextOf(json, "history");
    record.key = TextOf(json, "key");
    record.value = TextOf(json, "value");
  }
  return golden;
}

DdlContext GoldenContext(const std::string& database) {
  DdlContext context;
  context.database = database;
  context.server = {"utf8mb4", "utf8mb4_general_ci"};
  context.mode.mariadb = true;
  context.mode.version = 101119;
  context.mode.ansi_quotes = true;
  return context;
}

std::shared_ptr<const model::RenderOptions> Render() {
  model::RenderOptions render;
  render.connector_kind = "mariadb";
  render.version = "3.5.0.Final";
  render.logical_name = "gm_default";
  return std::make_shared<const model::RenderOptions>(std::move(render));
}

// The source block's values, from the record that is expected: they are the caller's.
SchemaChangeSource SourceOf(const std::string& value) {
  rapidjson::Document json;
  json.Parse(value.data(), value.size());
  const auto& block = json["source"];
  SchemaChangeSource source;
  source.ts_ns = block["ts_ns"].GetInt64();
  source.snapshot = block["snapshot"].GetString();
  source.database = block["db"].GetString();
  source.server_id = block["server_id"].GetInt64();
  if (block["gtid"].IsString()) source.gtid = block["gtid"].GetString();
  source.file = block["file"].GetString();
  source.pos = block["pos"].GetInt64();
  return source;
}

struct Played {
  std::vector<SchemaChange> changes;  // One for each record.
  std::vector<std::optional<std::string>> tables;
  MysqlSchema schema;
};

Played Play(const Golden& golden) {
  const DdlParser parser({});
  Played played;
  for (const GoldenRecord& record : golden.records) {
    if (!record.sql) continue;
    const auto changes = parser.Apply(played.schema, GoldenContext(record.database), *record.sql);
    for (const SchemaChange& change : changes) {
      EXPECT_EQ(change.warning, "");
      played.changes.push_back(change);
      played.tables.push_back(SourceTable(changes));
    }
  }
  return played;
}

TEST(SchemaHistory, IsWrittenAsRecorded) {
  const Golden golden = ReadGolden();
  ASSERT_EQ(golden.records.size(), 58u);
  const Played played = Play(golden);
  ASSERT_EQ(played.changes.size(), 58u);
  for (size_t i = 0; i < golden.records.size(); ++i) {
    const auto recorded = ReadHistoryRecord(golden.records[i].history);
    ASSERT_TRUE(recorded) << recorded.error();
    HistoryRecord record;
    record.server = "gm_default";
    record.position = recorded->position;
    record.ts_ms = recorded->ts_ms;
    record.database = played.changes[i].database;
    record.ddl = played.changes[i].ddl;
    record.changes = TableChangesOf(played.changes[i], false);
    EXPECT_EQ(WriteHistoryRecord(record), golden.records[i].history);
  }
}

TEST(SchemaHistory, ReadsWhatWasRecordedWithoutLoss) {
  for (const GoldenRecord& record : ReadGolden().records) {
    const auto read = ReadHistoryRecord(record.history);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(WriteHistoryRecord(*read), record.history);
  }
}

TEST(SchemaHistory, RecoversTheTablesThatTheStatementsMade) {
  const Golden golden = ReadGolden();
  const Played played = Play(golden);
  const DdlParser parser({});
  MysqlSchema recovered;
  for (const GoldenRecord& record : golden.records) {
    RecoverFrom(*ReadHistoryRecord(record.history), parser, GoldenContext(""), recovered);
  }
  EXPECT_EQ(recovered.server, (MysqlCharset{"utf8mb4", "utf8mb4_general_ci"}));
  ASSERT_EQ(recovered.tables().size(), played.schema.tables().size());
  for (const auto& [id, table] : played.schema.tables()) {
    const MysqlTablePtr found = recovered.Find(id);
    ASSERT_NE(found, nullptr) << QuoteTableId(id);
    EXPECT_EQ(*found, *table) << QuoteTableId(id);
  }
}

// Statements that no parser knows: the form alone must do.
TEST(SchemaHistory, RecoversFromTheFormsAlone) {
  const Golden golden = ReadGolden();
  const Played played = Play(golden);
  const DdlParser parser({});
  MysqlSchema recovered;
  for (const GoldenRecord& golden_record : golden.records) {
    HistoryRecord record = *ReadHistoryRecord(golden_record.history);
    if (!record.changes.empty()) record.ddl = "SELECT 1";
    RecoverFrom(record, parser, GoldenContext(""), recovered);
  }
  // Debezium's record of ALTER TABLE … RENAME TO leaves the former name behind.
  EXPECT_TRUE(recovered.Erase({"g", "ddl_renamed"}));
  ASSERT_EQ(recovered.tables().size(), played.schema.tables().size());
  for (const auto& [id, table] : played.schema.tables()) {
    const MysqlTablePtr found = recovered.Find(id);
    ASSERT_NE(found, nullptr) << QuoteTableId(id);
    EXPECT_EQ(FormOfTable(*found, false), FormOfTable(*table, false));
    ASSERT_EQ(found->columns.size(), table->columns.size());
    for (size_t i = 0; i < table->columns.size(); ++i) {
      const MysqlColumn& got = found->columns[i];
      const MysqlColumn& expected = table->columns[i];
      SCOPED_TRACE(expected.name);
      EXPECT_EQ(got.base, expected.base);
      EXPECT_EQ(got.is_unsigned, expected.is_unsigned);
      EXPECT_EQ(got.zerofill, expected.zerofill);
      EXPECT_EQ(got.charset, expected.charset);
      EXPECT_EQ(got.members, expected.members);
      EXPECT_EQ(got.nullable, expected.nullable);
      EXPECT_EQ(got.default_text, expected.default_text);
      EXPECT_EQ(got.has_default, expected.has_default);
    }
  }
}

TEST(SchemaChangeEvents, AreAsRecorded) {
  const Golden golden = ReadGolden();
  const Played played = Play(golden);
  ASSERT_EQ(played.changes.size(), golden.records.size());
  const auto render = Render();
  const SchemaChangeEvents events("gm_default", render);
  for (size_t i = 0; i < golden.records.size(); ++i) {
    HistoryRecord record = *ReadHistoryRecord(golden.records[i].history);
    record.database = played.changes[i].database;
    record.ddl = played.changes[i].ddl;
    record.changes = TableChangesOf(played.changes[i], false);
    SchemaChangeSource source = SourceOf(golden.records[i].value);
    source.table = played.tables[i];
    model::ChangeBatch batch;
    const model::Record& added = events.Add(batch, source, record);
    const auto& schema = batch.schemas[added.schema];
    const auto& general = batch.generals[added.general];
    const model::Converter converter;
    EXPECT_EQ(schema->topic, "gm_default");
    EXPECT_EQ(format::ConnectSchemaJson(*schema->key_schema, converter), golden.key_schema);
    EXPECT_EQ(format::ConnectSchemaJson(*schema->value_schema, converter), golden.value_schema);
    std::string key;
    format::AppendConnectJson(key, schema->key_schema.get(), general.key, converter);
    EXPECT_EQ(key, golden.records[i].key);
    std::string value;
    format::AppendConnectJson(value, schema->value_schema.get(), general.value, converter);
    EXPECT_EQ(value, golden.records[i].value);
  }
}

}  // namespace
}  // namespace tidewire::source
