#include "source/mysql/binlog_rows.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cmath>

#include "model/calendar.h"
#include "source/mysql/binary_json.h"
#include "source/mysql/binlog_values.h"

namespace tidewire::source {
namespace {

using model::Datum;
using model::DatumState;
using model::Kind;

bool HasExtraData(BinlogEventType type) {
  return type == BinlogEventType::kWriteRows || type == BinlogEventType::kUpdateRows ||
         type == BinlogEventType::kDeleteRows || type == BinlogEventType::kPartialUpdateRows;
}

bool IsCompressed(BinlogEventType type) {
  return type == BinlogEventType::kMariaWriteRowsCompressedV1 ||
         type == BinlogEventType::kMariaUpdateRowsCompressedV1 ||
         type == BinlogEventType::kMariaDeleteRowsCompressedV1;
}

RowsKind KindOf(BinlogEventType type) {
  switch (type) {
    case BinlogEventType::kWriteRowsV1:
    case BinlogEventType::kWriteRows:
    case BinlogEventType::kMariaWriteRowsCompressedV1:
      return RowsKind::kWrite;
    case BinlogEventType::kDeleteRowsV1:
    case BinlogEventType::kDeleteRows:
    case BinlogEventType::kMariaDeleteRowsCompressedV1:
      return RowsKind::kDelete;
    default:
      return RowsKind::kUpdate;
  }
}

bool HasBit(std::string_view bits, size_t i) {
  return (static_cast<uint8_t>(bits[i / 8]) >> (i % 8) & 1) != 0;
}

size_t CountBits(std::string_view bits, size_t columns) {
  size_t count = 0;
  for (size_t i = 0; i < columns; ++i) count += HasBit(bits, i) ? 1 : 0;
  return count;
}

size_t BitmapBytes(size_t bits) { return (bits + 7) / 8; }

Datum Invalid(const BinlogColumnPlan& plan, const std::string& text) {
  return InvalidDate(plan.dates, plan.kind, plan.nullable, text);
}

Datum CalendarDatum(const CivilTime& time, bool with_time, int fraction,
                    const BinlogColumnPlan& plan, Arena& arena) {
  if (plan.kind == Kind::kString) {
    return Datum::View(arena.Copy(CivilText(time, with_time, fraction)));
  }
  if (!IsRealDay(time)) [[unlikely]]
    return Invalid(plan, CivilText(time, with_time, fraction));
  return Datum::Integer(with_time ? MicrosOf(time) : DaysOf(time));
}

CivilTime CivilOf(int64_t micros_since_2000) {
  const int64_t micros = micros_since_2000 + model::kEpoch2000Micros;
  const int64_t days = model::FloorDiv(micros, model::kMicrosPerDay);
  const int64_t rest = micros - days * model::kMicrosPerDay;
  const model::Civil day = model::CivilFromDays(days);
  CivilTime out{day.year, day.month, day.day};
  const int64_t seconds = rest / model::kMicrosPerSecond;
  out.hour = seconds / 3600;
  out.minute = seconds / 60 % 60;
  out.second = seconds % 60;
  out.micros = rest % model::kMicrosPerSecond;
  return out;
}

Datum TimestampDatum(std::optional<int64_t> micros, int fraction, const BinlogColumnPlan& plan,
                     Arena& arena) {
  if (plan.kind == Kind::kString) {
    const CivilTime time = micros ? CivilOf(*micros) : CivilTime{};
    return Datum::View(arena.Copy(CivilText(time, true, fraction)));
  }
  return micros ? Datum::Integer(*micros) : Invalid(plan, CivilText({}, true, fraction));
}

// Values of fixed size are sent without the zeros at their end, but have them.
std::string_view Padded(std::string_view bytes, size_t size, Arena& arena) {
  if (bytes.size() >= size) return bytes;
  char* const out = arena.Allocate(size);
  std::memcpy(out, bytes.data(), bytes.size());
  std::memset(out + bytes.size(), 0, size - bytes.size());
  return {out, size};
}

// MariaDB's COMPRESSED columns: a byte with the method, the length's size, then both.
// Source: mariadb-server, "sql/field_comp.cc".
std::string_view UncompressColumn(std::string_view stored, Arena& arena) {
  if (stored.empty()) return stored;
  constexpr uint8_t kZlib = 8;
  constexpr uint8_t kRaw = 0x08;
  constexpr size_t kColumnBytesMax = size_t{1} << 30;
  BinlogReader in(stored);
  const uint8_t head = in.Byte();
  const uint8_t method = head >> 4;
  if (method == 0) return in.Rest();
  if (method != kZlib) throw DataError("a column compressed by an unknown method");
  const size_t size = static_cast<size_t>(in.Big(head & 0x07));
  if (size > kColumnBytesMax) throw DataError("a compressed column that is too large");
  const std::string_view packed = in.Rest();
  char* const out = arena.Allocate(size);
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out);
  stream.avail_out = static_cast<uInt>(size);
  if (inflateInit2(&stream, (head & kRaw) != 0 ? -MAX_WBITS : MAX_WBITS) != Z_OK) {
    throw DataError("a compressed column cannot be unpacked");
  }
  const int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (result != Z_STREAM_END || stream.avail_out != 0) {
    throw DataError("a compressed column cannot be unpacked");
  }
  return {out, size};
}

}  // namespace

