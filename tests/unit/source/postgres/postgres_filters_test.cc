#include "source/postgres/postgres_filters.h"

#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

TEST(PostgresFilters, NeverCaptureTheServersOwnSchemas) {
  FilterSettings settings;
  settings.table_include = {".*"};
  const CaptureFilters filters = MakePostgresFilters(settings);
  EXPECT_FALSE(filters.CapturesTable("pg_catalog", "pg_class"));
  EXPECT_FALSE(filters.CapturesTable("information_schema", "tables"));
  EXPECT_FALSE(filters.CapturesTable("", "pg_class"));
  EXPECT_TRUE(filters.CapturesTable("public", "t"));
}

}  // namespace
}  // namespace tidewire::source
