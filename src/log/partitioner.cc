#include "log/partitioner.h"

#include <cstring>

namespace tidewire::log {

uint32_t KafkaMurmur2(std::string_view bytes) {
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  uint32_t hash = 0x9747b28c ^ static_cast<uint32_t>(bytes.size());
  while (bytes.size() >= 4) {
    uint32_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    word *= kMultiplier;
    word ^= word >> kShift;
    hash = (hash * kMultiplier) ^ (word * kMultiplier);
    bytes.remove_prefix(4);
  }
  if (!bytes.empty()) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      hash ^= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
    }
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  return hash ^ (hash >> 15);
}

int32_t PartitionOfKey(std::string_view key, int32_t partitions) {
  return static_cast<int32_t>(KafkaMurmur2(key) & 0x7fffffff) % partitions;
}

}  // namespace tidewire::log