BinlogRows ReadBinlogRows(const BinlogEvent& event, std::string& storage) {
  constexpr size_t kRowsBytesMax = size_t{1} << 30;
  constexpr size_t kExtraLengthBytes = 2;
  BinlogReader in(event.body);
  BinlogRows out;
  out.kind = KindOf(event.header.type);
  out.partial_json = event.header.type == BinlogEventType::kPartialUpdateRows;
  out.table_id = in.Little(6);
  in.Bytes(2);  // Flags.
  if (HasExtraData(event.header.type)) {
    const uint16_t extra = in.Little<uint16_t>();
    if (extra < kExtraLengthBytes) throw DataError("a rows event with a malformed header");
    in.Bytes(extra - kExtraLengthBytes);
  }
  const uint64_t columns = in.LengthEncoded();
  if (columns > in.remaining() * 8) throw DataError("a rows event with too many columns");
  out.columns = static_cast<size_t>(columns);
  const std::string_view first = in.Bytes(BitmapBytes(out.columns));
  if (out.kind == RowsKind::kWrite) {
    out.after_present = first;
  } else {
    out.before_present = first;
  }
  if (out.kind == RowsKind::kUpdate) out.after_present = in.Bytes(BitmapBytes(out.columns));
  out.rows = in.Rest();
  if (IsCompressed(event.header.type)) {
    storage = MariaUncompress(out.rows, kRowsBytesMax);
    out.rows = storage;
  }
  return out;
}

BinlogRowDecoder::BinlogRowDecoder(std::vector<BinlogColumnPlan> plans, size_t width)
    : plans_(std::move(plans)), width_(width), before_json_(plans_.size()) {
  for (const BinlogColumnPlan& plan : plans_) {
    if (plan.wire.type == BinlogType::kJson) ++json_columns_;
  }
}

std::string_view BinlogRowDecoder::column() const {
  if (reading_ < 0) return {};
  const BinlogColumnPlan& plan = plans_[static_cast<size_t>(reading_)];
  return plan.column == nullptr ? std::string_view(plan.wire.name)
                                : std::string_view(plan.column->name);
}

const Datum* BinlogRowDecoder::Read(BinlogReader& in, std::string_view present, Image image,
                                    const Datum* before, bool partial_json, Arena& arena) {
  constexpr uint64_t kPartialUpdates = 1;
  std::string_view partial;
  if (partial_json && (in.LengthEncoded() & kPartialUpdates) != 0) {
    partial = in.Bytes(BitmapBytes(json_columns_));
  }
  const size_t count = CountBits(present, plans_.size());
  const std::string_view nulls = in.Bytes(BitmapBytes(count));
  Datum* const row = arena.AllocateArray<Datum>(width_);
  size_t place = 0;  // Among the columns that are present.
  size_t json = 0;
  for (size_t i = 0; i < plans_.size(); ++i) {
    const BinlogColumnPlan& plan = plans_[i];
    const bool is_json = plan.wire.type == BinlogType::kJson;
    const bool is_partial = is_json && !partial.empty() && HasBit(partial, json);
    if (is_json) {
      ++json;
      if (image == Image::kBefore) before_json_[i] = {};
    }
    Datum* const out = plan.target < 0 ? nullptr : row + plan.target;
    if (!HasBit(present, i)) {
      if (out == nullptr) continue;
      if (image == Image::kInsert) {
        *out = plan.missing;
      } else if (image == Image::kBefore) {
        out->state = DatumState::kAbsent;
      } else {
        const Datum* const old = before == nullptr ? nullptr : before + plan.target;
        *out = old != nullptr && old->state != DatumState::kAbsent
                   ? *old
                   : Datum::Of(DatumState::kUnavailable);
      }
      continue;
    }
    if (HasBit(nulls, place++)) continue;
    reading_ = static_cast<int>(i);
    if (is_json && image == Image::kBefore) {
      const size_t length = static_cast<size_t>(in.Little(plan.wire.metadata));
      before_json_[i] = in.Bytes(length);
      if (out != nullptr) *out = ReadJson(before_json_[i], arena);
      continue;
    }
    const Datum value = is_partial ? ReadPartialJson(in, i, arena) : ReadValue(in, plan, arena);
    if (out != nullptr) *out = value;
  }
  reading_ = -1;
  return row;
}

