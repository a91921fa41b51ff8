// PostgreSQL's text forms that hold other values: array literals, hstore, bit strings, geometry.
// Source: PostgreSQL documentation, "Array Input and Output Syntax", "hstore", "Geometric Types".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/datum.h"
#include "model/type.h"

namespace tidewire::format {

// Walks through an array literal, bounds ("[0:2]=") left out. The view of a value holds until the
// next call.
class ArrayTokens {
 public:
  enum class Token { kOpen, kClose, kNull, kValue, kEnd, kMalformed };
  ArrayTokens(std::string_view literal, char delimiter);
  Token Next();
  std::string_view value() const { return value_; }

 private:
  Token Quoted();
  Token Bare();

  std::string_view rest_;
  char delimiter_;
  std::string_view value_;
  std::string unescaped_;  // Used only where a value has escapes.
};

// Walks through an hstore literal: "a"=>"1", "b"=>NULL.
class HstorePairs {
 public:
  explicit HstorePairs(std::string_view literal) : rest_(literal) {}
  // False at the end, and where the text is malformed (then `malformed()` is true).
  bool Next();
  const std::string& key() const { return key_; }
  const std::string& value() const { return value_; }
  bool null_value() const { return null_value_; }
  bool malformed() const { return malformed_; }

 private:
  bool Text(std::string& out);
  void SkipBlanks();

  std::string_view rest_;
  std::string key_;
  std::string value_;
  bool null_value_ = false;
  bool malformed_ = false;
};

// A bit string ("1010") as little-endian bytes without trailing zeros, as io.debezium.data.Bits
// holds it.
void AppendBits(std::string& out, std::string_view bits);
// The same with all bytes of the bit string, as events of MySQL's BIT(n) have them.
void AppendFixedBits(std::string& out, std::string_view bits);

// "(1.5,-2)" → x and y.
[[nodiscard]] bool ParsePoint(std::string_view text, double& x, double& y);

// The same text with every number as Double.toString writes it: "{1,-1,0}" → "{1.0,-1.0,0.0}".
void AppendWithJavaNumbers(std::string& out, std::string_view text);

// The Datum of a value given as PostgreSQL prints it (an array's element, a default). Views point
// into `text` or, for bytes and money, into `scratch`. Nothing: not understood.
std::optional<model::Datum> ParseDatum(model::Kind kind, std::string_view text,
                                       std::string& scratch);

}  // namespace tidewire::format
