#include "source/mysql/ddl_lexer.h"

#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

// MariaDB takes comments for these versions as meant for MySQL 5.7 and later, which went its own
// way.
constexpr uint32_t kMysqlOnlyFrom = 50700;
constexpr uint32_t kMysqlOnlyTo = 99999;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsWordPart(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         (c & 0x80) != 0;
}
// Control characters count, as they do for the servers.
bool IsSpace(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool IsOneOf(char c, char lower) { return c == lower || c == lower - ('a' - 'A'); }

uint32_t HexValue(char c) {
  if (IsDigit(c)) return static_cast<uint32_t>(c - '0');
  return static_cast<uint32_t>((c | 0x20) - 'a') + 10;
}

}  // namespace

bool DdlToken::Is(std::string_view keyword) const {
  return kind == DdlTokenKind::kWord && SameWord(text, keyword);
}

DdlToken DdlLexer::Take(DdlTokenKind kind, size_t end) {
  DdlToken token{kind, text_.substr(at_, end - at_), conditional_};
  at_ = std::min(end, text_.size());
  after_name_ = kind == DdlTokenKind::kWord || kind == DdlTokenKind::kQuotedName;
  return token;
}

void DdlLexer::SkipLine() {
  const size_t end = text_.find('\n', at_);
  at_ = end == std::string_view::npos ? text_.size() : end + 1;
}

// From "/*"; a comment inside counts, one level deep.
void DdlLexer::SkipComment() {
  at_ += 2;
  bool nested = false;
  while (at_ < text_.size()) {
    if (At(0) == '*' && At(1) == '/') {
      at_ += 2;
      if (!nested) return;
      nested = false;
    } else if (!nested && At(0) == '/' && At(1) == '*') {
      at_ += 2;
      nested = true;
    } else {
      ++at_;
    }
  }
}

// At "/*": whether it opens an executable comment for this server; then `at_` is at its content.
bool DdlLexer::EntersExecutableComment() {
  size_t mark = 2;
  const bool mariadb_only = IsOneOf(At(2), 'm') && At(3) == '!';
  if (mariadb_only) ++mark;
  if (At(mark) != '!') return false;
  ++mark;
  uint32_t version = 0;
  size_t digits = 0;
  while (digits < 6 && IsDigit(At(mark + digits))) {
    version = version * 10 + static_cast<uint32_t>(At(mark + digits) - '0');
    ++digits;
  }
  if (digits < 5) {
    digits = 0;
    version = 0;
  }
  if (mariadb_only && !mode_.mariadb) return false;
  if (mode_.version != 0 && version > mode_.version) return false;
  if (mode_.mariadb && !mariadb_only && version >= kMysqlOnlyFrom && version <= kMysqlOnlyTo) {
    return false;
  }
  at_ += mark + digits;
  return true;
}

void DdlLexer::SkipSpaceAndComments() {
  while (at_ < text_.size()) {
    const char c = At(0);
    if (IsSpace(c)) {
      ++at_;
    } else if (c == '#' ||
               (c == '-' && At(1) == '-' && (at_ + 2 >= text_.size() || IsSpace(At(2))))) {
      SkipLine();
    } else if (conditional_ && c == '*' && At(1) == '/') {
      at_ += 2;
      conditional_ = false;
    } else if (c == '/' && At(1) == '*') {
      if (!conditional_ && EntersExecutableComment()) {
        conditional_ = true;
      } else {
        SkipComment();
      }
    } else {
      return;
    }
    after_name_ = false;
  }
}