Datum BinlogRowDecoder::ReadValue(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena) {
  switch (plan.wire.type) {
    case BinlogType::kTiny:
      return ReadInteger(in, 1, plan);
    case BinlogType::kShort:
      return ReadInteger(in, 2, plan);
    case BinlogType::kInt24:
      return ReadInteger(in, 3, plan);
    case BinlogType::kLong:
      return ReadInteger(in, 4, plan);
    case BinlogType::kLongLong:
      return ReadInteger(in, 8, plan);
    case BinlogType::kFloat: {
      const float value = in.Little<float>();
      return Datum::Real(plan.column != nullptr && plan.column->scale >= 0
                             ? RoundedFloat(value, plan.column->scale)
                             : double{value});
    }
    case BinlogType::kDouble:
      return Datum::Real(in.Little<double>());
    case BinlogType::kDecimal:
      return Datum::View(
          ReadDecimal(in, plan.wire.metadata >> 8, plan.wire.metadata & 0xFF, arena));
    case BinlogType::kBit:
      return Datum::View(ReadBits(in, plan.wire.metadata, arena));
    case BinlogType::kVarchar:
    case BinlogType::kVarString:
    case BinlogType::kString:
    case BinlogType::kMariaVarcharCompressed:
      return ReadFixed(in, plan, arena);
    case BinlogType::kEnum:
    case BinlogType::kSet:
      return ReadMembers(in, plan, arena);
    case BinlogType::kBlob:
    case BinlogType::kTinyBlob:
    case BinlogType::kMediumBlob:
    case BinlogType::kLongBlob:
    case BinlogType::kMariaBlobCompressed:
    case BinlogType::kGeometry:
    case BinlogType::kVector:
    case BinlogType::kJson:
      return ReadBlob(in, plan, arena);
    case BinlogType::kNull:
      return Datum::Null();
    default:
      return ReadTemporal(in, plan, arena);
  }
}

Datum BinlogRowDecoder::ReadInteger(BinlogReader& in, size_t bytes, const BinlogColumnPlan& plan) {
  const uint64_t value = in.Little(bytes);
  if (plan.column != nullptr && plan.column->is_unsigned) {
    return Datum::Integer(static_cast<int64_t>(value));
  }
  const auto shift = static_cast<int>(64 - 8 * bytes);
  return Datum::Integer(static_cast<int64_t>(value << shift) >> shift);
}

Datum BinlogRowDecoder::ReadText(std::string_view bytes, const BinlogColumnPlan& plan,
                                 Arena& arena) {
  return Datum::View(plan.charset == nullptr ? bytes : plan.charset->Decode(bytes, arena));
}

Datum BinlogRowDecoder::ReadFixed(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena) {
  std::string_view bytes = in.Bytes(plan.wire.metadata > 255 ? in.Little<uint16_t>() : in.Byte());
  if (plan.wire.type == BinlogType::kMariaVarcharCompressed) bytes = UncompressColumn(bytes, arena);
  const MysqlBase base = plan.column == nullptr ? MysqlBase::kOther : plan.column->base;
  switch (base) {
    case MysqlBase::kUuid:
      return Datum::View(UuidText(Padded(bytes, 16, arena), arena));
    case MysqlBase::kInet4:
      return Datum::View(Inet4Text(Padded(bytes, 4, arena), arena));
    case MysqlBase::kInet6:
      return Datum::View(Inet6Text(Padded(bytes, 16, arena), arena));
    case MysqlBase::kBinary:
      return Datum::View(
          Padded(bytes, static_cast<size_t>(std::max(plan.column->length, 1)), arena));
    default:
      return ReadText(bytes, plan, arena);
  }
}

