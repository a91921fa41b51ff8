#include "source/property_rows.h"

#include "base/error.h"
#include "source/common_properties.h"

namespace tidewire::source {
namespace {

const PropertyRow* FindShared(std::string_view name) {
  for (const auto rows : {CommonRunProperties(), CommonEventProperties()}) {
    for (const PropertyRow& row : rows) {
      if (name == row.name) return &row;
    }
  }
  return nullptr;
}

const PropertyRow& RowOf(const PropertyEntry& entry) {
  if (entry.shared == nullptr) return entry.own;
  const PropertyRow* row = FindShared(entry.shared);
  TW_CHECK(row != nullptr, entry.shared);
  return *row;
}

PropertyRow Applied(PropertyRow row, const PropertyDifference& difference) {
  if (difference.default_value != nullptr) row.default_value = difference.default_value;
  if (difference.width) row.width = *difference.width;
  if (difference.support) row.support = *difference.support;
  if (difference.documentation != nullptr) row.documentation = difference.documentation;
  if (difference.allowed != nullptr) row.allowed = difference.allowed;
  if (difference.check != nullptr) row.check = difference.check;
  if (difference.dependents != nullptr) row.dependents = difference.dependents;
  return row;
}

config::Property MakeProperty(const PropertyRow& row) {
  config::Property out;
  out.name = row.name;
  out.type = row.type;
  if (row.default_value != nullptr) out.default_value = row.default_value;
  out.importance = row.importance;
  out.documentation = row.documentation;
  out.width = row.width;
  out.display_name = row.display_name;
  if (row.allowed != nullptr) out.allowed = config::SplitList(row.allowed);
  if (row.check != nullptr) out.check = row.check;
  if (row.dependents != nullptr) out.dependents = config::SplitList(row.dependents);
  out.support = row.support;
  return out;
}

}  // namespace

void AddProperties(const char* group, std::span<const PropertyEntry> entries,
                   config::Definition& definition) {
  const auto is_of_group = [&](const config::Property& one) { return one.group == group; };
  auto order =
      std::count_if(definition.properties.begin(), definition.properties.end(), is_of_group);
  for (const PropertyEntry& entry : entries) {
    config::Property property = MakeProperty(Applied(RowOf(entry), entry.difference));
    property.group = group;
    property.order = static_cast<int>(++order);
    definition.properties.push_back(std::move(property));
  }
}

config::Property& Declared(config::Definition& definition, std::string_view name) {
  const auto it = std::find_if(definition.properties.begin(), definition.properties.end(),
                               [&](const config::Property& one) { return one.name == name; });
  TW_CHECK(it != definition.properties.end(), std::string(name).c_str());
  return *it;
}

void Require(config::Definition& definition, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) Declared(definition, name).required = true;
}

}  // namespace tidewire::source
