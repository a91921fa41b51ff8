#include "model/flat_row.h"

#include <gtest/gtest.h>

namespace tidewire::model {
namespace {

// A batch with one record of an unwrapped topic.
class FlatRow : public ::testing::Test {
 protected:
  FlatRow() {
    auto table = std::make_shared<TableSchema>();
    table->catalog = "db";
    table->schema = "s";
    table->name = "t";
    table->columns.resize(2);
    table->columns[0].name = "id";
    table->columns[0].type.kind = Kind::kInt32;
    table->columns[0].nullable = false;
    table->columns[0].has_default = true;
    table->columns[1].name = "v";
    auto options = std::make_shared<RenderOptions>();
    options->version = "1.2";
    options->connector_kind = "postgresql";
    options->logical_name = "srv";
    schema_.table = table;
    schema_.render = options;
    schema_.unwrap.emplace();
    record_.ts_ns = 1'795'252'767'397'228'198;
    record_.position = 20;
    record_.transaction = 0;
    batch_.transactions.emplace_back();
    batch_.transactions[0].id = 7;
    batch_.transactions[0].last_commit_position = 10;
    batch_.transactions[0].commit_ts_us = 1'795'252'766'907'332;
  }

  // The values of add.fields, in order, as text; "null" for NULL.
  std::vector<std::string> Values(const std::vector<std::string>& paths) {
    schema_.unwrap->add_fields.clear();
    for (const std::string& path : paths) schema_.unwrap->add_fields.push_back({path, path});
    batch_.schemas = {std::make_shared<TopicSchema>(schema_)};
    std::vector<std::string> out;
    for (const AddedColumn& added : AddedColumns(schema_)) {
      const Datum value = AddedDatum(added, batch_, record_, batch_.arena);
      const Kind kind = added.column.type.kind;
      out.push_back(!value.has_value()   ? "null"
                    : HoldsInteger(kind) ? std::to_string(value.integer)
                                         : std::string(value.view()));
    }
    return out;
  }

