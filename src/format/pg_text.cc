#include "format/pg_text.h"

#include <charconv>
#include <limits>

#include "format/json_text.h"
#include "format/time_text.h"

namespace tidewire::format {
namespace {

using model::Datum;
using model::Kind;

template <class T>
bool ParseNumber(std::string_view text, T& value) {
  const auto r = std::from_chars(text.data(), text.data() + text.size(), value);
  return r.ec == std::errc() && r.ptr == text.data() + text.size();
}

// from_chars takes "NaN" and "Infinity", too.
bool ParseDouble(std::string_view text, double& value) { return ParseNumber(text, value); }

std::optional<Datum> ParseFloat(Kind kind, std::string_view text) {
  if (kind == Kind::kFloat32) {
    float value = 0;  // Read as float: reading as double first would round twice.
    if (!ParseNumber(text, value)) return std::nullopt;
    return Datum::Real(static_cast<double>(value));
  }
  double value = 0;
  if (!ParseDouble(text, value)) return std::nullopt;
  return Datum::Real(value);
}

std::optional<Datum> ParseInteger(std::string_view text) {
  int64_t value = 0;
  if (!ParseNumber(text, value)) return std::nullopt;
  return Datum::Integer(value);
}

std::optional<Datum> ParseBool(std::string_view text) {
  if (text == "t" || text == "true") return Datum::Integer(1);
  if (text == "f" || text == "false") return Datum::Integer(0);
  return std::nullopt;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Datum> ParseBytes(std::string_view text, std::string& scratch) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  scratch.clear();
  for (size_t i = 2; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    scratch += static_cast<char>(high << 4 | low);
  }
  return Datum::View(scratch);
}

// Money is printed by the locale: "$1,234.50". Only digits, point and sign carry the value.
Datum ParseMoney(std::string_view text, std::string& scratch) {
  scratch.clear();
  for (const char c : text) {
    if (c == '-' || c == '.' || (c >= '0' && c <= '9')) scratch += c;
  }
  return Datum::View(scratch);
}

std::optional<Datum> AsInteger(std::optional<int64_t> value) {
  if (!value) return std::nullopt;
  return Datum::Integer(*value);
}

}  // namespace

ArrayTokens::ArrayTokens(std::string_view literal, char delimiter)
    : rest_(literal), delimiter_(delimiter) {
  if (rest_.starts_with('[')) {
    const size_t equals = rest_.find('=');
    rest_ = equals == std::string_view::npos ? std::string_view() : rest_.substr(equals + 1);
  }
}

ArrayTokens::Token ArrayTokens::Next() {
  while (!rest_.empty() && rest_[0] == delimiter_) rest_.remove_prefix(1);
  if (rest_.empty()) return Token::kEnd;
  switch (rest_[0]) {
    case '{':
      rest_.remove_prefix(1);
      return Token::kOpen;
    case '}':
      rest_.remove_prefix(1);
      return Token::kClose;
    case '"':
      return Quoted();
    default:
      return Bare();
  }
}

ArrayTokens::Token ArrayTokens::Quoted() {
  rest_.remove_prefix(1);
  const size_t stop = rest_.find_first_of("\"\\");
  if (stop == std::string_view::npos) return Token::kMalformed;
  if (rest_[stop] == '"') {
    value_ = rest_.substr(0, stop);
    rest_.remove_prefix(stop + 1);
    return Token::kValue;
  }
  unescaped_.clear();
  for (size_t i = 0; i < rest_.size(); ++i) {
    if (rest_[i] == '"') {
      rest_.remove_prefix(i + 1);
      value_ = unescaped_;
      return Token::kValue;
    }
    if (rest_[i] == '\\' && ++i == rest_.size()) break;
    unescaped_ += rest_[i];
  }
  return Token::kMalformed;
}

ArrayTokens::Token ArrayTokens::Bare() {
  size_t end = 0;
  while (end < rest_.size() && rest_[end] != delimiter_ && rest_[end] != '}') ++end;
  if (end == rest_.size()) return Token::kMalformed;
  value_ = rest_.substr(0, end);
  rest_.remove_prefix(end);
  return value_ == "NULL" ? Token::kNull : Token::kValue;
}

void HstorePairs::SkipBlanks() {
  while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == ',')) rest_.remove_prefix(1);
}

bool HstorePairs::Text(std::string& out) {
  out.clear();
  if (!rest_.starts_with('"')) return false;
  for (size_t i = 1; i < rest_.size(); ++i) {
    if (rest_[i] == '"') {
      rest_.remove_prefix(i + 1);
      return true;
    }
    if (rest_[i] == '\\' && ++i == rest_.size()) return false;
    out += rest_[i];
  }
  return false;
}

bool HstorePairs::Next() {
  SkipBlanks();
  if (rest_.empty()) return false;
  malformed_ = true;
  if (!Text(key_) || !rest_.starts_with("=>")) return false;
  rest_.remove_prefix(2);
  null_value_ = rest_.starts_with("NULL");
  if (null_value_) {
    rest_.remove_prefix(4);
  } else if (!Text(value_)) {
    return false;
  }
  malformed_ = false;
  return true;
}

void AppendBits(std::string& out, std::string_view bits) {
  const size_t first = bits.find('1');
  if (first == std::string_view::npos) return;
  bits.remove_prefix(first);
  const size_t start = out.size();
  out.append((bits.size() + 7) / 8, '\0');
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[bits.size() - 1 - i] == '1') {
      char& byte = out[start + i / 8];
      byte = static_cast<char>(static_cast<unsigned char>(byte) | (1U << (i % 8)));
    }
  }
}

void AppendFixedBits(std::string& out, std::string_view bits) {
  const size_t end = out.size() + (bits.size() + 7) / 8;
  AppendBits(out, bits);
  out.resize(end, '\0');
}

bool ParsePoint(std::string_view text, double& x, double& y) {
  const size_t comma = text.find(',');
  if (text.size() < 5 || text.front() != '(' || text.back() != ')' ||
      comma == std::string_view::npos) {
    return false;
  }
  return ParseDouble(text.substr(1, comma - 1), x) &&
         ParseDouble(text.substr(comma + 1, text.size() - comma - 2), y);
}

void AppendWithJavaNumbers(std::string& out, std::string_view text) {
  std::string number;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of("(){}<>[],"), text.size());
    double value = 0;
    if (end > 0 && ParseDouble(text.substr(0, end), value)) {
      number.clear();
      AppendJavaDouble(number, value);
      const bool quoted = number[0] == '"';  // "NaN" and "Infinity" come as JSON strings.
      out +=
          quoted ? std::string_view(number).substr(1, number.size() - 2) : std::string_view(number);
    } else {
      out += text.substr(0, end);
    }
    if (end < text.size()) out += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::optional<Datum> ParseDatum(Kind kind, std::string_view text, std::string& scratch) {
  switch (kind) {
    case Kind::kBool:
      return ParseBool(text);
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
      return ParseInteger(text);
    case Kind::kFloat32:
    case Kind::kFloat64:
      return ParseFloat(kind, text);
    case Kind::kDate:
      return AsInteger(ParseDate(text));
    case Kind::kTime:
      return AsInteger(ParseTime(text));
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      return AsInteger(ParseTimestamp(text));
    case Kind::kBytes:
      return ParseBytes(text, scratch);
    case Kind::kMoney:
      return ParseMoney(text, scratch);
    default:
      return Datum::View(text);
  }
}

}  // namespace tidewire::format
