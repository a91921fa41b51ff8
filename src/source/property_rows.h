// The tables that connectors' definitions are made of: each connector lists its properties in
// order, rows of its own and, by name, rows that several connectors share.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/config.h"

namespace tidewire::source {

// Returns the complaint, or empty.
using PropertyCheck = std::string (*)(const std::string& value);

// One declared property. Facts (name, type, default, enumeration) are those of the real connector's
// validate answer, version 3.5.
struct PropertyRow {
  const char* name;
  config::Type type;
  const char* default_value;  // Null: none.
  config::Importance importance;
  config::Width width;
  const char* display_name;
  config::Support support;
  const char* documentation;
  const char* allowed = nullptr;     // Comma-separated, in the order in which complaints list them;
                                     // null: any.
  PropertyCheck check = nullptr;     // May be null.
  const char* dependents = nullptr;  // Comma-separated; null: none.
};

// What is otherwise for one connector than a row says. Null, or nothing: as the row says.
struct PropertyDifference {
  const char* default_value = nullptr;
  const char* documentation = nullptr;
  std::optional<config::Support> support = std::nullopt;
  std::optional<config::Width> width = std::nullopt;
  const char* allowed = nullptr;
  PropertyCheck check = nullptr;
  const char* dependents = nullptr;
};

// One place in a connector's list.
struct PropertyEntry {
  const char* shared;  // The name of a shared row (common_properties.h); null: `own`.
  PropertyRow own;
  PropertyDifference difference;
};

constexpr PropertyEntry Shared(const char* name, const PropertyDifference& difference = {}) {
  return {name, {}, difference};
}
constexpr PropertyEntry Own(const PropertyRow& row, const PropertyDifference& difference = {}) {
  return {nullptr, row, difference};
}

// Appends the entries as the next properties of that group; their `order` goes on from those that
// it has. A shared name that no row has is a programmer's error (TW_CHECK).
void AddProperties(const char* group, std::span<const PropertyEntry> entries,
                   config::Definition& definition);

// The declared property of that name, for what the tables have no column for. An undeclared name is
// a programmer's error (TW_CHECK).
config::Property& Declared(config::Definition& definition, std::string_view name);

// The real connectors declare these as optional and complain about their absence all the same.
void Require(config::Definition& definition, std::initializer_list<std::string_view> names);

}  // namespace tidewire::source
