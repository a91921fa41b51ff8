#include "config/common.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/converters.h"

namespace tidewire::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CommonDefaults Defaults() {
  CommonDefaults out;
  out.connector_version = "1.0";
  out.worker_version = "2.0";
  return out;
}

std::vector<std::string> ErrorsOf(const Validation& validation, std::string_view name) {
  for (const auto& property : validation.properties) {
    if (property.property->name == name) return property.errors;
  }
  ADD_FAILURE() << name;
  return {};
}

TEST(CommonDefinition, ListsASourcesPropertiesInTheRealOrder) {
  const Definition definition = CommonDefinition(ConnectorKind::kSource, Defaults());
  std::vector<std::string> names;
  for (const auto& property : definition.properties) names.push_back(property.name);
  EXPECT_THAT(
      names,
      ElementsAre("name", "connector.class", "connector.plugin.version", "tasks.max",
                  "tasks.max.enforce", "key.converter", "key.converter.plugin.version",
                  "value.converter", "value.converter.plugin.version", "header.converter",
                  "header.converter.plugin.version", "transforms", "predicates",
                  "config.action.reload", "errors.retry.timeout", "errors.retry.delay.max.ms",
                  "errors.tolerance", "errors.log.enable", "errors.log.include.messages",
                  "topic.creation.groups", "exactly.once.support", "transaction.boundary",
                  "transaction.boundary.interval.ms", "offsets.storage.topic"));
  EXPECT_EQ(definition.Find("connector.plugin.version")->default_value, "1.0");
  EXPECT_EQ(definition.Find("key.converter.plugin.version")->default_value, "2.0");
  EXPECT_EQ(definition.Find("config.action.reload")->order, 14);
}

TEST(CommonDefinition, HasDocumentationEverywhere) {
  for (const auto kind : {ConnectorKind::kSource, ConnectorKind::kSink}) {
    for (const auto& property : CommonDefinition(kind, Defaults()).properties) {
      EXPECT_FALSE(property.documentation.empty()) << property.name;
      EXPECT_TRUE(BelongsToEveryConnector(property.name)) << property.name;
    }
  }
}

TEST(CommonDefinition, RefusesWhatKafkaConnectRefuses) {
  const Definition definition = CommonDefinition(ConnectorKind::kSource, Defaults());
  const auto validation = Validate(definition, {{"name", ""},
                                                {"connector.class", "x"},
                                                {"tasks.max", "0"},
                                                {"errors.tolerance", "some"},
                                                {"key.converter", "no.Such"}});
  EXPECT_THAT(ErrorsOf(validation, "name"),
              ElementsAre("Invalid value  for configuration name: String may not be empty"));
  EXPECT_THAT(ErrorsOf(validation, "tasks.max"),
              ElementsAre("Invalid value 0 for configuration tasks.max: Value must be at least 1"));
  EXPECT_THAT(
      ErrorsOf(validation, "errors.tolerance"),
      ElementsAre("Invalid value some for configuration errors.tolerance: String must be one "
                  "of: none, all"));
  EXPECT_THAT(ErrorsOf(validation, "key.converter"),
              ElementsAre("Invalid value no.Such for configuration key.converter: Class no.Such "
                          "could not be found."));
}

TEST(CheckTogether, WantsTopicsOrTheirRegex) {
  const Definition definition = CommonDefinition(ConnectorKind::kSink, Defaults());
  const auto complaints = [&](Properties given) {
    given["name"] = "s";
    Validation validation = Validate(definition, given);
    CheckTogether(ConnectorKind::kSink, given, validation);
    EXPECT_EQ(ErrorsOf(validation, "topics"), ErrorsOf(validation, "topics.regex"));
    return ErrorsOf(validation, "topics");
  };
  EXPECT_THAT(complaints({}), ElementsAre("Must configure one of topics or topics.regex"));
  EXPECT_THAT(complaints({{"topics", "a"}, {"topics.regex", "b"}}),
              ElementsAre(HasSubstr("mutually exclusive")));
  EXPECT_THAT(complaints({{"topics", "a"}}), IsEmpty());
  EXPECT_THAT(complaints({{"topics.regex", "a.*"}}), IsEmpty());
}

