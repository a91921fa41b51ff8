// A bump allocator: values of one batch lie together and are freed together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tidewire {

// Owned by one thread at a time. Memory stays valid until Clear() or destruction; nothing is
// destructed, so only trivially destructible things belong here.
class Arena {
 public:
  explicit Arena(size_t block_bytes = 64 * 1024) : block_bytes_(block_bytes) {}
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  // Uninitialised bytes, aligned to 8.
  char* Allocate(size_t bytes) {
    bytes = (bytes + 7) & ~size_t{7};
    if (bytes > static_cast<size_t>(end_ - next_)) [[unlikely]]
      return AllocateSlow(bytes);
    char* out = next_;
    next_ += bytes;
    return out;
  }

  // `count` default-constructed Ts.
  template <class T>
  T* AllocateArray(size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
    T* out = reinterpret_cast<T*>(Allocate(count * sizeof(T)));
    for (size_t i = 0; i < count; ++i) new (out + i) T();
    return out;
  }

  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* out = Allocate(text.size());
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  // Bytes handed to the system for this arena.
  size_t allocated_bytes() const { return allocated_bytes_; }

  // Forgets all values; keeps one block for reuse.
  void Clear();

 private:
  char* AllocateSlow(size_t bytes);

  size_t block_bytes_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t allocated_bytes_ = 0;
};

}  // namespace tidewire
