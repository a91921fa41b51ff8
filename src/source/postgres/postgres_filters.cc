#include "source/postgres/postgres_filters.h"

namespace tidewire::source {
namespace {

bool IsSystemSchema(std::string_view schema) {
  return schema.starts_with("pg_") || schema == "information_schema" || schema.empty();
}

}  // namespace

CaptureFilters MakePostgresFilters(const FilterSettings& settings) {
  return {settings, IsSystemSchema};
}

}  // namespace tidewire::source
