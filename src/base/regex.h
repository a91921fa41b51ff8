// Regular expressions with the syntax and meaning of java.util.regex, as far as PCRE2 shares it:
// what users write in include lists, RegexRouter and predicates.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidewire {

// Immutable after Compile; matching is thread-safe.
class Regex {
 public:
  enum class Case { kSensitive, kInsensitive };
  // The reason names the place in the pattern.
  static Result<Regex> Compile(std::string_view pattern, Case mode = Case::kSensitive);

  // True when the whole of `text` matches (java's Matcher.matches).
  bool FullMatch(std::string_view text) const;
  // Where the whole of `text` matches: `replacement` with $1, ${name} and \-escapes as
  // java.util.regex replaces them.
  std::optional<std::string> ReplaceFullMatch(std::string_view text,
                                              std::string_view replacement) const;

  const std::string& pattern() const { return pattern_; }

 private:
  Regex() = default;
  std::string pattern_;
  std::shared_ptr<void> code_;  // pcre2_code; vendor types stay out of this header.
};

}  // namespace tidewire
