// Values as text, in the forms that the SQL databases share: ISO 8601 dates and times, shortest
// numbers, hexadecimal digits.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/datum.h"
#include "model/type.h"

namespace tidewire::sink {

// Integers, and the shortest text of a real that is read back as the same one.
template <class T>
void AppendNumber(T value, std::string& out) {
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

// The digits of an integer kind: kUInt64 without sign, all others with it.
void AppendInteger(model::Kind kind, int64_t value, std::string& out);
// As AppendNumber, with "NaN", "Infinity" and "-Infinity".
void AppendReal(model::Kind kind, double value, std::string& out);
// "2024-02-29", and for years before 1 the year BC, which is told apart by the answer.
bool AppendDate(int64_t days_since_1970, std::string& out);
// "12:34:56.789012", without fraction where it is zero; "-838:59:59" below zero and beyond a day.
void AppendTime(int64_t micros, std::string& out);
void AppendHexDigits(std::string_view bytes, std::string& out);
// Two's value, or -1.
int HexDigit(char c);

// The value as PostgreSQL's input functions take it, and all others where they have no form of
// their own: "t", "-1.5", "infinity", "2024-02-29 12:34:56+00", "0044-03-15 BC", "\x00ff". Not for
// NULL.
void AppendTextValue(model::Kind kind, const model::Datum& datum, std::string& out);

}  // namespace tidewire::sink
