// The tables behind PostgresDefinition, by group.
#pragma once

#include <span>
#include <string>

#include "config/config.h"

namespace tidewire::source {

// One declared property. Facts (name, type, default, group, order, enumeration) are those of the
// real connector's validate answer, version 3.5.
struct PropertyRow {
  const char* name;
  config::Type type;
  const char* default_value;  // Null: none.
  config::Importance importance;
  const char* group;
  int order;
  config::Width width;
  const char* display_name;
  config::Support support;
  const char* documentation;
  const char* allowed;  // Comma-separated, in the order in which complaints list them; null: any.
  std::string (*check)(const std::string& value);  // May be null.
};

std::span<const PropertyRow> ServerProperties();
std::span<const PropertyRow> ConnectorProperties();
std::span<const PropertyRow> ValueProperties();
std::span<const PropertyRow> EventProperties();

// Checks return the complaint, or empty.
std::string CheckRegexList(const std::string& value);
std::string CheckKeyColumns(const std::string& value);
std::string CheckSkippedOperations(const std::string& value);
std::string CheckSlotName(const std::string& value);
std::string CheckTopicPrefix(const std::string& value);
std::string CheckPositive(const std::string& value);
std::string CheckNotNegative(const std::string& value);
std::string CheckRetries(const std::string& value);

}  // namespace tidewire::source
