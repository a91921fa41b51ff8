#include "source/postgres/postgres_defaults.h"

#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

using model::ColumnType;
using model::Kind;

ColumnType Type(Kind kind, std::string native) {
  ColumnType out;
  out.kind = kind;
  out.native = std::move(native);
  return out;
}

DefaultForm FormOf(std::string_view expression, Kind kind = Kind::kOther, std::string native = "") {
  return ParseDefault(expression, Type(kind, std::move(native))).form;
}

std::string TextOf(std::string_view expression, Kind kind, std::string native) {
  const ParsedDefault parsed = ParseDefault(expression, Type(kind, std::move(native)));
  return parsed.form == DefaultForm::kText ? parsed.text : "(no text)";
}

TEST(ParseDefault, ReadsConstantsWhoseTextIsTheValue) {
  EXPECT_EQ(TextOf("42", Kind::kInt32, "integer"), "42");
  EXPECT_EQ(TextOf("'-1'::integer", Kind::kInt32, "integer"), "-1");
  EXPECT_EQ(TextOf("true", Kind::kBool, "boolean"), "true");
  EXPECT_EQ(TextOf("'x''y'::text", Kind::kString, "text"), "x'y");
  EXPECT_EQ(TextOf("''::text", Kind::kString, "text"), "");
  EXPECT_EQ(TextOf("E'a\\\\b''c'::text", Kind::kString, "text"), "a\\b'c");
}

TEST(ParseDefault, LeavesLiteralsOfOtherTypesToTheServer) {
  EXPECT_EQ(FormOf("1.50", Kind::kDecimal, "numeric(10,2)"), DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("'2020-01-02'::date", Kind::kDate, "date"), DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("'{\"a\":1}'::jsonb", Kind::kJson, "jsonb"), DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("'ok'::g.mood", Kind::kEnum, "g.mood"), DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("'ok'::\"My Schema\".\"a\"\"b\"", Kind::kEnum), DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("'1 day'::interval", Kind::kInterval, "interval"), DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("'{}'::integer[]", Kind::kArray, "integer[]"), DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("B'101'::\"bit\"", Kind::kBits, "bit(3)"), DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("('a'::character varying)::character varying(3)", Kind::kString),
            DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("'2020-01-01 00:00:00'::timestamp(3) without time zone", Kind::kTimestamp),
            DefaultForm::kLiteral);
  EXPECT_EQ(FormOf("99999", Kind::kInt16, "smallint"), DefaultForm::kLiteral);
}

TEST(ParseDefault, DoesNotTakeExpressionsForConstants) {
  for (const char* expression :
       {"now()", "nextval('g.s'::regclass)", "CURRENT_TIMESTAMP", "('a'::text || 'b'::text)",
        "'a'::text || 'b'::text", "(1 + 2)", "-1 + 2", "'a'::text COLLATE \"C\"", "ARRAY[1, 2]",
        "upper('a'::text)", "'a'::text AND true", "(1", "'a", ""}) {
    EXPECT_EQ(FormOf(expression), DefaultForm::kExpression) << expression;
  }
}

TEST(ParseDefault, KnowsLiteralsThatMeanTheTimeOfReading) {
  EXPECT_EQ(FormOf("('now'::text)::date", Kind::kDate, "date"), DefaultForm::kExpression);
  EXPECT_EQ(FormOf("(' Today '::text)::timestamp without time zone", Kind::kTimestamp),
            DefaultForm::kExpression);
  EXPECT_EQ(TextOf("'now'::text", Kind::kString, "text"), "now");
}

TEST(ParseDefault, TakesNullForNoDefault) {
  EXPECT_EQ(FormOf("NULL::character varying", Kind::kString), DefaultForm::kNull);
}

}  // namespace
}  // namespace tidewire::source
