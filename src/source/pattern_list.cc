#include "source/pattern_list.h"

#include "base/error.h"

namespace tidewire::source {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view Trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Letters, digits, '_', and the dot between schema and table: as a regular expression such a text
// matches itself (and, by its dot, a little more, which Matches leaves to the expressions).
bool IsPlain(std::string_view pattern) {
  return std::all_of(pattern.begin(), pattern.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  });
}

// Back references and inline options change their meaning inside a larger expression.
bool CanBeJoined(std::string_view pattern) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
      if (i < pattern.size() &&
          ((pattern[i] >= '0' && pattern[i] <= '9') || pattern[i] == 'k' || pattern[i] == 'Q')) {
        return false;
      }
    } else if (pattern[i] == '(' && i + 1 < pattern.size() && pattern[i + 1] == '?') {
      return false;
    }
  }
  return true;
}

// One expression of at most this many bytes, so that PCRE2's limits are far away.
constexpr size_t kJoinedBytesMax = 16 * 1024;

}  // namespace

std::vector<std::string> SplitRegexList(std::string_view text) {
  std::vector<std::string> out;
  size_t begin = 0;
  int depth = 0;
  bool in_class = false;
  const auto take = [&](size_t end) {
    const std::string_view item = Trim(text.substr(begin, end - begin));
    if (!item.empty()) out.emplace_back(item);
    begin = end + 1;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(' || c == '{') {
      ++depth;
    } else if ((c == ')' || c == '}') && depth > 0) {
      --depth;
    } else if (c == ',' && depth == 0) {
      take(i);
    }
  }
  take(text.size());
  return out;
}

Result<std::vector<KeyColumnsRule>> ParseKeyColumns(std::string_view text) {
  std::vector<KeyColumnsRule> out;
  while (!text.empty()) {
    const size_t semicolon = text.find(';');
    const std::string_view item = Trim(text.substr(0, semicolon));
    text.remove_prefix(semicolon == std::string_view::npos ? text.size() : semicolon + 1);
    if (item.empty()) continue;
    const size_t colon = item.rfind(':');
    KeyColumnsRule rule;
    if (colon != std::string_view::npos) {
      rule.table_pattern = Trim(item.substr(0, colon));
      rule.columns = SplitRegexList(item.substr(colon + 1));
    }
    if (rule.table_pattern.empty() || rule.columns.empty()) {
      return Failure(fmt::format(
          "{} has an invalid format (expecting '<schema.table>:<column>,<column>;…')", item));
    }
    if (const auto regex = Regex::Compile(rule.table_pattern); !regex) {
      return Failure(
          fmt::format("{} is not a regular expression: {}", rule.table_pattern, regex.error()));
    }
    out.push_back(std::move(rule));
  }
  return out;
}

PatternList::PatternList(const std::vector<std::string>& patterns, std::string_view property)
    : empty_(patterns.empty()) {
  std::string joined;
  const auto flush = [&] {
    if (!joined.empty()) patterns_.push_back(CompileOrThrow(joined, property));
    joined.clear();
  };
  for (const std::string& pattern : patterns) {
    if (IsPlain(pattern)) plain_.insert(Lower(pattern));
    if (!CanBeJoined(pattern)) {
      patterns_.push_back(CompileOrThrow(pattern, property));
      continue;
    }
    CompileOrThrow(pattern, property);  // Alone, so that a complaint names the right one.
    if (!joined.empty()) joined += '|';
    joined.append("(?:").append(pattern).append(")");
    if (joined.size() > kJoinedBytesMax) flush();
  }
  flush();
}

bool PatternList::Matches(std::string_view name) const {
  if (empty_) return false;
  if (!plain_.empty() && plain_.contains(Lower(name))) return true;
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const Regex& regex) { return regex.FullMatch(name); });
}

Regex CompileOrThrow(const std::string& pattern, std::string_view property) {
  auto regex = Regex::Compile(pattern, Regex::Case::kInsensitive);
  if (!regex) {
    throw ConfigError(fmt::format("The '{}' value is invalid: '{}' is not a regular expression: {}",
                                  property, pattern, regex.error()));
  }
  return std::move(*regex);
}

}  // namespace tidewire::source
