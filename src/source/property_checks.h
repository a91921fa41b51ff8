// Checks of properties' texts that several connectors share. Each returns the complaint, or empty.
// Types are checked elsewhere: text that is no number passes the checks of numbers.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"

namespace tidewire::source {

std::string CheckRegexList(const std::string& value);
std::string CheckKeyColumns(const std::string& value);
std::string CheckSkippedOperations(const std::string& value);
std::string CheckTopicPrefix(const std::string& value);
std::string CheckPositive(const std::string& value);
std::string CheckNotNegative(const std::string& value);
std::string CheckRetries(const std::string& value);

// What `text` says, or `otherwise` where it is no whole number.
int64_t NumberOr(const std::string& text, int64_t otherwise);
// Whether the property is there and not blank.
bool IsSet(const config::Properties& given, const std::string& name);

// {property, complaint}
using PropertyComplaints = std::vector<std::pair<std::string, std::string>>;
// Of `<kind>.include.list` and `<kind>.exclude.list` only one may be set, for each of the kinds.
PropertyComplaints CheckListPairs(const config::Properties& given,
                                  std::initializer_list<const char*> kinds);

}  // namespace tidewire::source
