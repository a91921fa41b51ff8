#include "source/postgres/lsn.h"

#include <charconv>

namespace tidewire::source {

std::string Lsn::ToString() const {
  return fmt::format("{:X}/{:X}", value >> 32, value & 0xFFFFFFFFu);
}

std::optional<Lsn> Lsn::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  uint32_t halves[2] = {};
  const std::string_view parts[2] = {text.substr(0, slash), text.substr(slash + 1)};
  for (int i = 0; i < 2; ++i) {
    const char* end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, halves[i], 16);
    if (error != std::errc{} || stop != end || parts[i].empty()) return std::nullopt;
  }
  return Lsn{uint64_t{halves[0]} << 32 | halves[1]};
}

}  // namespace tidewire::source
