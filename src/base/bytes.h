// Reading and writing of binary forms: big-endian integers (PostgreSQL's protocol, ordered keys)
// and LEB128 varints (the log's codec).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidewire {

template <class T>
T LoadBigEndian(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  if constexpr (sizeof(T) == 2)
    return static_cast<T>(__builtin_bswap16(static_cast<uint16_t>(value)));
  if constexpr (sizeof(T) == 4)
    return static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(value)));
  if constexpr (sizeof(T) == 8)
    return static_cast<T>(__builtin_bswap64(static_cast<uint64_t>(value)));
  return value;
}

template <class T>
void AppendBigEndian(std::string& out, T value) {
  const T swapped = LoadBigEndian<T>(reinterpret_cast<const char*>(&value));
  out.append(reinterpret_cast<const char*>(&swapped), sizeof(T));
}

inline uint64_t ZigZag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
inline int64_t UnZigZag(uint64_t v) {
  return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
}

inline void AppendVarint(std::string& out, uint64_t v) {
  char buffer[10];
  size_t n = 0;
  while (v >= 0x80) {
    buffer[n++] = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  buffer[n++] = static_cast<char>(v);
  out.append(buffer, n);
}
inline void AppendSigned(std::string& out, int64_t v) { AppendVarint(out, ZigZag(v)); }
inline void AppendString(std::string& out, std::string_view s) {
  AppendVarint(out, s.size());
  out.append(s);
}

// Reads a buffer from front to back; every read checks the bounds and throws DataError when the
// input is too short or malformed, so a decoder built on it can be fed anything. The views it
// returns point into the buffer.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : next_(in.data()), end_(in.data() + in.size()) {}

  bool empty() const { return next_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - next_); }
  const char* position() const { return next_; }

  uint8_t Byte() { return static_cast<uint8_t>(*Take(1)); }
  template <class T>
  T BigEndian() {
    return LoadBigEndian<T>(Take(sizeof(T)));
  }
  uint64_t Varint() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const uint8_t b = Byte();
      v |= static_cast<uint64_t>(b & 0x7f) << shift;
      if ((b & 0x80) == 0) return v;
    }
    throw DataError("malformed varint");
  }
  int64_t Signed() { return UnZigZag(Varint()); }
  std::string_view Bytes(size_t n) { return {Take(n), n}; }
  // A varint length and that many bytes.
  std::string_view String() { return Bytes(static_cast<size_t>(Varint())); }
  // Up to and without a NUL, which is consumed.
  std::string_view CString() {
    const void* nul = std::memchr(next_, 0, remaining());
    if (nul == nullptr) throw DataError("string without its end");
    const char* begin = next_;
    next_ = static_cast<const char*>(nul) + 1;
    return {begin, static_cast<size_t>(next_ - 1 - begin)};
  }

 private:
  const char* Take(size_t n) {
    if (n > remaining()) [[unlikely]]
      throw DataError("input ends too early");
    const char* at = next_;
    next_ += n;
    return at;
  }

  const char* next_;
  const char* end_;
};

}  // namespace tidewire
