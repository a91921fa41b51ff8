// One value of a row: 16 bytes, no ownership. Its type stands in the TableSchema; the bytes that a
// view points to belong to the batch (its arena, or the log's buffer).
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace tidewire::model {

enum class DatumState : uint32_t {
  kNull,  // SQL NULL.
  kValue,
  kUnavailable,  // Not sent because unchanged (PostgreSQL's TOAST): the old value still holds.
  kAbsent,  // Not sent at all: a column that the replica identity of a before-row does not hold.
};

struct Datum {
  union {
    int64_t integer;
    double real;
    const char* data;
  };
  uint32_t size;  // Bytes behind `data`; 0 for integers and reals.
  DatumState state;

  Datum() : integer(0), size(0), state(DatumState::kNull) {}
  static Datum Null() { return {}; }
  static Datum Integer(int64_t v) {
    Datum d;
    d.integer = v;
    d.state = DatumState::kValue;
    return d;
  }
  static Datum Real(double v) {
    Datum d;
    d.real = v;
    d.state = DatumState::kValue;
    return d;
  }
  static Datum View(std::string_view v) {
    Datum d;
    d.data = v.data();
    d.size = static_cast<uint32_t>(v.size());
    d.state = DatumState::kValue;
    return d;
  }
  static Datum Of(DatumState state) {
    Datum d;
    d.state = state;
    return d;
  }

  bool has_value() const { return state == DatumState::kValue; }
  std::string_view view() const { return {data, size}; }
};
static_assert(sizeof(Datum) == 16);

// Of dates, timestamps and timestamps with time zone.
inline constexpr int64_t kPositiveInfinity = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kNegativeInfinity = std::numeric_limits<int64_t>::min();
// 2000-01-01 in microseconds and in days since 1970-01-01.
inline constexpr int64_t kEpoch2000Micros = 946'684'800'000'000;
inline constexpr int64_t kEpoch2000Days = 10'957;

}  // namespace tidewire::model
