#include "source/mysql/mysql_row_reader.h"

#include <fmt/format.h>
#include <mysql.h>

#include "base/error.h"
#include "model/calendar.h"
#include "source/mysql/binlog_values.h"

namespace tidewire::source {
namespace {

using model::Datum;
using model::Kind;

constexpr uint8_t kRow = 0x00;
constexpr uint8_t kEof = 0xFE;
constexpr uint8_t kError = 0xFF;

CivilTime ReadCivil(std::string_view bytes) {
  BinlogReader in(bytes);
  CivilTime out;
  if (in.empty()) return out;
  out.year = in.Little<uint16_t>();
  out.month = in.Byte();
  out.day = in.Byte();
  if (in.empty()) return out;
  out.hour = in.Byte();
  out.minute = in.Byte();
  out.second = in.Byte();
  if (!in.empty()) out.micros = in.Little<uint32_t>();
  return out;
}

int64_t ReadSpan(std::string_view bytes) {
  BinlogReader in(bytes);
  if (in.empty()) return 0;
  const bool negative = in.Byte() != 0;
  const int64_t days = in.Little<uint32_t>();
  const int64_t hours = days * 24 + in.Byte();
  const int64_t minutes = hours * 60 + in.Byte();
  const int64_t seconds = minutes * 60 + in.Byte();
  int64_t micros = seconds * model::kMicrosPerSecond;
  if (!in.empty()) micros += in.Little<uint32_t>();
  return negative ? -micros : micros;
}

}  // namespace

void MysqlRowReader::Close::operator()(void* statement) const {
  mysql_stmt_close(static_cast<MYSQL_STMT*>(statement));
}

MysqlRowReader::MysqlRowReader(client::MysqlConnection& connection, const std::string& sql,
                               const MysqlTable& table, const MysqlTableShape::Shape& shape,
                               const MysqlTableShape& shapes)
    : connection_(connection),
      what_(fmt::format("read table {}.{} for the snapshot", table.database, table.name)) {
  MYSQL_STMT* const statement = mysql_stmt_init(connection.raw());
  if (statement == nullptr) throw RetriableError("out of memory");
  statement_.reset(statement);
  if (mysql_stmt_prepare(statement, sql.data(), sql.size()) != 0 ||
      mysql_stmt_execute(statement) != 0) {
    connection_.Throw(what_);
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (shape.columns[i] < 0) continue;
    const model::Column& target =
        shape.topic->table->columns[static_cast<size_t>(shape.columns[i])];
    Column column;
    column.definition = &table.columns[i];
    column.kind = target.type.kind;
    column.nullable = target.nullable;
    column.dates = shapes.DatesOf(table, table.columns[i]);
    columns_.push_back(column);
  }
  MYSQL_RES* const metadata = mysql_stmt_result_metadata(statement);
  const unsigned fields = metadata == nullptr ? 0 : mysql_num_fields(metadata);
  if (fields != columns_.size()) {
    mysql_free_result(metadata);
    throw DataError(fmt::format("table {}.{} has other columns than its definition", table.database,
                                table.name));
  }
  const MYSQL_FIELD* const field = mysql_fetch_fields(metadata);
  for (unsigned i = 0; i < fields; ++i) {
    columns_[i].type = field[i].type;
    columns_[i].is_unsigned = (field[i].flags & UNSIGNED_FLAG) != 0;
  }
  mysql_free_result(metadata);
}

MysqlRowReader::~MysqlRowReader() {
  // A result that was not read to its end makes the session useless; it is closed with it.
  if (!done_) connection_.Interrupt();
}

bool MysqlRowReader::Fetch() {
  MYSQL* const raw = connection_.raw();
  const unsigned long length = mysql_net_read_packet(raw);
  if (length == packet_error) connection_.Throw(what_);
  packet_ = {reinterpret_cast<const char*>(raw->net.read_pos), length};
  const uint8_t first = packet_.empty() ? kEof : static_cast<uint8_t>(packet_[0]);
  if (first == kRow) {
    packet_.remove_prefix(1);
    return true;
  }
  if (first == kError) connection_.Throw(what_);
  constexpr size_t kEofBytesMax = 9;
  if (first != kEof || packet_.size() >= kEofBytesMax) {
    throw RetriableError(fmt::format("{}: the server sent what is no row", what_));
  }
  // The library does not know that the rows were taken past it.
  raw->status = MYSQL_STATUS_READY;
  done_ = true;
  return false;
}

const Datum* MysqlRowReader::Read(Arena& arena) {
  // The one copy: values that are text stay where they stand in it.
  BinlogReader in(arena.Copy(packet_));
  constexpr size_t kReservedBits = 2;
  const std::string_view nulls = in.Bytes((columns_.size() + kReservedBits + 7) / 8);
  Datum* const row = arena.AllocateArray<Datum>(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    const size_t bit = i + kReservedBits;
    if ((static_cast<uint8_t>(nulls[bit / 8]) >> (bit % 8) & 1) != 0) continue;
    try {
      row[i] = ReadValue(in, columns_[i], arena);
    } catch (const DataError& error) {
      throw DataError(
          fmt::format("{}, column {}: {}", what_, columns_[i].definition->name, error.what()));
    }
  }
  return row;
}

Datum MysqlRowReader::ReadValue(BinlogReader& in, const Column& column, Arena& arena) {
  const auto integer = [&](auto is_signed, auto is_unsigned) {
    return column.is_unsigned
               ? Datum::Integer(static_cast<int64_t>(in.Little<decltype(is_unsigned)>()))
               : Datum::Integer(static_cast<int64_t>(in.Little<decltype(is_signed)>()));
  };
  switch (column.type) {
    case MYSQL_TYPE_TINY:
      return integer(int8_t{}, uint8_t{});
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_YEAR:
      return integer(int16_t{}, uint16_t{});
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
      return integer(int32_t{}, uint32_t{});
    case MYSQL_TYPE_LONGLONG:
      return integer(int64_t{}, uint64_t{});
    case MYSQL_TYPE_FLOAT: {
      const float value = in.Little<float>();
      return Datum::Real(column.definition->scale >= 0
                             ? RoundedFloat(value, column.definition->scale)
                             : double{value});
    }
    case MYSQL_TYPE_DOUBLE:
      return Datum::Real(in.Little<double>());
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
    case MYSQL_TYPE_TIME:
      return ReadTemporal(in, column, arena);
    default:
      return ReadBytes(in.LengthEncodedBytes(), column, arena);
  }
}

Datum MysqlRowReader::ReadTemporal(BinlogReader& in, const Column& column, Arena& arena) {
  const std::string_view bytes = in.Bytes(in.Byte());
  if (column.type == MYSQL_TYPE_TIME) return Datum::Integer(ReadSpan(bytes));
  const CivilTime time = ReadCivil(bytes);
  const bool with_time = column.type != MYSQL_TYPE_DATE && column.type != MYSQL_TYPE_NEWDATE;
  const int fraction = std::max(column.definition->length, 0);
  if (column.kind == Kind::kString) {
    return Datum::View(arena.Copy(CivilText(time, with_time, fraction)));
  }
  if (!IsRealDay(time)) {
    return InvalidDate(column.dates, column.kind, column.nullable,
                       CivilText(time, with_time, fraction));
  }
  return Datum::Integer(with_time ? MicrosOf(time) : DaysOf(time));
}

Datum MysqlRowReader::ReadBytes(std::string_view bytes, const Column& column, Arena& arena) {
  if (column.kind != Kind::kBits) return Datum::View(bytes);
  const auto bits = static_cast<size_t>(std::max(column.definition->length, 1));
  if (bytes.size() != (bits + 7) / 8) throw DataError("bits of another length");
  BinlogReader in(bytes);
  return Datum::View(ReadBits(in, bits, arena));
}

}  // namespace tidewire::source
