// The record codec's two ends of a buffer: like base/bytes.h, but with one bounds check for many
// small writes, and a varint reader whose common case has no check for each byte. Internal to the
// room.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace tidewire::log {

inline constexpr size_t kVarintMax = 10;

inline char* PutVarint(char* p, uint64_t v) {
  while (v >= 0x80) {
    *p++ = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  *p++ = static_cast<char>(v);
  return p;
}
template <class T>
char* PutRaw(char* p, T v) {
  std::memcpy(p, &v, sizeof v);
  return p + sizeof v;
}

// Bytes that grow without being zeroed first.
class Buffer {
 public:
  // Room for `n` more bytes at the returned place; earlier pointers into the buffer are invalid.
  char* Reserve(size_t n) {
    if (n > capacity_ - size_) [[unlikely]]
      Grow(n);
    return data_.get() + size_;
  }
  // The bytes up to `end`, which Reserve gave room for, are written.
  void Advance(const char* end) { size_ = static_cast<size_t>(end - data_.get()); }
  size_t size() const { return size_; }
  // Of the last Reserve's place: bytes that may be written without another one.
  const char* limit() const { return data_.get() + capacity_; }
  char* data() { return data_.get(); }
  std::string_view view() const { return {data_.get(), size_}; }
  void Append(std::string_view bytes) {
    char* p = Reserve(bytes.size());
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  // Gives back what was reserved and not used; for buffers that are kept.
  void Shrink() {
    if (capacity_ - size_ > size_ / 4) Reallocate(size_);
  }

 private:
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  void Grow(size_t n) { Reallocate(std::max(size_ + n, capacity_ * 2)); }
  void Reallocate(size_t capacity) {
    char* moved = static_cast<char*>(std::realloc(data_.get(), std::max<size_t>(capacity, 64)));
    if (moved == nullptr) throw std::bad_alloc();
    (void)data_.release();
    data_.reset(moved);
    capacity_ = std::max<size_t>(capacity, 64);
  }

  std::unique_ptr<char[], Free> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// Reads from front to back; throws DataError at the end of the input, whatever the bytes are.
class Cursor {
 public:
  Cursor() = default;
  explicit Cursor(std::string_view in)
      : next_(reinterpret_cast<const uint8_t*>(in.data())), end_(next_ + in.size()) {}

  bool empty() const { return next_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - next_); }
  const char* position() const { return reinterpret_cast<const char*>(next_); }

  uint8_t Byte() {
    if (next_ == end_) [[unlikely]]
      Fail();
    return *next_++;
  }
  uint64_t Varint() {
    if (next_ != end_ && *next_ < 0x80) [[likely]]
      return *next_++;
    return LongVarint();
  }
  int64_t Signed() { return UnZigZag(Varint()); }
  // A varint that has to fit 32 bits.
  uint32_t Varint32() {
    const uint64_t v = Varint();
    if (v > UINT32_MAX) [[unlikely]]
      Fail();
    return static_cast<uint32_t>(v);
  }
  template <class T>
  T Raw() {
    T v;
    std::memcpy(&v, Bytes(sizeof v).data(), sizeof v);
    return v;
  }
  std::string_view Bytes(size_t n) {
    if (n > remaining()) [[unlikely]]
      Fail();
    const char* at = position();
    next_ += n;
    return {at, n};
  }

 private:
  [[noreturn]] static void Fail() { throw DataError("log batch: malformed or cut short"); }
  uint64_t LongVarint() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const uint8_t b = Byte();
      v |= static_cast<uint64_t>(b & 0x7f) << (shift & 63);
      if ((b & 0x80) == 0) return v;
    }
    Fail();
  }

  const uint8_t* next_ = nullptr;
  const uint8_t* end_ = nullptr;
};

}  // namespace tidewire::log
