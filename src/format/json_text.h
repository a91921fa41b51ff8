// Texts as Jackson and Java write them, so that what we render is equal to what Kafka Connect's
// converters write, byte for byte. Everything appends to `out` and never shortens it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidewire::format {

// Jackson's UTF8JsonGenerator writes characters beyond the basic plane as two \u escapes; its
// Writer-based sibling, which makes JSON inside of strings (hstore), leaves them as they are.
enum class BeyondBasicPlane { kEscape, kKeep };

// A JSON string with its quotes. Bytes that are no valid UTF-8 are kept.
void AppendJsonString(std::string& out, std::string_view text,
                      BeyondBasicPlane beyond = BeyondBasicPlane::kEscape);

// A string inside of a structured header value: only quotes and backslashes are escaped
// (org.apache.kafka.connect.data.Values).
void AppendHeaderString(std::string& out, std::string_view text);

void AppendInteger(std::string& out, int64_t value);

// Double.toString and Float.toString ("1.0E10", "4.9E-324", "-0.0"); not finite: the JSON strings
// "NaN", "Infinity",
// "-Infinity".
void AppendJavaDouble(std::string& out, double value);
void AppendJavaFloat(std::string& out, float value);

// What Java's toString() makes of a value, given the JSON we render for it: a string without quotes
// and escapes, a struct as "Struct{id=1,name=x}" with its null fields left out, a list as "[1, 2]".
// What StringConverter writes.
void AppendJavaText(std::string& out, std::string_view json);

}  // namespace tidewire::format