  TopicSchema schema_;
  ChangeBatch batch_;
  Record record_;
};

using Texts = std::vector<std::string>;

TEST_F(FlatRow, TakesFieldsFromEnvelopeSourceAndTransaction) {
  record_.total_order = 3;
  record_.collection_order = 2;
  record_.op = Op::kUpdate;
  record_.snapshot = SnapshotMark::kLast;
  EXPECT_EQ(Values({"op", "ts_ms", "source.ts_ms", "source.ts_us", "ts_us"}),
            (Texts{"u", "1795252767397", "1795252766907", "1795252766907332", "1795252767397228"}));
  EXPECT_EQ(Values({"version", "connector", "name", "db", "schema", "table"}),
            (Texts{"1.2", "postgresql", "srv", "db", "s", "t"}));
  EXPECT_EQ(Values({"txId", "lsn", "xmin", "sequence", "snapshot"}),
            (Texts{"7", "20", "null", "[\"10\",\"20\"]", "last"}));
  EXPECT_EQ(Values({"id", "transaction.total_order", "data_collection_order"}),
            (Texts{"7:20", "3", "2"}));
}

TEST_F(FlatRow, TakesABinlogsFieldsForItsConnectorsOnly) {
  const std::vector<std::string> fields = {
      "source.server_id", "source.gtid", "source.file", "source.pos",
      "source.row",       "thread",      "query",       "sequence"};
  EXPECT_EQ(Values(fields), (Texts{"[\"10\",\"20\"]"})) << "PostgreSQL has only the last";
  auto options = std::make_shared<RenderOptions>(*schema_.render);
  options->connector_kind = "mariadb";
  schema_.render = options;
  Transaction& transaction = batch_.transactions[0];
  transaction.file = "bin.7";
  transaction.server_id = 3;
  record_.row = 2;
  EXPECT_EQ(Values(fields), (Texts{"3", "null", "bin.7", "20", "2", "null", "null", "null"}));
  transaction.name = "0-3-9";
  transaction.thread = 0;
  record_.statement = batch_.AddStatement("DELETE FROM t");
  EXPECT_EQ(Values(fields),
            (Texts{"3", "0-3-9", "bin.7", "20", "2", "0", "DELETE FROM t", "null"}));
  record_.snapshot = SnapshotMark::kTrue;
  EXPECT_EQ(Values({"server_id", "gtid", "file"}), (Texts{"0", "null", "bin.7"}));
  EXPECT_EQ(Values({"txId", "lsn", "schema", "source.xmin"}), Texts{});
}

TEST_F(FlatRow, NamesAnUnnamedTransactionOfABinlogByItsPlace) {
  record_.total_order = 1;
  batch_.transactions[0].file = "bin.7";
  batch_.transactions[0].begin_position = 4;
  EXPECT_EQ(Values({"transaction.id"}), (Texts{"file=bin.7,pos=4"}));
}

TEST_F(FlatRow, HasNoTransactionFieldsWhereNoneWereAskedFor) {
  EXPECT_EQ(Values({"id", "total_order"}), (Texts{"null", "null"}));
}

TEST_F(FlatRow, NamesATransactionByItsName) {
  record_.total_order = 1;
  batch_.transactions[0].name = "0-1-100";
  EXPECT_EQ(Values({"transaction.id"}), (Texts{"0-1-100"}));
}

TEST_F(FlatRow, WorksWithoutATransaction) {
  record_.transaction = kNoTransaction;
  EXPECT_EQ(Values({"txId", "sequence", "source.ts_ns"}),
            (Texts{"null", "[null,\"20\"]", "1795252767397228000"}));
}

TEST_F(FlatRow, TakesColumnsOfBothRows) {
  Datum after[2] = {Datum::Integer(5), Datum::View("new")};
  record_.after = after;
  EXPECT_EQ(Values({"after.id", "before.id", "after.v", "after.gone", "nowhere.v"}),
            (Texts{"5", "null", "new"}));
  const auto columns = AddedColumns(schema_);
  EXPECT_TRUE(columns[0].column.nullable);
  EXPECT_FALSE(columns[0].column.has_default);
}

TEST_F(FlatRow, MarksRewrittenDeletes) {
  schema_.unwrap->deletes = Unwrap::Deletes::kRewrite;
  EXPECT_EQ(Values({"op"}), (Texts{"false", "c"}));
  record_.op = Op::kDelete;
  EXPECT_EQ(Values({"op"}), (Texts{"true", "d"}));
  EXPECT_EQ(AddedColumns(schema_)[0].column.name, "__deleted");
}

TEST_F(FlatRow, HasNothingAddedInAnEnvelope) {
  schema_.unwrap.reset();
  EXPECT_TRUE(AddedColumns(schema_).empty());
  EXPECT_TRUE(AddedHeaders(schema_).empty());
}

TEST_F(FlatRow, KnowsItsDeletes) {
  using Deletes = Unwrap::Deletes;
  const auto is_delete = [&](Op op, Deletes deletes) {
    record_.op = op;
    schema_.unwrap->deletes = deletes;
    return IsFlatDelete(schema_, record_);
  };
  EXPECT_TRUE(is_delete(Op::kDelete, Deletes::kTombstone));
  EXPECT_TRUE(is_delete(Op::kDelete, Deletes::kDeleteToTombstone));
  EXPECT_FALSE(is_delete(Op::kDelete, Deletes::kRewrite));
  EXPECT_FALSE(is_delete(Op::kDelete, Deletes::kRewriteWithTombstone));
  EXPECT_TRUE(is_delete(Op::kTombstone, Deletes::kRewriteWithTombstone));
  EXPECT_FALSE(is_delete(Op::kUpdate, Deletes::kTombstone));
  schema_.unwrap.reset();
  record_.op = Op::kDelete;
  EXPECT_FALSE(IsFlatDelete(schema_, record_)) << "an envelope tells its operation";
}

}  // namespace
}  // namespace tidewire::model
