// Little-endian numbers and the protocol's length-encoded integers, on top of ByteReader.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace tidewire::source {

template <class T>
T LoadLittleEndian(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

// Of 1 to 8 bytes.
inline uint64_t LoadLittleEndian(const char* from, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<uint8_t>(from[i]);
  return value;
}
inline uint64_t LoadBigEndian(const char* from, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(from[i]);
  return value;
}

// Reads from front to back; throws DataError when the input is too short.
class BinlogReader : public ByteReader {
 public:
  using ByteReader::ByteReader;

  template <class T>
  T Little() {
    return LoadLittleEndian<T>(Bytes(sizeof(T)).data());
  }
  uint64_t Little(size_t bytes) { return LoadLittleEndian(Bytes(bytes).data(), bytes); }
  uint64_t Big(size_t bytes) { return LoadBigEndian(Bytes(bytes).data(), bytes); }

  // Source: MySQL client/server protocol, "Integer Types: LengthEncodedInteger".
  uint64_t LengthEncoded() {
    const uint8_t first = Byte();
    switch (first) {
      case 0xfc:
        return Little(2);
      case 0xfd:
        return Little(3);
      case 0xfe:
        return Little(8);
      case 0xfb:
      case 0xff:
        throw DataError("malformed length");
      default:
        return first;
    }
  }
  std::string_view LengthEncodedBytes() { return Bytes(static_cast<size_t>(LengthEncoded())); }
  std::string_view Rest() { return Bytes(remaining()); }
};

}  // namespace tidewire::source
