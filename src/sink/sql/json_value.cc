#include "sink/sql/json_value.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "sink/sql/value_error.h"
#include "sink/sql/value_text.h"

namespace tidewire::sink {
namespace {

using model::Kind;

// Nested arrays have 6 dimensions at most.
constexpr int kDimensionsMax = 6;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A decimal number without its insignificant zeros: digits, and the place of the point behind the
// first of them.
struct Digits {
  bool negative = false;
  std::string digits;
  int64_t point = 0;
  bool operator==(const Digits&) const = default;
};

bool ReadDigits(std::string_view text, Digits& out) {
  size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) out.negative = text[at++] == '-';
  bool any = false;
  bool behind_point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !behind_point) {
      behind_point = true;
    } else if (IsDigit(text[at])) {
      any = true;
      if (out.digits.empty() && text[at] == '0') {
        if (behind_point) --out.point;
        continue;
      }
      out.digits += text[at];
      if (!behind_point) ++out.point;
    } else {
      break;
    }
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && text[at] == '+') ++at;
    int64_t exponent = 0;
    const auto parsed = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
    if (parsed.ec != std::errc{}) return false;
    at = static_cast<size_t>(parsed.ptr - text.data());
    out.point += exponent;
  }
  while (!out.digits.empty() && out.digits.back() == '0') out.digits.pop_back();
  if (out.digits.empty()) out = {};
  return any && at == text.size();
}

template <class T>
bool HoldsAs(std::string_view text, const Digits& wanted) {
  T value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return false;
  std::string shortest;
  AppendNumber(value, shortest);
  Digits held;
  return ReadDigits(shortest, held) && held == wanted;
}

bool IsPlainNumber(std::string_view text) {
  Digits digits;
  return !text.empty() && (IsDigit(text.front()) || text.front() == '-') && IsDigit(text.back()) &&
         ReadDigits(text, digits);
}

bool IsNumberKind(Kind kind) {
  switch (kind) {
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kFloat32:
    case Kind::kFloat64:
    case Kind::kDecimal:
      return true;
    default:
      return false;
  }
}

void AppendElement(std::string_view text, Kind kind, std::string& out) {
  if (kind == Kind::kBool && (text == "t" || text == "f")) {
    out += text == "t" ? "true" : "false";
  } else if ((IsNumberKind(kind) && IsPlainNumber(text)) || kind == Kind::kJson) {
    out += text;
  } else {
    AppendJsonString(text, out);
  }
}

// Reads quoted words with backslash escapes, and plain ones up to a delimiter.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : text_(text) {}

  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Take(char c) {
    if (Peek() != c || AtEnd()) return false;
    ++at_;
    return true;
  }
  bool TakeWord(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void SkipBlanks() {
    while (Peek() == ' ') ++at_;
  }
  // False: the closing quote is missing.
  bool Quoted(std::string& out) {
    out.clear();
    for (++at_; !AtEnd(); ++at_) {
      if (text_[at_] == '"') return ++at_, true;
      if (text_[at_] == '\\' && ++at_ >= text_.size()) return false;
      out += text_[at_];
    }
    return false;
  }
  void Plain(std::string_view delimiters, std::string& out) {
    out.clear();
    for (; !AtEnd() && delimiters.find(text_[at_]) == std::string_view::npos; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

class ArrayReader {
 public:
  ArrayReader(std::string_view text, Kind element, std::string& out)
      : in_(text), element_(element), out_(out) {}

  bool Run() { return Array(1) && in_.AtEnd(); }

 private:
  bool Array(int depth) {
    if (depth > kDimensionsMax || !in_.Take('{')) return false;
    out_ += '[';
    if (!in_.Take('}')) {
      do {
        if (!Element(depth)) return false;
        // Boxes have semicolons between them.
        if (in_.Take('}')) break;
        out_ += ',';
      } while (in_.Take(',') || in_.Take(';'));
      if (out_.back() == ',') return false;
    }
    out_ += ']';
    return true;
  }

  bool Element(int depth) {
    if (in_.Peek() == '{') return Array(depth + 1);
    if (in_.Peek() == '"') {
      if (!in_.Quoted(word_)) return false;
      AppendElement(word_, element_, out_);
      return true;
    }
    in_.Plain(",;}", word_);
    if (word_.empty()) return false;
    if (word_ == "NULL") {
      out_ += "null";
    } else {
      AppendElement(word_, element_, out_);
    }
    return true;
  }

  LiteralReader in_;
  const Kind element_;
  std::string& out_;
  std::string word_;
};

}  // namespace

bool HoldsAsReal(std::string_view text, bool single) {
  Digits wanted;
  if (!ReadDigits(text, wanted)) return false;
  if (text.starts_with('+')) text.remove_prefix(1);
  return single ? HoldsAs<float>(text, wanted) : HoldsAs<double>(text, wanted);
}

void AppendJsonString(std::string_view text, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<uint8_t>(c) >= 0x20) {
          out += c;
        } else {
          out += "\\u00";
          out += kDigits[c >> 4];
          out += kDigits[c & 15];
        }
    }
  }
  out += '"';
}

void AppendJsonArray(std::string_view literal, Kind element, std::string& out) {
  if (literal.starts_with('[')) return AppendJsonString(literal, out);
  if (!ArrayReader(literal, element, out).Run())
    throw ValueError(fmt::format("'{}' is no array", literal.substr(0, 60)));
}

void AppendJsonObject(std::string_view hstore, std::string& out) {
  LiteralReader in(hstore);
  std::string word;
  const auto fail = [&]() -> void {
    throw ValueError(fmt::format("'{}' is no hstore", hstore.substr(0, 60)));
  };
  out += '{';
  bool first = true;
  for (in.SkipBlanks(); !in.AtEnd(); in.SkipBlanks()) {
    if (!first && !in.Take(',')) fail();
    in.SkipBlanks();
    if (in.Peek() != '"' || !in.Quoted(word)) fail();
    if (!first) out += ", ";
    first = false;
    AppendJsonString(word, out);
    if (!in.TakeWord("=>")) fail();
    out += ": ";
    if (in.TakeWord("NULL")) {
      out += "null";
    } else {
      if (in.Peek() != '"' || !in.Quoted(word)) fail();
      AppendJsonString(word, out);
    }
  }
  out += '}';
}

void CheckJsonNumbers(std::string_view json) {
  for (size_t at = 0; at < json.size(); ++at) {
    if (json[at] == '"') {
      for (++at; at < json.size() && json[at] != '"'; ++at) {
        if (json[at] == '\\') ++at;
      }
      continue;
    }
    if (!IsDigit(json[at]) && json[at] != '-') continue;
    size_t end = json.find_first_not_of("0123456789+-.eE", at);
    if (end == std::string_view::npos) end = json.size();
    const std::string_view number = json.substr(at, end - at);
    int64_t integer = 0;
    uint64_t natural = 0;
    const char* const last = number.data() + number.size();
    const bool whole = std::from_chars(number.data(), last, integer).ptr == last ||
                       std::from_chars(number.data(), last, natural).ptr == last;
    const bool fits = std::from_chars(number.data(), last, integer).ec == std::errc{} ||
                      std::from_chars(number.data(), last, natural).ec == std::errc{};
    if (!(whole && fits) && !HoldsAsReal(number, false)) {
      throw ValueError(
          fmt::format("MySQL's JSON cannot hold the number {} as it is; make the column longtext",
                      number.substr(0, 60)));
    }
    at = end - 1;
  }
}

}  // namespace tidewire::sink
