// The converters that a connector may name in key.converter, value.converter and header.converter,
// with their properties (org.apache.kafka.connect.json.JsonConverterConfig and its like). What they
// do is format/'s.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace tidewire::config {

struct Converter {
  Definition definition;  // Its `plugin` is the class. Holds `converter.type`, as the class itself
                          // declares it.
  bool for_data = true;   // For keys and values.
  bool for_headers = true;
};

// In the order of class names. Immutable; lives as long as the process.
const std::vector<Converter>& Converters();

// By class, simple name ("JsonConverter") or simple name without "Converter"; null when there is
// none for that use.
const Converter* FindConverter(std::string_view name, bool header);

// The properties as a connector gives them, below `prefix` ("key.converter."): without
// `converter.type`, which the framework sets. Validate then checks them and looks for unknown names
// below the prefix.
Definition ConverterDefinition(const Converter& converter, const std::string& prefix);

}  // namespace tidewire::config
