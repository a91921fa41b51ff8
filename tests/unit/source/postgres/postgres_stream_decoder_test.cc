#include "source/postgres/postgres_stream_decoder.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "pgoutput_messages.h"

namespace tidewire::source {
namespace {

using namespace testing_support;
using model::ChangeBatch;
using model::ChangeBatchPtr;
using model::Datum;
using model::DatumState;
using model::KeyHeader;
using model::Op;
using model::Record;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint32_t kOid = 16400;

// Every column of the message is captured; a column named "hidden" is filtered out; a table named
// "other" is not captured.
CapturedTablePtr Capture(const RelationMessage& relation, bool generated_column = false,
                         Lsn stream_from = {}) {
  if (relation.name == "other") return nullptr;
  auto table = std::make_shared<model::TableSchema>();
  auto captured = std::make_shared<CapturedTable>();
  table->schema = relation.schema;
  table->name = relation.name;
  for (const auto& column : relation.columns) {
    if (column.name == "hidden") {
      captured->wire_to_column.push_back(-1);
      continue;
    }
    captured->wire_to_column.push_back(static_cast<int>(table->columns.size()));
    model::Column out;
    out.name = column.name;
    out.type.kind = column.type_oid == 23 ? model::Kind::kInt32 : model::Kind::kString;
    if (column.key) table->key.push_back(static_cast<uint32_t>(table->columns.size()));
    table->columns.push_back(out);
  }
  if (generated_column) {
    model::Column out;
    out.name = "generated";
    table->columns.push_back(out);
  }
  auto topic = std::make_shared<model::TopicSchema>();
  topic->topic = relation.schema + "." + relation.name;
  topic->table = table;
  captured->oid = relation.oid;
  captured->topic_schema = topic;
  captured->stream_from = stream_from;
  return captured;
}

class StreamDecoder : public testing::Test {
 protected:
  StreamDecoder() {
    settings_.events.topic_prefix = "p";
    settings_.connection.database = "db";
    settings_.slot_name = "s";
    settings_.events.heartbeat_topics_prefix = "__debezium-heartbeat";
    settings_.events.transaction_topic_name = "transaction";
    settings_.events.skipped.truncates = true;
    Restart({});
  }

  void Restart(PostgresPosition start, model::BinaryMode binary = model::BinaryMode::kBytes) {
    auto render = std::make_shared<model::RenderOptions>();
    render->connector_kind = "postgresql";
    render->binary = binary;
    decoder_ = std::make_unique<PostgresStreamDecoder>(
        settings_, render,
        [this](const RelationMessage& relation) {
          return Capture(relation, generated_column_, stream_from_);
        },
        std::move(start));
  }

  void Handle(uint64_t lsn, const std::string& message) {
    // A copy of its own: views of a batch must not point here.
    std::string wire = message;
    decoder_->Handle(Lsn{lsn}, wire, 42);
    std::fill(wire.begin(), wire.end(), '#');
  }

  // One transaction of these changes; the n-th has LSN begin+n.
  void Transact(uint64_t begin, const std::vector<std::string>& changes, uint32_t xid = 700) {
    Handle(begin, Begin(begin + 50, xid));
    for (size_t i = 0; i < changes.size(); ++i) Handle(begin + i, changes[i]);
    Handle(begin + 60, Commit(begin + 50, begin + 60));
  }

  static std::vector<Op> Ops(const ChangeBatch& batch) {
    std::vector<Op> out;
    for (const Record& record : batch.records) out.push_back(record.op);
    return out;
  }
  static std::string Text(const Datum& datum) {
    switch (datum.state) {
      case DatumState::kNull:
        return "null";
      case DatumState::kUnavailable:
        return "unavailable";
      case DatumState::kAbsent:
        return "absent";
      case DatumState::kValue:
        return datum.size == 0 ? std::to_string(datum.integer) : std::string(datum.view());
    }
    return "?";
  }
  static std::vector<std::string> Row(const Datum* row, size_t columns = 3) {
    std::vector<std::string> out;
    for (size_t i = 0; row != nullptr && i < columns; ++i) out.push_back(Text(row[i]));
    return out;
  }
  static PostgresPosition Offset(const ChangeBatch& batch) {
    return PostgresPosition::FromJson(batch.offset->offset);
  }

