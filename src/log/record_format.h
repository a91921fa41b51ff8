// The first byte of a record and its second, as docs/formats/log-record.md has them. Internal to
// the codec.
#pragma once

#include <cstdint>

namespace tidewire::log {

// Bits of a record's first byte; the lower three are its model::Op.
inline constexpr uint8_t kOpMask = 0x07;
inline constexpr uint8_t kHasBefore = 0x08;
inline constexpr uint8_t kHasAfter = 0x10;
inline constexpr uint8_t kHasMarks = 0x20;  // The second byte is there.
inline constexpr uint8_t kHasOrders = 0x40;
inline constexpr uint8_t kHasTransaction =
    0x80;  // Another transaction than the record before it in the run.
// In the place of an Op: a count of records follows that compaction dropped.
inline constexpr uint8_t kDroppedOp = 0x07;

// The second byte: SnapshotMark in the lower three bits, KeyHeader in the next two.
inline constexpr uint8_t kSnapshotMask = 0x07;
inline constexpr int kKeyHeaderShift = 3;
inline constexpr uint8_t kKeyHeaderMask = 0x03;
inline constexpr uint8_t kHasOtherKey = 0x20;
inline constexpr uint8_t kHasPlace = 0x40;  // Row and statement follow.

// The first byte of a row.
inline constexpr uint8_t kAllValues = 0;
inline constexpr uint8_t kStateMap =
    1;  // Two bits a column follow, the first column in the lowest.

inline constexpr size_t StateMapBytes(size_t columns) { return (columns + 3) / 4; }

}  // namespace tidewire::log
