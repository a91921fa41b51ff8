#include "source/postgres/postgres_defaults.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tidewire::source {
namespace {

using model::Kind;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c) || c == '$'; }

// What may follow the first word of a type's name: "timestamp without time zone".
bool ContinuesTypeName(std::string_view word) {
  constexpr std::array<std::string_view, 13> kWords = {
      "varying", "precision", "with", "without", "time",   "zone", "year",
      "month",   "day",       "hour", "minute",  "second", "to"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// A literal, perhaps in parentheses, with any number of casts; nothing else.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool Run() { return Expression() && at_ == text_.size(); }

  enum class Literal { kString, kNumber, kBool, kNull, kOther };
  Literal literal() const { return literal_; }
  const std::string& value() const { return value_; }

 private:
  bool Expression() {
    if (Take('(')) {
      if (!Expression() || !Take(')')) return false;
    } else if (!AnyLiteral()) {
      return false;
    }
    while (text_.substr(at_, 2) == "::") {
      at_ += 2;
      if (!TypeName()) return false;
    }
    return true;
  }

  bool AnyLiteral() {
    if (Peek() == '\'') return Quoted(false, Literal::kString);
    if (Peek() == 'E' && Peek(1) == '\'') return ++at_, Quoted(true, Literal::kString);
    if ((Peek() == 'B' || Peek() == 'X') && Peek(1) == '\'') {
      return ++at_, Quoted(false, Literal::kOther);
    }
    if (Peek() == '-' || IsDigit(Peek()) || Peek() == '.') return Number();
    const std::string_view word = Word();
    if (word == "true" || word == "false") literal_ = Literal::kBool;
    if (word == "NULL") literal_ = Literal::kNull;
    value_ = word;
    return word == "true" || word == "false" || word == "NULL";
  }

  // pg_get_expr writes E'…' with doubled backslashes and quotes, and no other escapes.
  bool Quoted(bool escapes, Literal kind) {
    literal_ = kind;
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '\'' && Peek(1) != '\'') return ++at_, true;
      if (c == '\'' || (escapes && c == '\\')) c = text_[at_ + 1 < text_.size() ? ++at_ : at_];
      value_ += c;
    }
    return false;
  }

  bool Number() {
    literal_ = Literal::kNumber;
    const size_t begin = at_;
    if (Peek() == '-') ++at_;
    bool digits = false;
    while (IsDigit(Peek()) || Peek() == '.') digits |= IsDigit(text_[at_++]);
    if (digits && (Peek() == 'e' || Peek() == 'E')) {
      ++at_;
      if (Peek() == '+' || Peek() == '-') ++at_;
      while (IsDigit(Peek())) ++at_;
    }
    value_ = text_.substr(begin, at_ - begin);
    return digits;
  }

  bool TypeName() {
    if (!Identifier()) return false;
    if (Take('.') && !Identifier()) return false;
    for (;;) {
      if (!Modifier()) return false;
      if (Peek() != ' ') break;
      const size_t before = at_++;
      if (!ContinuesTypeName(Word())) {
        at_ = before;
        break;
      }
    }
    while (text_.substr(at_, 2) == "[]") at_ += 2;
    return true;
  }

  bool Identifier() {
    if (!Take('"')) return !Word().empty();
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') continue;
      if (Peek(1) != '"') return ++at_, true;
      ++at_;
    }
    return false;
  }

  bool Modifier() {
    if (!Take('(')) return true;
    while (IsDigit(Peek()) || Peek() == ',' || Peek() == '-') ++at_;
    return Take(')');
  }

  std::string_view Word() {
    const size_t begin = at_;
    if (IsWordStart(Peek())) {
      while (IsWordPart(Peek())) ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  Literal literal_ = Literal::kOther;
  std::string value_;
};

bool IsDateOrTime(Kind kind) {
  return kind == Kind::kDate || kind == Kind::kTime || kind == Kind::kTimeTz ||
         kind == Kind::kTimestamp || kind == Kind::kTimestampTz;
}

// Texts that a date or time type reads as the time of the reading.
bool MeansNow(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (c != ' ') word += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return word.starts_with("now") || word.starts_with("today") || word.starts_with("tomorrow") ||
         word.starts_with("yesterday");
}

bool IsWholeNumberOf(Kind kind, std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  if (text.starts_with("-0") || (text.size() > 1 && text.front() == '0')) return false;
  if (kind == Kind::kInt16) return value >= INT16_MIN && value <= INT16_MAX;
  if (kind == Kind::kInt32) return value >= INT32_MIN && value <= INT32_MAX;
  return kind == Kind::kInt64;
}

}  // namespace

ParsedDefault ParseDefault(std::string_view expression, const model::ColumnType& type) {
  Scanner scanner(expression);
  if (!scanner.Run()) return {};
  using Literal = Scanner::Literal;
  if (scanner.literal() == Literal::kNull) return {DefaultForm::kNull, ""};
  const std::string& value = scanner.value();
  if (IsDateOrTime(type.kind) && MeansNow(value)) return {};
  // Where text and value are the same thing the server need not be asked; a cast to something else
  // on the way ('1'::bit::text) is left to it.
  const size_t first_cast = expression.find("::");
  const bool one_cast =
      first_cast == std::string_view::npos || expression.rfind("::") == first_cast;
  if (one_cast && expression.front() != '(') {
    if (scanner.literal() == Literal::kBool && type.kind == Kind::kBool) {
      return {DefaultForm::kText, value};
    }
    if (IsWholeNumberOf(type.kind, value)) return {DefaultForm::kText, value};
    const bool as_text = expression.ends_with("'::text") || expression.ends_with("'");
    if (scanner.literal() == Literal::kString && type.native == "text" && as_text) {
      return {DefaultForm::kText, value};
    }
  }
  return {DefaultForm::kLiteral, ""};
}

}  // namespace tidewire::source
