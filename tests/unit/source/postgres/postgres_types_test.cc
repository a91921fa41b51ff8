#include "source/postgres/postgres_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

using model::ColumnType;
using model::Kind;
using testing::ElementsAre;

PgType Base(uint32_t oid, std::string name, std::string formatted, uint32_t element = 0) {
  PgType out;
  out.oid = oid;
  out.schema = "pg_catalog";
  out.name = std::move(name);
  out.formatted = std::move(formatted);
  out.element_oid = element;
  return out;
}

PostgresTypes SomeTypes() {
  PostgresTypes out;
  out.Add(Base(23, "int4", "integer"));
  out.Add(Base(1007, "_int4", "integer[]", 23));
  out.Add(Base(1700, "numeric", "numeric"));
  out.Add(Base(1231, "_numeric", "numeric[]", 1700));
  out.Add(Base(1043, "varchar", "character varying"));
  out.Add(Base(1042, "bpchar", "bpchar"));
  out.Add(Base(1560, "bit", "\"bit\""));
  out.Add(Base(1562, "varbit", "bit varying"));
  out.Add(Base(1114, "timestamp", "timestamp without time zone"));
  out.Add(Base(1184, "timestamptz", "timestamp with time zone"));
  out.Add(Base(1186, "interval", "interval"));
  out.Add(Base(603, "box", "box"));
  out.Add(Base(1187, "_interval", "interval[]", 1186));
  out.Add(Base(869, "inet", "inet"));
  PgType range = Base(3904, "int4range", "int4range");
  range.kind = 'r';
  out.Add(range);
  PgType mood = Base(20001, "mood", "g.mood");
  mood.schema = "g";
  mood.kind = 'e';
  mood.labels = {"sad", "ok"};
  out.Add(mood);
  PgType price = Base(20002, "price", "g.price");
  price.schema = "g";
  price.kind = 'd';
  price.base_oid = 1700;
  price.base_modifier = ((10 << 16) | 2) + 4;
  out.Add(price);
  PgType pair = Base(20003, "pair", "g.pair");
  pair.schema = "g";
  pair.kind = 'c';
  out.Add(pair);
  PgType hstore = Base(20004, "hstore", "public.hstore");
  hstore.schema = "public";
  out.Add(hstore);
  return out;
}

TEST(PostgresTypes, ReadPrecisionAndScaleOfDecimals) {
  const PostgresTypes types = SomeTypes();
  const ColumnType fixed = types.TypeOf(1700, ((38 << 16) | 10) + 4);
  EXPECT_EQ(fixed.kind, Kind::kDecimal);
  EXPECT_EQ(fixed.precision, 38);
  EXPECT_EQ(fixed.scale, 10);
  EXPECT_EQ(fixed.native, "numeric(38,10)");
  const ColumnType any = types.TypeOf(1700, -1);
  EXPECT_EQ(any.precision, -1);
  EXPECT_EQ(any.scale, -1);
  EXPECT_EQ(any.native, "numeric");
  EXPECT_EQ(types.TypeOf(1700, ((3 << 16) | (0x7ff & -2)) + 4).native, "numeric(3,-2)");
}

TEST(PostgresTypes, ReadLengths) {
  const PostgresTypes types = SomeTypes();
  EXPECT_EQ(types.TypeOf(1043, 14).length, 10);
  EXPECT_EQ(types.TypeOf(1043, 14).native, "character varying(10)");
  EXPECT_EQ(types.TypeOf(1043, -1).length, -1);
  EXPECT_EQ(types.TypeOf(1042, 9).kind, Kind::kChar);
  EXPECT_EQ(types.TypeOf(1042, 9).native, "character(5)");
  EXPECT_EQ(types.TypeOf(1560, 8).native, "bit(8)");
  EXPECT_EQ(types.TypeOf(1562, 12).length, 12);
  EXPECT_EQ(types.TypeOf(1562, -1).length, -1);
}

TEST(PostgresTypes, ReadPrecisionOfTimes) {
  const PostgresTypes types = SomeTypes();
  EXPECT_EQ(types.TypeOf(1114, 3).precision, 3);
  EXPECT_EQ(types.TypeOf(1114, 0).native, "timestamp(0) without time zone");
  EXPECT_EQ(types.TypeOf(1184, -1).precision, -1);
  // interval year to month; interval second(3); interval(6)
  EXPECT_EQ(types.TypeOf(1186, (6 << 16) | 0xffff).native, "interval year to month");
  EXPECT_EQ(types.TypeOf(1186, (6 << 16) | 0xffff).precision, -1);
  EXPECT_EQ(types.TypeOf(1186, (4096 << 16) | 3).native, "interval second(3)");
  EXPECT_EQ(types.TypeOf(1186, (0x7fff << 16) | 6).native, "interval(6)");
}

TEST(PostgresTypes, GiveArraysTheirElement) {
  const PostgresTypes types = SomeTypes();
  const ColumnType array = types.TypeOf(1231, ((10 << 16) | 2) + 4);
  EXPECT_EQ(array.kind, Kind::kArray);
  EXPECT_EQ(array.native, "numeric(10,2)[]");
  EXPECT_EQ(array.type_name, "_numeric");
  ASSERT_NE(array.element, nullptr);
  EXPECT_EQ(array.element->scale, 2);
  EXPECT_TRUE(array.documented);
  EXPECT_FALSE(types.TypeOf(1187, -1).documented);
}

TEST(PostgresTypes, SeeDomainsThroughToTheirBase) {
  const ColumnType price = SomeTypes().TypeOf(20002, -1);
  EXPECT_EQ(price.kind, Kind::kDecimal);
  EXPECT_EQ(price.scale, 2);
  EXPECT_EQ(price.native, "g.price");
  EXPECT_EQ(price.base_native, "numeric(10,2)");
  EXPECT_EQ(price.type_name, "price");
  EXPECT_FALSE(price.built_in);
}

TEST(PostgresTypes, KnowEnumsAndExtensions) {
  const PostgresTypes types = SomeTypes();
  const ColumnType mood = types.TypeOf(20001, -1);
  EXPECT_EQ(mood.kind, Kind::kEnum);
  EXPECT_THAT(mood.enum_values, ElementsAre("sad", "ok"));
  EXPECT_EQ(types.TypeOf(20004, -1).kind, Kind::kHstore);
  EXPECT_FALSE(types.TypeOf(20004, -1).built_in);
}

TEST(PostgresTypes, KeepWhatHasNoDocumentedFormAsText) {
  const PostgresTypes types = SomeTypes();
  for (const uint32_t oid : {603u, 20003u, 99999u}) {
    EXPECT_EQ(types.TypeOf(oid, -1).kind, Kind::kOther);
    EXPECT_FALSE(types.TypeOf(oid, -1).documented);
  }
  EXPECT_EQ(types.TypeOf(3904, -1).kind, Kind::kOther);
  EXPECT_TRUE(types.TypeOf(3904, -1).documented);
  EXPECT_TRUE(types.TypeOf(869, -1).documented);
}

}  // namespace
}  // namespace tidewire::source