TEST(CheckTogether, FindsRepeatedAndForgottenAliases) {
  const Definition definition = CommonDefinition(ConnectorKind::kSource, Defaults());
  const Properties given = {{"transforms", "a,a"}, {"transforms.b.type", "X"}};
  Validation validation = Validate(definition, given);
  CheckTogether(ConnectorKind::kSource, given, validation);
  EXPECT_THAT(ErrorsOf(validation, "transforms"), Contains(HasSubstr("Duplicate alias provided.")));
  EXPECT_THAT(validation.warnings, Contains(HasSubstr("'b' is not in the list 'transforms'")));
}

TEST(TransformDefinition, PutsTheTransformsPropertiesUnderItsAlias) {
  Definition transform;
  transform.plugin = "org.apache.kafka.connect.transforms.RegexRouter";
  transform.properties.resize(2);
  transform.properties[0].name = "regex";
  transform.properties[0].required = true;
  transform.properties[1].name = "replacement";
  const Definition definition = TransformDefinition("route", &transform, "3.0", {"p"});
  std::vector<std::string> names;
  for (const auto& property : definition.properties) {
    names.push_back(property.name);
    EXPECT_EQ(property.group, "Transforms: route");
    EXPECT_EQ(property.order, static_cast<int>(names.size()) - 1);
  }
  EXPECT_THAT(names, ElementsAre("transforms.route.type", "transforms.route.plugin.version",
                                 "transforms.route.negate", "transforms.route.predicate",
                                 "transforms.route.regex", "transforms.route.replacement"));
  const auto validation = Validate(definition, {{"transforms.route.type", "RegexRouter"},
                                                {"transforms.route.predicate", "q"},
                                                {"transforms.route.regx", "a"},
                                                {"transforms.other.regx", "a"}});
  EXPECT_EQ(ErrorsOf(validation, "transforms.route.predicate").size(), 1u);
  EXPECT_THAT(ErrorsOf(validation, "transforms.route.regex"),
              ElementsAre("Missing required configuration \"transforms.route.regex\" which has no "
                          "default value."));
  EXPECT_THAT(validation.warnings, ElementsAre(HasSubstr("mean 'transforms.route.regex'?")));
}

TEST(TransformDefinition, ComplainsAboutAnUnknownClass) {
  const Definition definition = TransformDefinition("x", nullptr, "", {});
  const auto validation = Validate(definition, {{"transforms.x.type", "nope.Nope"}});
  ASSERT_EQ(validation.properties.size(), 2u);
  EXPECT_THAT(validation.properties[0].errors,
              ElementsAre("Invalid value nope.Nope for configuration transforms.x.type: Class "
                          "nope.Nope could not be found."));
  EXPECT_EQ(validation.properties[0].value, std::nullopt);
}

TEST(Converters, AreFoundByClassAndByShorterNames) {
  for (const char* name :
       {"org.apache.kafka.connect.json.JsonConverter", "JsonConverter", "Json"}) {
    ASSERT_NE(FindConverter(name, false), nullptr) << name;
  }
  EXPECT_EQ(FindConverter("SimpleHeaderConverter", false), nullptr);
  EXPECT_NE(FindConverter("SimpleHeaderConverter", true), nullptr);
  EXPECT_EQ(FindConverter("io.confluent.connect.avro.AvroConverter", false), nullptr);
}

TEST(ConverterDefinition, ChecksThePropertiesBelowItsPrefix) {
  const Definition definition =
      ConverterDefinition(*FindConverter("JsonConverter", false), "value.converter.");
  const auto validation = Validate(definition, {{"value.converter.schemas.enable", "maybe"},
                                                {"value.converter.schemas.enabled", "true"},
                                                {"key.converter.anything", "x"}});
  EXPECT_EQ(validation.error_count(), 1);
  EXPECT_THAT(validation.warnings,
              ElementsAre(HasSubstr("mean 'value.converter.schemas.enable'?")));
}

}  // namespace
}  // namespace tidewire::config
