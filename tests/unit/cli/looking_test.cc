#include "cli/looking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "log/memory_log.h"

namespace tidewire::cli {
namespace {

using testing::HasSubstr;

class LookingTest : public testing::Test {
 protected:
  LookingTest() {
    auto table = std::make_shared<model::TableSchema>();
    table->schema = "public";
    table->name = "t";
    model::Column id;
    id.name = "id";
    id.type.kind = model::Kind::kInt32;
    id.type.native = "integer";
    id.type.type_name = "int4";
    id.nullable = false;
    table->columns = {id};
    table->key = {0};
    auto render = std::make_shared<model::RenderOptions>();
    render->connector_kind = "postgresql";
    render->logical_name = "p";
    render->key_converter.schemas_enable = render->value_converter.schemas_enable = false;
    render->context_headers = false;
    auto topic = std::make_shared<model::TopicSchema>();
    topic->topic = topic->base_topic = "p.public.t";
    topic->table = table;
    topic->render = render;
    model::ChangeBatch batch;
    for (int i = 1; i <= 3; ++i) {
      model::Datum* row = batch.NewRow(*table);
      row[0] = model::Datum::Integer(i);
      model::Record record;
      record.schema = batch.SchemaIndex(topic);
      record.op = i == 3 ? model::Op::kTombstone : model::Op::kCreate;
      (i == 3 ? record.before : record.after) = row;
      batch.records.push_back(record);
    }
    const log::PendingAppend append{.connector = "c", .batch = &batch};
    log_->Append({&append, 1});
  }

  ConsumeRequest FromBeginning() {
    ConsumeRequest out;
    out.subscription.topics = {"p.public.t"};
    out.from_beginning = true;
    return out;
  }
  std::string Text(const ConsumeRequest& request) {
    std::string out;
    Consume(*log_, request,
            [&](std::string_view piece) {
              out += piece;
              return true;
            },
            {});
    return out;
  }

  const std::unique_ptr<log::StoredLog> log_ = log::MakeMemoryLog();
};

TEST_F(LookingTest, PrintsKeysAndValuesAsTheConsoleConsumer) {
  ConsumeRequest request = FromBeginning();
  request.print.print_key = true;
  request.print.print_offset = true;
  const std::string text = Text(request);
  EXPECT_THAT(text, HasSubstr("Offset:0\t{\"id\":1}\t{\"before\":null,\"after\":{\"id\":1}"));
  EXPECT_THAT(text, HasSubstr("Offset:2\t{\"id\":3}\tnull\n"));
}

TEST_F(LookingTest, PrintsOneObjectALine) {
  ConsumeRequest request = FromBeginning();
  request.print.jsonl = true;
  const std::string text = Text(request);
  EXPECT_THAT(text, HasSubstr(R"({"topic":"p.public.t","partition":0,"offset":0,"timestamp":)"));
  EXPECT_THAT(text, HasSubstr(R"("headers":[],"key":"{\"id\":3}","value":null})"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST_F(LookingTest, EndsAfterTheMessagesAskedFor) {
  ConsumeRequest request = FromBeginning();
  request.messages_max = 2;
  const std::string text = Text(request);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST_F(LookingTest, EndsWhenNothingComesForTheTimeout) {
  ConsumeRequest request = FromBeginning();
  request.from_beginning = false;
  request.follow = true;
  request.timeout = std::chrono::milliseconds(20);
  EXPECT_EQ(Text(request), "");
}

TEST_F(LookingTest, ListsAndDescribesTopics) {
  EXPECT_EQ(DescribeTopics(*log_, {}), "p.public.t\n");
  EXPECT_THAT(DescribeTopics(*log_, {.describe = true, .topic = "p.public.t"}),
              HasSubstr("Topic: p.public.t\tPartitionCount: 1"));
  EXPECT_THROW(DescribeTopics(*log_, {.describe = false, .topic = "nope"}), ConfigError);
}

TEST(ConsumeRequest, SurvivesItsQuery) {
  ConsumeRequest request;
  request.subscription.topics_regex = "a\\.b &+.*";
  request.follow = true;
  request.partition = 3;
  request.messages_max = 7;
  request.timeout = std::chrono::milliseconds(50);
  request.print.print_key = true;
  request.print.key_separator = " | ";
  rest::HttpRequest http;
  rest::ParseTarget("/tidewire/consume" + ToQuery(request), http);
  const ConsumeRequest back = ConsumeRequestOf(http);
  EXPECT_EQ(back.subscription.topics_regex, request.subscription.topics_regex);
  EXPECT_TRUE(back.follow);
  EXPECT_FALSE(back.from_beginning);
  EXPECT_EQ(back.partition, 3);
  EXPECT_EQ(back.messages_max, 7u);
  EXPECT_EQ(back.timeout, std::chrono::milliseconds(50));
  EXPECT_TRUE(back.print.print_key);
  EXPECT_EQ(back.print.key_separator, " | ");
}

TEST(ConsumeRequest, RefusesWhatNamesNoTopicOrNoRegex) {
  rest::HttpRequest http;
  EXPECT_THROW(ConsumeRequestOf(http), ConfigError);
  rest::ParseTarget("/tidewire/consume?topics-regex=%5B", http);
  EXPECT_THROW(ConsumeRequestOf(http), ConfigError);
}

}  // namespace
}  // namespace tidewire::cli
