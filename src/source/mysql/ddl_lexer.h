// Tokens of MySQL's and MariaDB's SQL, as views into the text. Nothing here fails: what has no end
// ends with the text, and a byte that begins no token is a symbol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidewire::source {

// How a statement's text is to be read: the server, and the sql_mode of the session that ran it.
struct DdlMode {
  bool mariadb = false;
  // "8.4.2" is 80402: executable comments for later servers are comments. 0: they all count.
  uint32_t version = 0;
  bool ansi_quotes = false;           // "x" is a name.
  bool no_backslash_escapes = false;  // A backslash in a string is only that.
  bool real_as_float = false;         // REAL is FLOAT, not DOUBLE.
  // Off: TIMESTAMP columns are NOT NULL and get defaults unless the statement says otherwise.
  bool explicit_timestamp_defaults = true;
};

enum class DdlTokenKind : uint8_t {
  kEnd,
  kWord,        // A keyword or a name without quotes.
  kQuotedName,  // `x`, and "x" with ANSI_QUOTES.
  kString,      // 'x', "x", N'x', with their quotes.
  kHex,         // x'41', 0x41
  kBits,        // b'01', 0b01
  kNumber,      // Without a sign.
  kSymbol       // One byte.
};

struct DdlToken {
  DdlTokenKind kind = DdlTokenKind::kEnd;
  std::string_view text;
  bool conditional = false;  // It stands in an executable comment: /*!50100 … */.

  bool Is(char symbol) const { return kind == DdlTokenKind::kSymbol && text[0] == symbol; }
  bool Is(std::string_view keyword) const;
};

class DdlLexer {
 public:
  // `text` is UTF-8 and must outlive the lexer and its tokens.
  DdlLexer(std::string_view text, const DdlMode& mode) : text_(text), mode_(mode) {}

  // kEnd behind the last one.
  DdlToken Next();

  std::string_view text() const { return text_; }
  const DdlMode& mode() const { return mode_; }

 private:
  char At(size_t offset) const { return at_ + offset < text_.size() ? text_[at_ + offset] : '\0'; }
  void SkipSpaceAndComments();
  void SkipComment();
  bool EntersExecutableComment();
  void SkipLine();
  size_t QuotedEnd(size_t open, bool escapes) const;
  DdlToken Take(DdlTokenKind kind, size_t end);
  DdlToken TakeNumber();
  DdlToken TakeWord();
  size_t WordEnd(size_t from) const;
  size_t PrefixedEnd(size_t digits, bool hexadecimal) const;

  std::string_view text_;
  DdlMode mode_;
  size_t at_ = 0;
  bool conditional_ = false;
  bool after_name_ = false;  // What precedes is a name or keyword: a dot goes on with it.
};

// The text that a kString token stands for.
std::string DecodeString(std::string_view token, const DdlMode& mode);
// The name in a kWord or kQuotedName token, or in a kString that stands where a name has to.
std::string DecodeName(std::string_view token);
// The bytes of a kHex token, and the digits of a kBits token.
std::string DecodeHex(std::string_view token);
std::string_view BitDigits(std::string_view token);

}  // namespace tidewire::source
