#include "config/properties_file.h"

#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>

#include "base/error.h"

namespace tidewire::config {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

void AppendUtf8(std::string& out, uint32_t code) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

// Cuts the text into logical lines and those into keys and values.
class Parser {
 public:
  explicit Parser(std::string_view in) : in_(in) {}

  Properties Run() {
    Properties out;
    while (at_ < in_.size()) {
      const std::string line = NextLogicalLine();
      if (line.empty()) continue;
      const size_t key_end = FindKeyEnd(line);
      size_t value = key_end;
      while (value < line.size() && IsBlank(line[value])) ++value;
      if (value < line.size() && (line[value] == '=' || line[value] == ':')) {
        ++value;
        while (value < line.size() && IsBlank(line[value])) ++value;
      }
      out[Unescape(std::string_view(line).substr(0, key_end))] =
          Unescape(std::string_view(line).substr(value));
    }
    return out;
  }

 private:
  std::string_view NextNaturalLine() {
    ++line_;
    const size_t end = std::min(in_.find_first_of("\r\n", at_), in_.size());
    const std::string_view out = in_.substr(at_, end - at_);
    at_ = end;
    if (at_ < in_.size()) at_ += in_.substr(at_, 2) == "\r\n" ? 2 : 1;
    return out;
  }

  // Without comments and leading blanks, continuation lines joined.
  std::string NextLogicalLine() {
    std::string out;
    bool more = true;
    for (bool first = true; more && at_ < in_.size(); first = false) {
      std::string_view line = NextNaturalLine();
      while (!line.empty() && IsBlank(line.front())) line.remove_prefix(1);
      if (first && (line.empty() || line.front() == '#' || line.front() == '!')) return "";
      size_t slashes = 0;
      while (slashes < line.size() && line[line.size() - 1 - slashes] == '\\') ++slashes;
      more = slashes % 2 == 1;
      if (more) line.remove_suffix(1);
      out.append(line);
    }
    return out;
  }

  static size_t FindKeyEnd(std::string_view line) {
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\\') {
        ++i;
      } else if (line[i] == '=' || line[i] == ':' || IsBlank(line[i])) {
        return i;
      }
    }
    return line.size();
  }

  std::string Unescape(std::string_view text) const {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        out.push_back(text[i]);
        continue;
      }
      const char c = text[++i];
      if (c == 'u') {
        uint32_t code = HexUnit(text.substr(i + 1, 4));
        i += 4;
        const bool high = code >= 0xd800 && code < 0xdc00;
        if (high && text.substr(i + 1, 2) == "\\u") {
          code = 0x10000 + ((code - 0xd800) << 10) + (HexUnit(text.substr(i + 3, 4)) - 0xdc00);
          i += 6;
        }
        AppendUtf8(out, code);
      } else {
        constexpr std::string_view kNames = "tnrf";
        constexpr std::string_view kMeanings = "\t\n\r\f";
        const size_t known = kNames.find(c);
        out.push_back(known == std::string_view::npos ? c : kMeanings[known]);
      }
    }
    return out;
  }

  uint32_t HexUnit(std::string_view digits) const {
    uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) {
      throw ConfigError(fmt::format("line {}: '\\u' needs four hexadecimal digits", line_));
    }
    return value;
  }

  std::string_view in_;
  size_t at_ = 0;
  int line_ = 0;
};

}  // namespace

Properties ParseProperties(std::string_view text) { return Parser(text).Run(); }

std::string ReadTextFile(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw ConfigError(fmt::format("cannot read '{}': it is a directory", path.string()));
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string out{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) {
    throw ConfigError(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  }
  return out;
}

Properties LoadPropertiesFile(const std::filesystem::path& path) {
  const std::string text = ReadTextFile(path);
  try {
    return ParseProperties(text);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace tidewire::config
