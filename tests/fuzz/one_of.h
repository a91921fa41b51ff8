// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace tidewire::fuzz {

// The first byte of the input chooses which decoder gets the rest. Returns what
// LLVMFuzzerTestOneInput has to.
inline int OneOf(const uint8_t* data, size_t size,
                 std::initializer_list<void (*)(std::string_view)> decoders) {
  if (size == 0) return 0;
  const auto chosen = decoders.begin() + data[0] % decoders.size();
  (*chosen)({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}

}  // namespace tidewire::fuzz
