#include "source/postgres/postgres_copy_decoder.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

using model::Kind;

CapturedTable Table(std::vector<std::pair<std::string, Kind>> columns,
                    std::vector<int> wire_to_column) {
  auto schema = std::make_shared<model::TableSchema>();
  schema->schema = "s";
  schema->name = "t";
  for (auto& [name, kind] : columns) {
    model::Column column;
    column.name = name;
    column.type.kind = kind;
    schema->columns.push_back(column);
  }
  auto topic = std::make_shared<model::TopicSchema>();
  topic->table = schema;
  CapturedTable out;
  out.topic_schema = topic;
  out.wire_to_column = std::move(wire_to_column);
  return out;
}

TEST(PostgresCopyDecoder, ReadsNullsEmptyTextsAndEscapes) {
  const auto table =
      Table({{"a", Kind::kInt32}, {"b", Kind::kString}, {"c", Kind::kString}}, {0, 1, 2});
  model::ChangeBatch batch;
  const PostgresCopyDecoder decoder(table);
  const auto* row = decoder.DecodeRow("\\N\t\ta\\tb\\nc\\\\N\\r\\b\\f\\v", batch);
  EXPECT_EQ(row[0].state, model::DatumState::kNull);
  ASSERT_TRUE(row[1].has_value());
  EXPECT_EQ(row[1].view(), "");
  EXPECT_EQ(row[2].view(), "a\tb\nc\\N\r\b\f\v");
  row = decoder.DecodeRow("-7\t\\\\N\t\\N", batch);
  EXPECT_EQ(row[0].integer, -7);
  EXPECT_EQ(row[1].view(), "\\N");
  EXPECT_EQ(row[2].state, model::DatumState::kNull);
}

TEST(PostgresCopyDecoder, ReadsBytesThatCopyEscapes) {
  const auto table = Table({{"a", Kind::kBytes}}, {0});
  model::ChangeBatch batch;
  const auto* row = PostgresCopyDecoder(table).DecodeRow("\\\\x00ff", batch);
  EXPECT_EQ(row[0].view(), std::string_view("\0\xff", 2));
}

TEST(PostgresCopyDecoder, KeepsValuesBeyondTheLine) {
  const auto table = Table({{"a", Kind::kString}}, {0});
  model::ChangeBatch batch;
  std::string line = "hello";
  const auto* row = PostgresCopyDecoder(table).DecodeRow(line, batch);
  line = "xxxxx";
  EXPECT_EQ(row[0].view(), "hello");
}

TEST(PostgresCopyDecoder, NamesTableAndColumnOfABadValue) {
  const auto table = Table({{"a", Kind::kInt32}}, {0});
  model::ChangeBatch batch;
  try {
    PostgresCopyDecoder(table).DecodeRow("abc", batch);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("s.t.a"), std::string::npos);
  }
}

TEST(PostgresCopyDecoder, RefusesRowsOfAnotherShape) {
  const auto table = Table({{"a", Kind::kInt32}, {"b", Kind::kInt32}}, {0, 1});
  model::ChangeBatch batch;
  const PostgresCopyDecoder decoder(table);
  EXPECT_THROW(decoder.DecodeRow("1", batch), DataError);
  EXPECT_THROW(decoder.DecodeRow("1\t2\t3", batch), DataError);
}

TEST(PostgresCopyDecoder, ReadsTablesWithoutColumns) {
  const auto table = Table({}, {});
  model::ChangeBatch batch;
  EXPECT_NO_THROW(PostgresCopyDecoder(table).DecodeRow("", batch));
}

}  // namespace
}  // namespace tidewire::source