  PostgresSettings settings_;
  bool generated_column_ = false;
  Lsn stream_from_;
  std::unique_ptr<PostgresStreamDecoder> decoder_;
};

TEST_F(StreamDecoder, TurnsChangesIntoTypedRows) {
  Handle(100, Begin(150, 700));
  Handle(100, RelationOf(SmallTable()));
  Handle(101, Insert(kOid, {"1", "one", std::nullopt}));
  Handle(102, Update(kOid, {"1", "uno", "x"}));
  Handle(103, Delete(kOid, 'K', {"1", std::nullopt, std::nullopt}));
  Handle(160, Commit(150, 160));
  const ChangeBatchPtr batch = decoder_->Take();
  EXPECT_THAT(Ops(*batch), ElementsAre(Op::kCreate, Op::kUpdate, Op::kDelete, Op::kTombstone));
  const auto& records = batch->records;
  EXPECT_THAT(Row(records[0].after), ElementsAre("1", "one", "null"));
  EXPECT_EQ(records[0].before, nullptr);
  EXPECT_THAT(Row(records[1].after), ElementsAre("1", "uno", "x"));
  EXPECT_EQ(records[1].before, nullptr);
  EXPECT_THAT(Row(records[2].before), ElementsAre("1", "absent", "absent"));
  EXPECT_EQ(records[2].after, nullptr);
  EXPECT_THAT(Row(records[3].key_row()), ElementsAre("1", "absent", "absent"));
  EXPECT_EQ(records[1].position, 102u);
  EXPECT_EQ(records[1].ts_ns, 42);
  ASSERT_EQ(batch->transactions.size(), 1u);
  EXPECT_EQ(batch->transactions[0].id, 700);
  EXPECT_EQ(batch->transactions[0].commit_position, 150u);
  EXPECT_EQ(batch->transactions[0].last_commit_position, 0u);
  EXPECT_EQ(batch->transactions[0].commit_ts_us, 1'700'000'000'000'000);
  EXPECT_FALSE(batch->open_transaction);
  EXPECT_EQ(batch->confirm, 160u);
}

TEST_F(StreamDecoder, NamesTheLastCommitOfTheTransactionBefore) {
  Transact(100, {RelationOf(SmallTable()), Insert(kOid, {"1", "a", "b"})});
  Transact(200, {Insert(kOid, {"2", "a", "b"})});
  const ChangeBatchPtr batch = decoder_->Take();
  ASSERT_EQ(batch->transactions.size(), 2u);
  EXPECT_EQ(batch->transactions[1].last_commit_position, 160u);
  EXPECT_EQ(batch->records[1].transaction, 1u);
}

TEST_F(StreamDecoder, MakesDeleteTombstoneAndCreateOfAKeyChange) {
  Transact(100, {RelationOf(SmallTable()), Update(kOid, {"2", "a", std::string(kUnchanged)}, 'K',
                                                  {"1", std::nullopt, std::nullopt})});
  const ChangeBatchPtr batch = decoder_->Take();
  EXPECT_THAT(Ops(*batch), ElementsAre(Op::kDelete, Op::kTombstone, Op::kCreate));
  EXPECT_THAT(Row(batch->records[0].before), ElementsAre("1", "absent", "absent"));
  EXPECT_THAT(Row(batch->records[2].after), ElementsAre("2", "a", "unavailable"));
  EXPECT_EQ(batch->records[0].key_header, KeyHeader::kNewKey);
  EXPECT_EQ(batch->records[1].key_header, KeyHeader::kNewKey);
  EXPECT_EQ(batch->records[2].key_header, KeyHeader::kOldKey);
  EXPECT_THAT(Row(batch->records[0].other_key, 1), ElementsAre("2"));
  EXPECT_THAT(Row(batch->records[1].other_key, 1), ElementsAre("2"));
  EXPECT_THAT(Row(batch->records[2].other_key, 1), ElementsAre("1"));
}

TEST_F(StreamDecoder, LeavesTombstonesOutWhenAskedTo) {
  settings_.events.tombstones_on_delete = false;
  Transact(100, {RelationOf(SmallTable()), Delete(kOid, 'K', {"1", std::nullopt, std::nullopt}),
                 Update(kOid, {"2", "a", "b"}, 'K', {"1", std::nullopt, std::nullopt})});
  EXPECT_THAT(Ops(*decoder_->Take()), ElementsAre(Op::kDelete, Op::kDelete, Op::kCreate));
}

TEST_F(StreamDecoder, FillsUnchangedToastFromAFullOldRow) {
  RelationMessage relation = SmallTable();
  relation.replica_identity = 'f';
  for (auto& column : relation.columns) column.key = true;
  Transact(100, {RelationOf(relation),
                 Update(kOid, {"1", std::string(kUnchanged), std::string(kUnchanged)}, 'O',
                        {"1", "big", std::nullopt})});
  const ChangeBatchPtr batch = decoder_->Take();
  // SmallTable's key is id alone in the schema that Capture makes of unchanged key flags; here all
  // columns are.
  ASSERT_EQ(batch->records.size(), 1u);
  EXPECT_THAT(Row(batch->records[0].before), ElementsAre("1", "big", "null"));
  EXPECT_THAT(Row(batch->records[0].after), ElementsAre("1", "big", "null"));
}

TEST_F(StreamDecoder, KeepsUnchangedToastAsUnavailable) {
  Transact(100, {RelationOf(SmallTable()), Update(kOid, {"1", std::string(kUnchanged), "w"})});
  EXPECT_THAT(Row(decoder_->Take()->records[0].after), ElementsAre("1", "unavailable", "w"));
}

TEST_F(StreamDecoder, LeavesFilteredColumnsOutAndMarksGeneratedOnesAbsent) {
  generated_column_ = true;
  RelationMessage relation = SmallTable();
  relation.columns[1].name = "hidden";
  Transact(100, {RelationOf(relation), Insert(kOid, {"1", "secret", "w"})});
  EXPECT_THAT(Row(decoder_->Take()->records[0].after), ElementsAre("1", "w", "absent"));
}

TEST_F(StreamDecoder, TakesTheNewShapeAfterDdl) {
  RelationMessage altered = SmallTable();
  altered.columns.push_back({false, "x", 23, -1});
  Transact(100, {RelationOf(SmallTable()), Insert(kOid, {"1", "a", "b"}), RelationOf(altered),
                 Insert(kOid, {"2", "a", "b", "5"})});
  const ChangeBatchPtr batch = decoder_->Take();
  ASSERT_EQ(batch->schemas.size(), 2u);
  EXPECT_EQ(batch->records[0].schema, 0u);
  EXPECT_EQ(batch->records[1].schema, 1u);
  EXPECT_THAT(Row(batch->records[1].after, 4), ElementsAre("2", "a", "b", "5"));
}

TEST_F(StreamDecoder, LeavesOutTablesAndOperationsThatAreNotAskedFor) {
  settings_.events.skipped.updates = true;
  Transact(100, {RelationOf(SmallTable()), RelationOf(SmallTable(7, "other")),
                 Insert(7, {"1", "a", "b"}), Update(kOid, {"1", "a", "b"}), Truncate({kOid, 7}),
                 Insert(kOid, {"1", "a", "b"})});
  EXPECT_THAT(Ops(*decoder_->Take()), ElementsAre(Op::kCreate));
}

TEST_F(StreamDecoder, MakesOneTruncateForEachCapturedTable) {
  settings_.events.skipped.truncates = false;
  Transact(100, {RelationOf(SmallTable()), RelationOf(SmallTable(7, "other")),
                 RelationOf(SmallTable(8, "u")), Truncate({kOid, 7, 8})});
  const ChangeBatchPtr batch = decoder_->Take();
  EXPECT_THAT(Ops(*batch), ElementsAre(Op::kTruncate, Op::kTruncate));
  EXPECT_EQ(batch->schemas[batch->records[1].schema]->topic, "g.u");
}

TEST_F(StreamDecoder, LeavesOutWhatTheSnapshotHasRead) {
  stream_from_ = Lsn{250};
  Transact(100, {RelationOf(SmallTable()), Insert(kOid, {"1", "a", "b"})});
  Transact(200, {Insert(kOid, {"2", "a", "b"})});
  const ChangeBatchPtr batch = decoder_->Take();
  ASSERT_EQ(batch->records.size(), 1u);
  EXPECT_THAT(Row(batch->records[0].after), ElementsAre("2", "a", "b"));
}

TEST_F(StreamDecoder, CountsTransactionsAsDebeziumDoes) {
  settings_.events.provide_transaction_metadata = true;
  Transact(100, {RelationOf(SmallTable()), RelationOf(SmallTable(8, "u")),
                 Insert(kOid, {"1", "a", "b"}), Insert(8, {"1", "a", "b"}),
                 Update(kOid, {"2", "a", "b"}, 'K', {"1", std::nullopt, std::nullopt})});
  const ChangeBatchPtr batch = decoder_->Take();
  EXPECT_THAT(Ops(*batch), ElementsAre(Op::kGeneral, Op::kCreate, Op::kCreate, Op::kDelete,
                                       Op::kTombstone, Op::kCreate, Op::kGeneral));
  EXPECT_EQ(batch->records[2].total_order, 2u);
  EXPECT_EQ(batch->records[2].collection_order, 1u);
  EXPECT_EQ(batch->records[5].total_order, 4u);
  EXPECT_EQ(batch->records[5].collection_order, 3u);
  const auto& begin = *std::get<std::shared_ptr<model::ConnectList>>(batch->generals[0].value.v);
  const auto& end = *std::get<std::shared_ptr<model::ConnectList>>(batch->generals[1].value.v);
  EXPECT_EQ(std::get<std::string>(begin[0].v), "BEGIN");
  EXPECT_EQ(std::get<std::string>(begin[1].v), "700:100");
  EXPECT_TRUE(begin[2].is_null());
  EXPECT_EQ(std::get<std::string>(end[0].v), "END");
  EXPECT_EQ(std::get<std::string>(end[1].v), "700:160");
  EXPECT_EQ(std::get<int64_t>(end[2].v), 4);
  EXPECT_EQ(std::get<std::shared_ptr<model::ConnectList>>(end[3].v)->size(), 2u);
}

TEST_F(StreamDecoder, GoesOnInsideATransactionThatIsDurableInPart) {
  const std::vector<std::string> changes = {Insert(kOid, {"1", "a", "b"}),
                                            Update(kOid, {"2", "a", "b"}, 'K', {"1", {}, {}}),
                                            Insert(kOid, {"3", "a", "b"})};
  Transact(100, {RelationOf(SmallTable()), Insert(kOid, {"0", "a", "b"})});
  decoder_->Take();
  Handle(200, Begin(250, 701));
  // A multi-row insert gives all its rows one LSN, so only a count can tell them apart.
  for (size_t i = 0; i < 2; ++i) Handle(201, changes[i]);
  const ChangeBatchPtr piece = decoder_->Take();
  EXPECT_TRUE(piece->open_transaction);
  EXPECT_EQ(piece->confirm, 160u);
  const PostgresPosition stored = Offset(*piece);
  EXPECT_EQ(stored.end, Lsn{160});
  EXPECT_EQ(stored.open_commit, Lsn{250});
  EXPECT_EQ(stored.open_messages, 2u);

  Restart(stored);
  Handle(200, Begin(250, 701));
  Handle(200, RelationOf(SmallTable()));
  for (const std::string& change : changes) Handle(201, change);
  Handle(260, Commit(250, 260));
  const ChangeBatchPtr rest = decoder_->Take();
  ASSERT_EQ(rest->records.size(), 1u);
  EXPECT_THAT(Row(rest->records[0].after), ElementsAre("3", "a", "b"));
  EXPECT_EQ(rest->transactions[rest->records[0].transaction].last_commit_position, 160u);
  EXPECT_EQ(Offset(*rest).end, Lsn{260});
  EXPECT_FALSE(Offset(*rest).open_commit.is_set());
}

TEST_F(StreamDecoder, CountsOrdersOnAcrossARestart) {
  settings_.events.provide_transaction_metadata = true;
  PostgresPosition stored;
  stored.end = Lsn{90};
  stored.open_commit = Lsn{150};
  stored.open_messages = 2;
  Restart(stored);
  Transact(100, {RelationOf(SmallTable()), Insert(kOid, {"1", "a", "b"}),
                 Insert(kOid, {"2", "a", "b"}), Insert(kOid, {"3", "a", "b"})});
  const ChangeBatchPtr batch = decoder_->Take();
  // No second BEGIN; the third row is third; END counts all.
  EXPECT_THAT(Ops(*batch), ElementsAre(Op::kCreate, Op::kGeneral));
  EXPECT_EQ(batch->records[0].total_order, 3u);
  const auto& end = *std::get<std::shared_ptr<model::ConnectList>>(batch->generals.back().value.v);
  EXPECT_EQ(std::get<int64_t>(end[2].v), 3);
}

TEST_F(StreamDecoder, RefusesAStreamThatDoesNotHoldTheOpenTransaction) {
  PostgresPosition stored;
  stored.end = Lsn{90};
  stored.open_commit = Lsn{140};
  stored.open_messages = 2;
  Restart(stored);
  EXPECT_THROW(Handle(100, Begin(150, 700)), FatalError);
}

TEST_F(StreamDecoder, GoesOnWhereDebeziumStopped) {
  const PostgresPosition stored = PostgresPosition::FromJson(
      R"({"lsn_proc":102,"messageType":"INSERT","lsn_commit":90,"lsn":102,"txId":700,"ts_usec":1})");
  Restart(stored);
  Transact(100, {RelationOf(SmallTable()), Insert(kOid, {"1", "a", "b"}),
                 Insert(kOid, {"2", "a", "b"}), Insert(kOid, {"3", "a", "b"})});
  // A later transaction may hold older changes: they are new.
  Transact(101, {Insert(kOid, {"4", "a", "b"})}, 699);
  const ChangeBatchPtr batch = decoder_->Take();
  ASSERT_EQ(batch->records.size(), 2u);
  EXPECT_THAT(Row(batch->records[0].after), ElementsAre("3", "a", "b"));
  EXPECT_THAT(Row(batch->records[1].after), ElementsAre("4", "a", "b"));
}

TEST_F(StreamDecoder, SkipsMillionsOfDurableChangesInLittleMemory) {
  PostgresPosition stored;
  stored.end = Lsn{90};
  stored.open_commit = Lsn{150};
  stored.open_messages = 100'000;
  Restart(stored);
  Handle(100, Begin(150, 700));
  Handle(100, RelationOf(SmallTable()));
  const std::string change = Insert(kOid, {"1", std::string(200, 'v'), "b"});
  for (int i = 0; i < 100'000; ++i) Handle(101, change);
  EXPECT_LT(decoder_->bytes(), 4u << 20);
  Handle(102, Insert(kOid, {"2", "a", "b"}));
  const ChangeBatchPtr batch = decoder_->Take();
  EXPECT_EQ(batch->records.size(), 1u);
  EXPECT_EQ(Offset(*batch).open_messages, 100'001u);
}

TEST_F(StreamDecoder, PassesLogicalMessagesOn) {
  settings_.events.provide_transaction_metadata = true;
  Handle(100, Begin(150, 700));
  Handle(101, Message(true, 101, "pfx", "in"));
  Handle(160, Commit(150, 160));
  Handle(170, Message(false, 170, "pfx", "out"));
  const ChangeBatchPtr batch = decoder_->Take();
  ASSERT_EQ(batch->records.size(), 4u);
  EXPECT_EQ(batch->schemas[batch->records[1].schema]->topic, "p.message");
  const auto& inside = *std::get<std::shared_ptr<model::ConnectList>>(batch->generals[1].value.v);
  EXPECT_FALSE(inside[3].is_null());
  const auto& outside = *std::get<std::shared_ptr<model::ConnectList>>(batch->generals[3].value.v);
  EXPECT_TRUE(outside[3].is_null());
  EXPECT_EQ(batch->records[3].transaction, model::kNoTransaction);
  // The message outside must not come again.
  EXPECT_EQ(Offset(*batch).end, Lsn{171});
}

// binary.handling.mode was not honoured in messages once.
TEST_F(StreamDecoder, ShowsTheContentOfLogicalMessagesAsBinaryValues) {
  const std::pair<model::BinaryMode, const char*> modes[] = {
      {model::BinaryMode::kBytes, "\xff\xfe"},
      {model::BinaryMode::kBase64, "//4="},
      {model::BinaryMode::kBase64UrlSafe, "__4="},
      {model::BinaryMode::kHex, "fffe"}};
  for (const auto& [mode, expected] : modes) {
    Restart({}, mode);
    Handle(170, Message(false, 170, "pfx", "\xff\xfe"));
    const ChangeBatchPtr batch = decoder_->Take();
    const auto& schema = *batch->schemas[batch->records[0].schema]->value_schema;
    const auto type = mode == model::BinaryMode::kBytes ? model::ConnectType::kBytes
                                                        : model::ConnectType::kString;
    EXPECT_EQ(schema.fields[4].schema->fields[1].schema->type, type);
    const auto& value = std::get<std::shared_ptr<model::ConnectList>>(batch->generals[0].value.v);
    const auto& message = std::get<std::shared_ptr<model::ConnectList>>((*value)[4].v);
    EXPECT_EQ(std::get<std::string>((*message)[1].v), expected);
  }
}

TEST_F(StreamDecoder, NamesTableColumnAndPositionOfAValueThatCannotBeRead) {
  Handle(100, Begin(150, 700));
  Handle(100, RelationOf(SmallTable()));
  try {
    Handle(101, Insert(kOid, {"x", "a", "b"}));
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("g.t.id at 0/65"));
  }
}

TEST_F(StreamDecoder, RefusesBrokenMessages) {
  Handle(100, Begin(150, 700));
  EXPECT_THROW(Handle(101, Insert(kOid, {"1", "a", "b"})), FatalError);  // No Relation message.
  Handle(100, RelationOf(SmallTable()));
  EXPECT_THROW(Handle(101, Insert(kOid, {"1"})), DataError);
  const std::string whole = Update(kOid, {"2", "a", "b"}, 'K', {"1", std::nullopt, std::nullopt});
  for (size_t size = 1; size < whole.size(); ++size) {
    EXPECT_THROW(Handle(101, whole.substr(0, size)), DataError) << size;
  }
  EXPECT_THROW(Handle(101, "?"), FatalError);
}

}  // namespace
}  // namespace tidewire::source
