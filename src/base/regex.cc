#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include "base/error.h"

namespace tidewire {
namespace {

constexpr uint32_t kPairsMin = 32;

struct CodeDeleter {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct ContextDeleter {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

const pcre2_code* Code(const std::shared_ptr<void>& code) {
  return static_cast<const pcre2_code*>(code.get());
}

std::string ErrorText(int code) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(code, buffer, sizeof(buffer));
  return reinterpret_cast<const char*>(buffer);
}

uint32_t GroupCount(const pcre2_code* code) {
  uint32_t groups = 0;
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
  return groups;
}

// One for each thread: matching allocates nothing.
pcre2_match_data* ThreadMatchData(uint32_t groups) {
  thread_local std::unique_ptr<pcre2_match_data, MatchDataDeleter> data;
  if (!data || pcre2_get_ovector_count(data.get()) <= groups) {
    data.reset(pcre2_match_data_create(std::max(groups + 1, kPairsMin), nullptr));
  }
  return data.get();
}

// PCRE2 would read java's unions and intersections of classes ([a-z&&[^m]]) as plain characters:
// another meaning in silence is worse than a complaint.
std::optional<std::string> FindJavaOnlySyntax(std::string_view pattern) {
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (pattern.substr(i + 1, 1) == "Q") {
        const size_t end = pattern.find("\\E", i);
        if (end == std::string_view::npos) return std::nullopt;
        i = end;
      }
      ++i;
    } else if (!in_class && pattern[i] == '[') {
      in_class = true;
      if (pattern.substr(i + 1, 1) == "^") ++i;
      if (pattern.substr(i + 1, 1) == "]") ++i;
    } else if (in_class && pattern[i] == ']') {
      in_class = false;
    } else if (in_class && (pattern[i] == '[' || pattern.substr(i, 2) == "&&")) {
      return fmt::format(
          "at character {} of '{}': unions and intersections of character classes are not "
          "supported; write the class out, or escape the '['",
          i, pattern);
    }
  }
  return std::nullopt;
}

// The number of matched groups (> 0), or 0 for no match. Throws DataError when the pattern needs
// too many steps.
int Match(const pcre2_code* code, std::string_view text, pcre2_match_data* data,
          const std::string& pattern) {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  if (text.data() == nullptr) subject = reinterpret_cast<PCRE2_SPTR>("");
  int rc = pcre2_match(code, subject, text.size(), 0, 0, data, nullptr);
  if (rc == PCRE2_ERROR_JIT_STACKLIMIT) {
    rc = pcre2_match(code, subject, text.size(), 0, PCRE2_NO_JIT, data, nullptr);
  }
  if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT) {
    throw DataError(
        fmt::format("the pattern '{}' needs too many steps on a text of {} bytes ({}); "
                    "write it without nested repetitions",
                    pattern, text.size(), ErrorText(rc)));
  }
  return rc > 0 ? rc : 0;
}

// Fills one replacement text; knows java.util.regex.Matcher's syntax.
class Replacer {
 public:
  Replacer(const pcre2_code* code, pcre2_match_data* data, std::string_view subject,
           std::string_view replacement)
      : code_(code), data_(data), subject_(subject), in_(replacement) {}

  std::string Run() {
    while (at_ < in_.size()) {
      const char c = in_[at_++];
      if (c == '\\') {
        if (at_ == in_.size()) Fail("ends in a lone '\\'");
        out_.push_back(in_[at_++]);
      } else if (c == '$') {
        AppendReference();
      } else {
        out_.push_back(c);
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void Fail(std::string_view why) const {
    throw ConfigError(fmt::format("the replacement '{}' {}", in_, why));
  }

  void AppendReference() {
    if (at_ < in_.size() && in_[at_] == '{') {
      const size_t end = in_.find('}', at_);
      if (end == std::string_view::npos) Fail("has a '${' without its '}'");
      const std::string name(in_.substr(at_ + 1, end - at_ - 1));
      const int group =
          pcre2_substring_number_from_name(code_, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
      if (group < 0)
        Fail(fmt::format("names the group '{}', which the pattern does not have", name));
      at_ = end + 1;
      return AppendGroup(static_cast<uint32_t>(group));
    }
    if (at_ == in_.size() || !IsDigit(in_[at_])) {
      Fail("has a '$' without a group; write '\\$' for the character");
    }
    const uint32_t groups = GroupCount(code_);
    uint32_t group = static_cast<uint32_t>(in_[at_++] - '0');
    if (group > groups) Fail(fmt::format("uses group {}, the pattern has {}", group, groups));
    // Java takes further digits only as long as such a group exists.
    while (at_ < in_.size() && IsDigit(in_[at_])) {
      const uint32_t longer = group * 10 + static_cast<uint32_t>(in_[at_] - '0');
      if (longer > groups) break;
      group = longer;
      ++at_;
    }
    AppendGroup(group);
  }

  void AppendGroup(uint32_t group) {
    const size_t* places = pcre2_get_ovector_pointer(data_);
    const size_t begin = places[2 * group];
    if (begin == PCRE2_UNSET) return;
    out_.append(subject_.substr(begin, places[2 * group + 1] - begin));
  }

  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }

  const pcre2_code* code_;
  pcre2_match_data* data_;
  std::string_view subject_;
  std::string_view in_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

Result<Regex> Regex::Compile(std::string_view pattern, Case mode) {
  if (auto why = FindJavaOnlySyntax(pattern)) return Failure(*why);
  std::unique_ptr<pcre2_compile_context, ContextDeleter> context(
      pcre2_compile_context_create(nullptr));
  // Java's '.' stops at every Unicode line terminator.
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANY);
  uint32_t options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED;
  if (mode == Case::kInsensitive) options |= PCRE2_CASELESS;
  int error = 0;
  size_t place = 0;
  std::unique_ptr<pcre2_code, CodeDeleter> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.empty() ? "" : pattern.data()),
                    pattern.size(), options, &error, &place, context.get()));
  if (!code) {
    return Failure(fmt::format("at character {} of '{}': {}", place, pattern, ErrorText(error)));
  }
  // Without JIT support in the library matching is slower, not wrong.
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  Regex out;
  out.pattern_ = std::string(pattern);
  out.code_ = std::shared_ptr<pcre2_code>(code.release(), CodeDeleter());
  return out;
}

bool Regex::FullMatch(std::string_view text) const {
  const pcre2_code* code = Code(code_);
  return Match(code, text, ThreadMatchData(GroupCount(code)), pattern_) > 0;
}

std::optional<std::string> Regex::ReplaceFullMatch(std::string_view text,
                                                   std::string_view replacement) const {
  const pcre2_code* code = Code(code_);
  pcre2_match_data* data = ThreadMatchData(GroupCount(code));
  if (Match(code, text, data, pattern_) == 0) return std::nullopt;
  return Replacer(code, data, text, replacement).Run();
}

}  // namespace tidewire
