// The stored log's positions: {"sequence":12,"index":3,"log":"<id>"}, optionally with
// "skip":{"<topic>-<partition>":offset,…}.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tidewire::log {

using PartitionName = std::pair<std::string, int32_t>;  // Topic, partition.

// Stands before record `index` of the batch `sequence` (or of the first one behind it, when that is
// gone); records of a partition in `skip` count as read when their offset is below the one given
// there.
struct LogPosition {
  uint64_t sequence = 0;
  uint32_t index = 0;
  std::map<PartitionName, int64_t> skip;
  std::string log;  // The log that it is a position of; it means nothing in another one.

  std::string Text() const;
  // What follows sequence and index in the text.
  std::string Tail() const;
  // Throws ConfigError when `text` is not what Text gives.
  static LogPosition Parse(std::string_view text);
};

std::string PositionText(uint64_t sequence, uint32_t index, std::string_view tail);

}  // namespace tidewire::log
