#include "base/arena.h"

namespace tidewire {

char* Arena::AllocateSlow(size_t bytes) {
  if (bytes > block_bytes_ / 4) {
    // A large value gets a block of its own, placed before the current one so that the rest of that
    // is still used.
    auto block = std::make_unique_for_overwrite<char[]>(bytes);
    char* out = block.get();
    blocks_.insert(blocks_.empty() ? blocks_.end() : blocks_.end() - 1, std::move(block));
    allocated_bytes_ += bytes;
    return out;
  }
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_bytes_));
  allocated_bytes_ += block_bytes_;
  next_ = blocks_.back().get() + bytes;
  end_ = blocks_.back().get() + block_bytes_;
  return blocks_.back().get();
}

void Arena::Clear() {
  if (next_ == nullptr) {
    blocks_.clear();
    allocated_bytes_ = 0;
    return;
  }
  auto last = std::move(blocks_.back());
  blocks_.clear();
  next_ = last.get();
  end_ = last.get() + block_bytes_;
  blocks_.push_back(std::move(last));
  allocated_bytes_ = block_bytes_;
}

}  // namespace tidewire