Datum BinlogRowDecoder::ReadBlob(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena) {
  constexpr size_t kLengthBytesMax = 4;
  if (plan.wire.metadata > kLengthBytesMax) throw DataError("a blob with a malformed length");
  std::string_view bytes = in.Bytes(static_cast<size_t>(in.Little(plan.wire.metadata)));
  if (plan.wire.type == BinlogType::kMariaBlobCompressed) bytes = UncompressColumn(bytes, arena);
  if (plan.wire.type == BinlogType::kJson) return ReadJson(bytes, arena);
  return plan.kind == Kind::kString ? ReadText(bytes, plan, arena) : Datum::View(bytes);
}

Datum BinlogRowDecoder::ReadMembers(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena) {
  const size_t bytes = plan.wire.metadata;
  if (bytes < 1 || bytes > 8) throw DataError("an enumeration with a malformed size");
  const uint64_t value = in.Little(bytes);
  static const std::vector<std::string> kNone;
  const auto& members = plan.column == nullptr ? kNone : plan.column->members;
  if (plan.wire.type == BinlogType::kEnum) {
    // 0 is what the server keeps for a value that was none: the empty text.
    if (value == 0) return Datum::View("");
    if (value > members.size()) {
      throw DataError(fmt::format("member {} of {}", value, members.size()));
    }
    return Datum::View(members[static_cast<size_t>(value - 1)]);
  }
  scratch_.clear();
  for (size_t i = 0; i < 64; ++i) {
    if ((value >> i & 1) == 0) continue;
    if (i >= members.size()) throw DataError(fmt::format("member {} of {}", i + 1, members.size()));
    if (!scratch_.empty()) scratch_ += ',';
    scratch_ += members[i];
  }
  return Datum::View(arena.Copy(scratch_));
}

Datum BinlogRowDecoder::ReadTemporal(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena) {
  constexpr int kFirstYear = 1900;
  const int fraction = plan.wire.metadata;
  switch (plan.wire.type) {
    case BinlogType::kYear: {
      const uint8_t year = in.Byte();
      return Datum::Integer(year == 0 ? 0 : kFirstYear + year);
    }
    case BinlogType::kDate:
    case BinlogType::kNewDate:
      return CalendarDatum(ReadDate(in), false, 0, plan, arena);
    case BinlogType::kDateTime:
      return CalendarDatum(ReadDateTime(in, fraction), true, fraction, plan, arena);
    case BinlogType::kDateTimeOld:
      return CalendarDatum(ReadOldDateTime(in), true, 0, plan, arena);
    case BinlogType::kTime:
      return Datum::Integer(ReadTime(in, fraction));
    case BinlogType::kTimeOld:
      return Datum::Integer(ReadOldTime(in));
    case BinlogType::kTimestamp:
      return TimestampDatum(ReadTimestamp(in, fraction), fraction, plan, arena);
    case BinlogType::kTimestampOld:
      return TimestampDatum(ReadOldTimestamp(in), 0, plan, arena);
    default:
      throw DataError(fmt::format("a value of unknown type {}", static_cast<int>(plan.wire.type)));
  }
}

Datum BinlogRowDecoder::ReadJson(std::string_view binary, Arena& arena) {
  scratch_.clear();
  AppendJsonText(scratch_, binary);
  return Datum::View(arena.Copy(scratch_));
}

Datum BinlogRowDecoder::ReadPartialJson(BinlogReader& in, size_t index, Arena& arena) {
  const std::string_view differences = in.Bytes(in.Little<uint32_t>());
  const std::string_view before = before_json_[index];
  if (before.data() == nullptr) {
    throw DataError(
        "a partial update of a JSON value whose old value was not sent; SET GLOBAL "
        "binlog_row_image = FULL, or SET GLOBAL binlog_row_value_options = ''");
  }
  scratch_.clear();
  AppendJsonTextWith(scratch_, before, differences);
  return Datum::View(arena.Copy(scratch_));
}

}  // namespace tidewire::source
