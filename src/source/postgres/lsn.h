// A place in PostgreSQL's write-ahead log.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidewire::source {

// Byte position in the WAL; 0 is "none" (PostgreSQL's InvalidXLogRecPtr).
struct Lsn {
  uint64_t value = 0;

  auto operator<=>(const Lsn&) const = default;
  bool is_set() const { return value != 0; }
  // "16/B374D848", as the server prints it.
  std::string ToString() const;
  // Nothing when `text` is no such form.
  static std::optional<Lsn> Parse(std::string_view text);
};

}  // namespace tidewire::source
