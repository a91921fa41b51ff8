#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "transform/transform.h"

namespace tidewire::transform {
namespace {

using model::ChangeBatch;
using model::Datum;
using model::Op;
using model::Record;
using model::TopicSchema;
using model::TopicSchemaPtr;
using Properties = std::map<std::string, std::string>;
using Deletes = model::Unwrap::Deletes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kUnwrap[] = "io.debezium.transforms.ExtractNewRecordState";
constexpr char kRouter[] = "org.apache.kafka.connect.transforms.RegexRouter";

TopicSchemaPtr Topic(const std::string& name) {
  auto table = std::make_shared<model::TableSchema>();
  table->catalog = "db";
  table->name = name;
  for (const char* column : {"id", "region"}) {
    table->columns.emplace_back();
    table->columns.back().name = column;
  }
  table->columns.emplace_back();
  table->columns.back().name = "count";
  table->columns.back().type.kind = model::Kind::kInt64;
  table->key = {0};
  auto schema = std::make_shared<TopicSchema>();
  schema->topic = schema->base_topic = name;
  schema->render = std::make_shared<model::RenderOptions>();
  schema->table = table;
  return schema;
}

TopicSchemaPtr General(const std::string& name) {
  auto schema = std::make_shared<TopicSchema>();
  schema->topic = schema->base_topic = name;
  schema->render = std::make_shared<model::RenderOptions>();
  return schema;
}

void Add(ChangeBatch& batch, const TopicSchemaPtr& schema, Op op, const char* region = "eu") {
  Record record;
  record.op = op;
  record.schema = batch.SchemaIndex(schema);
  if (op == Op::kGeneral) {
    record.general = static_cast<uint32_t>(batch.generals.size());
    batch.generals.emplace_back();
    batch.generals.back().value = model::ConnectValue{int64_t{1}};
  } else if (op != Op::kTruncate) {
    Datum* row = batch.NewRow(*schema->table);
    row[0] = Datum::View("1");
    row[1] = Datum::View(region);
    row[2] = Datum::Integer(7);
    (op == Op::kDelete || op == Op::kTombstone ? record.before : record.after) = row;
  }
  batch.records.push_back(record);
}

// Every operation once, of one table; then a general record.
void FillAll(ChangeBatch& batch, const TopicSchemaPtr& schema) {
  for (const Op op :
       {Op::kRead, Op::kCreate, Op::kUpdate, Op::kDelete, Op::kTombstone, Op::kTruncate})
    Add(batch, schema, op);
  Add(batch, General("p.transaction"), Op::kGeneral);
}

// The operations that are left, and whether each is flat.
std::string Shapes(const ChangeBatch& batch) {
  static const std::map<Op, char> letters = {
      {Op::kRead, 'r'},      {Op::kCreate, 'c'},   {Op::kUpdate, 'u'}, {Op::kDelete, 'd'},
      {Op::kTombstone, '0'}, {Op::kTruncate, 't'}, {Op::kGeneral, 'g'}};
  std::string out;
  for (const Record& record : batch.records) {
    out += letters.at(record.op);
    if (!batch.schemas[record.schema]->unwrap && record.op != Op::kGeneral) out += '!';
  }
  return out;
}

std::string Topics(const ChangeBatch& batch) {
  std::string out;
  for (const Record& record : batch.records) out += batch.schemas[record.schema]->topic + ' ';
  return out;
}

std::unique_ptr<Chain> Unwrapping(Properties more = {}) {
  Properties all = {{"transforms", "u"}, {"transforms.u.type", kUnwrap}};
  for (const auto& [name, value] : more) all["transforms.u." + name] = value;
  return Chain::FromConfig(all);
}

std::string Complaint(const Properties& properties) {
  try {
    Chain::FromConfig(properties);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

struct Mode {
  const char* mode;
  Deletes deletes;
  const char* left;
};
class DeleteMode : public ::testing::TestWithParam<Mode> {};

TEST_P(DeleteMode, DecidesWhatIsLeft) {
  ChangeBatch batch;
  FillAll(batch, Topic("a"));
  std::vector<uint32_t> kept = {99};
  Unwrapping({{"delete.tombstone.handling.mode", GetParam().mode}})->Apply(batch, &kept);
  EXPECT_EQ(Shapes(batch), GetParam().left);
  EXPECT_EQ(batch.schemas[0]->unwrap->deletes, GetParam().deletes);
  EXPECT_EQ(kept.size(), batch.records.size());
  EXPECT_EQ(kept.back(), 6U);
}

INSTANTIATE_TEST_SUITE_P(
    ExtractNewRecordState, DeleteMode,
    ::testing::Values(Mode{"drop", Deletes::kDrop, "rcug"},
                      Mode{"tombstone", Deletes::kTombstone, "rcudg"},
                      Mode{"REWRITE", Deletes::kRewrite, "rcudg"},
                      Mode{"rewrite-with-tombstone", Deletes::kRewriteWithTombstone, "rcud0g"},
                      Mode{"delete-to-tombstone", Deletes::kDeleteToTombstone, "rcudg"}));

TEST(ExtractNewRecordState, TakesTheOldPropertiesWhereTheNewOneIsNotGiven) {
  const auto run = [](const Properties& properties) {
    ChangeBatch batch;
    FillAll(batch, Topic("a"));
    Unwrapping(properties)->Apply(batch, nullptr);
    return Shapes(batch);
  };
  EXPECT_EQ(run({{"drop.tombstones", "false"}}), "rcu0g");
  EXPECT_EQ(run({{"drop.tombstones", "true"}}), "rcug");
  EXPECT_EQ(run({{"drop.tombstones", "false"}, {"delete.handling.mode", "none"}}), "rcud0g");
  EXPECT_EQ(run({{"delete.handling.mode", "rewrite"}}), "rcudg");
  EXPECT_EQ(run({{"drop.tombstones", "false"}, {"delete.tombstone.handling.mode", "drop"}}),
            "rcug");
}

TEST(ExtractNewRecordState, NamesAddedFieldsAsDebeziumDoes) {
  ChangeBatch batch;
  Add(batch, Topic("a"), Op::kCreate);
  Unwrapping({{"add.fields", "op, source.ts_ms,table:origin,before.id"},
              {"add.headers", "db"},
              {"add.headers.prefix", "h_"}})
      ->Apply(batch, nullptr);
  using Field = model::Unwrap::AddedField;
  EXPECT_THAT(batch.schemas[0]->unwrap->add_fields,
              ElementsAre(Field{"op", "__op"}, Field{"source.ts_ms", "__source_ts_ms"},
                          Field{"table", "__origin"}, Field{"before.id", "__before_id"}));
  EXPECT_THAT(batch.schemas[0]->unwrap->add_headers, ElementsAre(Field{"db", "h_db"}));
}

TEST(ExtractNewRecordState, MapsASchemaOnce) {
  const TopicSchemaPtr schema = Topic("a");
  const auto chain = Unwrapping();
  ChangeBatch first;
  ChangeBatch second;
  Add(first, schema, Op::kCreate);
  Add(second, schema, Op::kCreate);
  chain->Apply(first, nullptr);
  chain->Apply(second, nullptr);
  EXPECT_EQ(first.schemas[0], second.schemas[0]) << "the renderer's plans hang on the pointer";
  EXPECT_FALSE(schema->unwrap) << "a schema is immutable";
}

TEST(ExtractNewRecordState, LeavesFlatRecordsAlone) {
  ChangeBatch batch;
  FillAll(batch, Topic("a"));
  const auto chain =
      Chain::FromConfig({{"transforms", "a,b"},
                         {"transforms.a.type", kUnwrap},
                         {"transforms.a.delete.tombstone.handling.mode", "rewrite-with-tombstone"},
                         {"transforms.b.type", kUnwrap},
                         {"transforms.b.delete.tombstone.handling.mode", "drop"}});
  chain->Apply(batch, nullptr);
  EXPECT_EQ(Shapes(batch), "rcud0g");
}

TEST(ExtractNewRecordState, RoutesByAFieldOfTheRow) {
  const TopicSchemaPtr schema = Topic("a");
  ChangeBatch batch;
  Add(batch, schema, Op::kCreate, "eu");
  Add(batch, schema, Op::kDelete, "us");
  Add(batch, schema, Op::kUpdate, "eu");
  Add(batch, schema, Op::kUpdate, " ");
  const auto chain = Unwrapping({{"route.by.field", "region"}});
  chain->Apply(batch, nullptr);
  EXPECT_EQ(Topics(batch), "eu us eu a ");
  EXPECT_EQ(batch.records[0].schema, batch.records[2].schema);
  EXPECT_EQ(batch.schemas[batch.records[0].schema]->base_topic, "a")
      << "schema names do not follow the route";
}

TEST(ExtractNewRecordState, RefusesToRouteByWhatIsNoText) {
  for (const char* field : {"count", "no_such"}) {
    ChangeBatch batch;
    Add(batch, Topic("a"), Op::kCreate);
    EXPECT_THROW(Unwrapping({{"route.by.field", field}})->Apply(batch, nullptr), DataError)
        << field;
  }
}

TEST(RegexRouter, RenamesTopicsThatMatchAsAWhole) {
  ChangeBatch batch;
  Add(batch, Topic("srv.public.orders"), Op::kCreate);
  Add(batch, Topic("other"), Op::kDelete);
  Add(batch, Topic("x.srv.public.orders.y"), Op::kTruncate);
  Add(batch, General("srv.public.message"), Op::kGeneral);
  const auto chain = Chain::FromConfig({{"transforms", "r"},
                                        {"transforms.r.type", kRouter},
                                        {"transforms.r.regex", "([^.]+)\\.([^.]+)\\.([^.]+)"},
                                        {"transforms.r.replacement", "$3"}});
  chain->Apply(batch, nullptr);
  EXPECT_EQ(Topics(batch), "orders other x.srv.public.orders.y message ");
  EXPECT_EQ(batch.schemas[0]->base_topic, "srv.public.orders");
  EXPECT_EQ(batch.records.size(), 4U);
}

TEST(RegexRouter, NamesTheBadProperty) {
  EXPECT_THAT(Complaint({{"transforms", "r"},
                         {"transforms.r.type", kRouter},
                         {"transforms.r.regex", "(a"},
                         {"transforms.r.replacement", "x"}}),
              HasSubstr("transforms.r.regex"));
  const auto chain = Chain::FromConfig({{"transforms", "r"},
                                        {"transforms.r.type", "RegexRouter"},
                                        {"transforms.r.regex", "a"},
                                        {"transforms.r.replacement", "$1"}});
  ChangeBatch batch;
  Add(batch, Topic("a"), Op::kCreate);
  EXPECT_THROW(chain->Apply(batch, nullptr), ConfigError);
}

TEST(Chain, AppliesTransformsInTheirOrder) {
  ChangeBatch batch;
  FillAll(batch, Topic("a"));
  std::vector<uint32_t> kept;
  const auto chain = Chain::FromConfig({{"transforms", "u, r"},
                                        {"transforms.u.type", kUnwrap},
                                        {"transforms.r.type", kRouter},
                                        {"transforms.r.regex", "a"},
                                        {"transforms.r.replacement", "b"}});
  EXPECT_FALSE(chain->empty());
  chain->Apply(batch, &kept);
  EXPECT_EQ(Shapes(batch), "rcudg");
  EXPECT_EQ(Topics(batch), "b b b b p.transaction ");
  EXPECT_THAT(kept, ElementsAre(0, 1, 2, 3, 6));
}

TEST(Chain, IsEmptyWithoutTransforms) {
  const auto chain = Chain::FromConfig({{"connector.class", "x"}});
  EXPECT_TRUE(chain->empty());
  ChangeBatch batch;
  Add(batch, Topic("a"), Op::kCreate);
  std::vector<uint32_t> kept;
  chain->Apply(batch, &kept);
  EXPECT_THAT(kept, ElementsAre(0));
}

// A chain that renames the records of topic "a…" which a predicate meets, or does not meet.
std::string RoutedWhere(const Properties& predicate, bool negate, ChangeBatch& batch) {
  Properties all = {{"transforms", "r"},
                    {"transforms.r.type", kRouter},
                    {"transforms.r.regex", "a.*"},
                    {"transforms.r.replacement", "hit"},
                    {"transforms.r.predicate", "p"},
                    {"transforms.r.negate", negate ? "true" : "false"},
                    {"predicates", "p"}};
  for (const auto& [name, value] : predicate) all["predicates.p." + name] = value;
  Chain::FromConfig(all)->Apply(batch, nullptr);
  return Topics(batch);
}

TEST(TopicNameMatches, LimitsATransformToItsTopics) {
  const Properties predicate = {
      {"type", "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"},
      {"pattern", "a1|b"}};
  for (const bool negate : {false, true}) {
    ChangeBatch batch;
    const TopicSchemaPtr a1 = Topic("a1");
    Add(batch, a1, Op::kCreate);
    Add(batch, Topic("a2"), Op::kCreate);
    Add(batch, a1, Op::kCreate);
    EXPECT_EQ(RoutedWhere(predicate, negate, batch), negate ? "a1 hit a1 " : "hit a2 hit ");
  }
}

TEST(HasHeaderKey, KnowsTheHeadersThatRecordsWillHave) {
  const auto routed = [](const char* name) {
    ChangeBatch batch;
    const TopicSchemaPtr schema = Topic("a");
    Add(batch, schema, Op::kDelete);
    batch.records[0].key_header = model::KeyHeader::kNewKey;
    Add(batch, schema, Op::kCreate);
    batch.records[1].key_header = model::KeyHeader::kOldKey;
    Add(batch, schema, Op::kCreate);
    return RoutedWhere({{"type", "HasHeaderKey"}, {"name", name}}, false, batch);
  };
  EXPECT_EQ(routed("__debezium.newkey"), "hit a a ");
  EXPECT_EQ(routed("__debezium.oldkey"), "a hit a ");
  EXPECT_EQ(routed("__debezium.context.taskId"), "hit hit hit ");
  EXPECT_EQ(routed("other"), "a a a ");
}

TEST(RecordIsTombstone, MeetsNullValuesOnly) {
  ChangeBatch batch;
  const TopicSchemaPtr schema = Topic("a");
  Add(batch, schema, Op::kCreate);
  Add(batch, schema, Op::kDelete);
  Add(batch, schema, Op::kTombstone);
  EXPECT_EQ(RoutedWhere({{"type", "RecordIsTombstone"}}, false, batch), "a a hit ");
}

TEST(Predicate, LimitsWhatIsDropped) {
  ChangeBatch batch;
  const TopicSchemaPtr schema = Topic("a");
  for (const Op op : {Op::kCreate, Op::kDelete, Op::kTombstone}) Add(batch, schema, op);
  const auto chain = Chain::FromConfig({{"transforms", "u"},
                                        {"transforms.u.type", kUnwrap},
                                        {"transforms.u.predicate", "t"},
                                        {"predicates", "t"},
                                        {"predicates.t.type", "RecordIsTombstone"}});
  std::vector<uint32_t> kept;
  chain->Apply(batch, &kept);
  EXPECT_EQ(Shapes(batch), "c!d!");
  EXPECT_THAT(kept, ElementsAre(0, 1));
}

TEST(Configuration, NamesUnknownClassesAndProperties) {
  EXPECT_THAT(Complaint({{"transforms", "u"},
                         {"transforms.u.type", "io.debezium.transforms.ExtractNewRecordStat"}}),
              HasSubstr("did you mean io.debezium.transforms.ExtractNewRecordState?"));
  EXPECT_THAT(Complaint({{"transforms", "u"}}), HasSubstr("transforms.u.type is missing"));
  EXPECT_THAT(
      Complaint(
          {{"transforms", "u"}, {"transforms.u.type", kUnwrap}, {"transforms.u.add.field", "op"}}),
      HasSubstr("did you mean 'transforms.u.add.fields'"));
  EXPECT_THAT(Complaint({{"predicates", "p"}, {"predicates.p.type", "No"}}),
              HasSubstr("predicates.p.type"));
  EXPECT_THAT(
      Complaint({{"transforms", "r"}, {"transforms.r.type", kRouter}, {"transforms.r.regex", "a"}}),
      HasSubstr("transforms.r.replacement"));
  EXPECT_THAT(Complaint({{"transforms", "u"},
                         {"transforms.u.type", kUnwrap},
                         {"transforms.u.predicate", "gone"}}),
              HasSubstr("gone"));
  EXPECT_THAT(Complaint({{"transforms", "u"},
                         {"transforms.u.type", kUnwrap},
                         {"transforms.u.delete.tombstone.handling.mode", "keep"}}),
              HasSubstr("delete.tombstone.handling.mode"));
  EXPECT_THAT(Complaint({{"transforms", "u"},
                         {"transforms.u.type", kUnwrap},
                         {"transforms.u.add.fields", "nowhere.x"}}),
              HasSubstr("'nowhere.x'"));
  EXPECT_THAT(Complaint({{"transforms", "u"},
                         {"transforms.u.type", kUnwrap},
                         {"transforms.u.delete.handling.mode", "keep"}}),
              HasSubstr("delete.handling.mode"));
}

TEST(Configuration, TakesAliasesWithDots) {
  EXPECT_EQ(Complaint({{"transforms", "u,u.r"},
                       {"transforms.u.type", kUnwrap},
                       {"transforms.u.r.type", kRouter},
                       {"transforms.u.r.regex", "a"},
                       {"transforms.u.r.replacement", "b"}}),
            "none");
}

TEST(Definitions, AreFoundByClassAndBySimpleName) {
  EXPECT_EQ(FindTransformDefinition(kUnwrap)->properties.size(), 9U);
  EXPECT_EQ(FindTransformDefinition("RegexRouter")->plugin, kRouter);
  EXPECT_EQ(FindTransformDefinition("org.apache.kafka.connect.transforms.Cast$Value"), nullptr);
  EXPECT_EQ(FindPredicateDefinition("TopicNameMatches")->properties.size(), 1U);
  EXPECT_EQ(FindPredicateDefinition(kUnwrap), nullptr);
}

}  // namespace
}  // namespace tidewire::transform