// Behind the closing quote of the literal whose opening one is at `open`.
size_t DdlLexer::QuotedEnd(size_t open, bool escapes) const {
  const char quote = text_[open];
  for (size_t i = open + 1; i < text_.size(); ++i) {
    if (escapes && text_[i] == '\\') {
      ++i;
    } else if (text_[i] == quote) {
      if (i + 1 >= text_.size() || text_[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return text_.size();
}

size_t DdlLexer::WordEnd(size_t from) const {
  while (from < text_.size() && IsWordPart(text_[from])) ++from;
  return from;
}

// Behind 0x41 or 0b01, whose digits begin at `digits`; 0 when it is something else.
size_t DdlLexer::PrefixedEnd(size_t digits, bool hexadecimal) const {
  size_t end = digits;
  while (end < text_.size() &&
         (hexadecimal ? IsHexDigit(text_[end]) : text_[end] == '0' || text_[end] == '1')) {
    ++end;
  }
  return end == digits || WordEnd(end) != end ? 0 : end;
}

DdlToken DdlLexer::TakeNumber() {
  if (At(0) == '0' && (At(1) == 'x' || At(1) == 'b')) {
    const bool hexadecimal = At(1) == 'x';
    if (const size_t end = PrefixedEnd(at_ + 2, hexadecimal); end != 0) {
      return Take(hexadecimal ? DdlTokenKind::kHex : DdlTokenKind::kBits, end);
    }
  }
  size_t end = at_;
  const auto skip_digits = [&] {
    while (end < text_.size() && IsDigit(text_[end])) ++end;
  };
  skip_digits();
  const bool fraction = end < text_.size() && text_[end] == '.';
  if (fraction) {
    ++end;
    skip_digits();
  }
  if (end < text_.size() && IsOneOf(text_[end], 'e')) {
    size_t exponent = end + 1;
    if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
    if (exponent < text_.size() && IsDigit(text_[exponent])) {
      end = exponent;
      skip_digits();
      return Take(DdlTokenKind::kNumber, end);
    }
  }
  // Names may begin with digits.
  if (!fraction && WordEnd(end) != end) return Take(DdlTokenKind::kWord, WordEnd(end));
  return Take(DdlTokenKind::kNumber, end);
}

DdlToken DdlLexer::TakeWord() {
  if (At(1) == '\'') {
    if (IsOneOf(At(0), 'x')) return Take(DdlTokenKind::kHex, QuotedEnd(at_ + 1, false));
    if (IsOneOf(At(0), 'b')) return Take(DdlTokenKind::kBits, QuotedEnd(at_ + 1, false));
    if (IsOneOf(At(0), 'n')) {
      return Take(DdlTokenKind::kString, QuotedEnd(at_ + 1, !mode_.no_backslash_escapes));
    }
  }
  return Take(DdlTokenKind::kWord, WordEnd(at_));
}

DdlToken DdlLexer::Next() {
  SkipSpaceAndComments();
  if (at_ >= text_.size()) return Take(DdlTokenKind::kEnd, text_.size());
  const char c = At(0);
  const bool escapes = !mode_.no_backslash_escapes;
  if (c == '`') return Take(DdlTokenKind::kQuotedName, QuotedEnd(at_, false));
  if (c == '\'') return Take(DdlTokenKind::kString, QuotedEnd(at_, escapes));
  if (c == '"') {
    return mode_.ansi_quotes ? Take(DdlTokenKind::kQuotedName, QuotedEnd(at_, false))
                             : Take(DdlTokenKind::kString, QuotedEnd(at_, escapes));
  }
  if (IsDigit(c)) return TakeNumber();
  if (c == '.' && !after_name_ && IsDigit(At(1))) return TakeNumber();
  if (IsWordPart(c)) return TakeWord();
  return Take(DdlTokenKind::kSymbol, at_ + 1);
}

std::string DecodeName(std::string_view token) {
  if (token.empty() || (token[0] != '`' && token[0] != '"')) return std::string(token);
  const char quote = token[0];
  std::string out;
  for (size_t i = 1; i < token.size(); ++i) {
    if (token[i] == quote && ++i >= token.size()) break;
    out += token[i];
  }
  return out;
}

std::string DecodeString(std::string_view token, const DdlMode& mode) {
  if (!token.empty() && IsOneOf(token[0], 'n')) token.remove_prefix(1);
  std::string out;
  if (token.empty()) return out;
  const char quote = token[0];
  for (size_t i = 1; i < token.size(); ++i) {
    char c = token[i];
    if (c == quote) {
      if (++i >= token.size()) break;
    } else if (c == '\\' && !mode.no_backslash_escapes) {
      if (++i >= token.size()) break;
      c = token[i];
      constexpr std::string_view kLetters = "0btnrZ";
      constexpr std::string_view kMeanings{"\0\b\t\n\r\x1A", 6};
      if (const size_t letter = kLetters.find(c); letter != std::string_view::npos) {
        c = kMeanings[letter];
      } else if (c == '%' || c == '_') {
        out += '\\';
      }
    }
    out += c;
  }
  return out;
}

std::string DecodeHex(std::string_view token) {
  token.remove_prefix(std::min<size_t>(2, token.size()));
  if (token.ends_with('\'')) token.remove_suffix(1);
  std::string out;
  // 0x123 is 0x0123.
  size_t i = 0;
  if (token.size() % 2 != 0) out += static_cast<char>(HexValue(token[i++]));
  for (; i + 1 < token.size(); i += 2) {
    out += static_cast<char>(HexValue(token[i]) << 4 | HexValue(token[i + 1]));
  }
  return out;
}

std::string_view BitDigits(std::string_view token) {
  token.remove_prefix(std::min<size_t>(2, token.size()));
  if (token.ends_with('\'')) token.remove_suffix(1);
  return token;
}

}  // namespace tidewire::source
