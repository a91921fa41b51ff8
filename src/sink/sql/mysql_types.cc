#include "sink/sql/mysql_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tidewire::sink {
namespace {

using model::ColumnType;
using model::Kind;

// InnoDB's bound for all columns of an index together (DYNAMIC rows, pages of 16 kB).
constexpr int32_t kIndexBytes = 3072;
// utf8mb4.
constexpr int32_t kCharBytes = 4;
// What a column of a key takes that is neither text nor bytes; most take less.
constexpr int32_t kFixedKeyBytes = 16;
// A row's columns, large objects left out, have 65,535 bytes; some stay for columns added later.
constexpr int64_t kRowBytes = 60'000;
constexpr int32_t kVarcharMax = 16'383;
constexpr int32_t kDecimalDigits = 65;
constexpr int32_t kDecimalScale = 30;

template <size_t N>
bool OneOf(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 5> kIntegers{
    {"tinyint", "smallint", "mediumint", "int", "bigint"}};
constexpr std::array<std::string_view, 6> kTexts{
    {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}};
constexpr std::array<std::string_view, 6> kBinaries{
    {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}};
constexpr std::array<std::string_view, 9> kGeometries{
    {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
     "geometrycollection", "geomcollection"}};

template <size_t N>
int Rank(const std::array<std::string_view, N>& ladder, std::string_view base) {
  const auto* const found = std::find(ladder.begin(), ladder.end(), base);
  return found == ladder.end() ? -1 : static_cast<int>(found - ladder.begin());
}

// Behind an opening quote: the text up to the closing one, which is passed.
std::string TakeQuoted(std::string_view text, size_t& at) {
  std::string out;
  for (; at < text.size(); ++at) {
    if (text[at] == '\'') {
      if (at + 1 >= text.size() || text[at + 1] != '\'') return ++at, out;
      ++at;
    }
    out += text[at];
  }
  return out;
}

std::string WithLength(std::string_view name, int32_t length) {
  return length < 0 ? std::string(name) : fmt::format("{}({})", name, length);
}

std::string Varchar(int32_t length) {
  return length > 0 && length <= kVarcharMax ? fmt::format("varchar({})", length) : "longtext";
}

std::string Decimal(int32_t precision, int32_t scale) {
  // PostgreSQL's numeric without digits has any number of them.
  if (precision <= 0) return fmt::format("decimal({},{})", kDecimalDigits, kDecimalScale);
  int32_t digits = precision;
  if (scale < 0) digits -= scale;
  const int32_t fraction = std::clamp(scale, 0, kDecimalScale);
  digits = std::clamp(std::max(digits, fraction), 1, kDecimalDigits);
  return fmt::format("decimal({},{})", digits, fraction);
}

std::string Fraction(std::string_view name, int32_t precision) {
  const int32_t digits = precision < 0 || precision > 6 ? 6 : precision;
  return digits == 0 ? std::string(name) : fmt::format("{}({})", name, digits);
}

// Digits of PostgreSQL's money: 64 bits of the smallest unit.
constexpr int32_t kMoneyDigits = 19;
constexpr int32_t kMoneyScale = 2;
// Of an ISO 8601 interval with all its fields, or a time with zone.
constexpr int32_t kIntervalLength = 100;
constexpr int32_t kTimeTzLength = 32;
// Labels of PostgreSQL's enumerations have 63 bytes at most.
constexpr int32_t kLabelLength = 255;
constexpr int32_t kBitMax = 64;

std::string TypeByKind(const ColumnType& type, const MysqlFacts& facts) {
  switch (type.kind) {
    case Kind::kBool:
      return "tinyint(1)";
    case Kind::kInt16:
    case Kind::kYear:
      return "smallint";
    case Kind::kInt32:
      return "int";
    case Kind::kInt64:
      return "bigint";
    case Kind::kUInt64:
      return "bigint unsigned";
    case Kind::kFloat32:
      return "float";
    case Kind::kFloat64:
      return "double";
    case Kind::kDecimal:
      return Decimal(type.precision, type.scale);
    case Kind::kMoney:
      return Decimal(kMoneyDigits, type.scale < 0 ? kMoneyScale : type.scale);
    case Kind::kChar:
      return type.length > 0 && type.length <= 255 ? WithLength("char", type.length)
                                                   : Varchar(type.length);
    case Kind::kString:
      return Varchar(type.length);
    case Kind::kBytes:
    case Kind::kVector:
      return "longblob";
    case Kind::kDate:
      return "date";
    case Kind::kTime:
      return Fraction("time", type.precision);
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      return Fraction("datetime", type.precision);
    case Kind::kTimeTz:
      return Varchar(kTimeTzLength);
    case Kind::kInterval:
      return Varchar(kIntervalLength);
    case Kind::kUuid:
      return facts.has_uuid() ? "uuid" : "char(36)";
    case Kind::kJson:
    case Kind::kArray:
    case Kind::kHstore:
      return "json";
    case Kind::kEnum:
    case Kind::kEnumSet:
      return Varchar(kLabelLength);
    case Kind::kBits:
      // Of the varying ones each value's length counts, which BIT does not keep.
      return type.type_name == "varbit" || type.length <= 0 || type.length > kBitMax
                 ? Varchar(type.length)
                 : WithLength("bit", type.length);
    case Kind::kPoint:
      return "point";
    case Kind::kGeometry:
      return "geometry";
    case Kind::kXml:
    case Kind::kLtree:
    case Kind::kTsvector:
    case Kind::kOther:
      return "longtext";
  }
  return "longtext";
}

// A type of MySQL or MariaDB, for the one or the other.
std::string TypeByNative(const WantedColumn& column, const MysqlFacts& facts) {
  const std::string& native = column.type.native;
  const MysqlType type = ParseMysqlType(native);
  if (type.base == "uuid" && !facts.has_uuid()) return "char(36)";
  if (type.base == "inet4" && !facts.has_inet4()) return "varchar(15)";
  if (type.base == "inet6" && !facts.has_inet6()) return "varchar(39)";
  if (type.base == "vector" && !facts.has_vector()) return "longblob";
  // 255, 65,535 and 16,777,215 bytes of another character set may be more in utf8mb4.
  if (type.base == "tinytext") return "text";
  if (type.base == "varchar" && type.length > kVarcharMax) return "longtext";
  const bool known =
      type.IsInteger() || type.IsText() || type.IsBinary() || type.IsGeometry() ||
      OneOf(std::array<std::string_view, 16>{{"decimal", "float", "double", "bit", "date", "time",
                                              "datetime", "timestamp", "year", "enum", "set",
                                              "json", "uuid", "inet4", "inet6", "vector"}},
            type.base);
  return known ? native : TypeByKind(column.type, facts);
}

bool IsBinlogKind(std::string_view kind) { return kind == "mysql" || kind == "mariadb"; }

// Bytes that the type takes in a row; large objects lie elsewhere.
int64_t RowBytes(const MysqlType& type) {
  if (type.base == "varchar" || type.base == "char") return int64_t{type.length} * kCharBytes + 2;
  if (type.base == "varbinary" || type.base == "binary") return type.length + 2;
  return 16;
}

// Where a row would be too long, its longest texts become large objects, keys never.
void MakeRowsFit(const std::vector<WantedColumn>& columns, std::vector<std::string>& types) {
  while (true) {
    int64_t total = 0;
    int64_t largest_bytes = 0;
    size_t largest = 0;
    for (size_t i = 0; i < types.size(); ++i) {
      const int64_t bytes = RowBytes(ParseMysqlType(types[i]));
      total += bytes;
      if (columns[i].key || bytes <= largest_bytes) continue;
      largest_bytes = bytes;
      largest = i;
    }
    if (total <= kRowBytes || largest_bytes <= 16) return;
    types[largest] = ParseMysqlType(types[largest]).IsText() ? "longtext" : "longblob";
  }
}

// Keys of text and bytes: the declared length where it is small, else an equal share of the index.
void BoundKeys(const std::vector<WantedColumn>& columns, std::vector<std::string>& types) {
  int32_t left = kIndexBytes;
  int32_t wide = 0;
  const auto bytes_of = [](const MysqlType& type) {
    if (type.base == "varchar" || type.base == "char") return type.length * kCharBytes;
    if (type.base == "varbinary" || type.base == "binary") return type.length;
    return type.IsText() || type.IsBinary() || type.base == "json" ? INT32_MAX : kFixedKeyBytes;
  };
  constexpr int32_t kSmall = 255 * kCharBytes;
  for (size_t i = 0; i < types.size(); ++i) {
    if (!columns[i].key) continue;
    const int32_t bytes = bytes_of(ParseMysqlType(types[i]));
    if (bytes > kSmall) {
      ++wide;
    } else {
      left -= bytes;
    }
  }
  for (size_t i = 0; i < types.size(); ++i) {
    const MysqlType type = ParseMysqlType(types[i]);
    if (!columns[i].key || bytes_of(type) <= kSmall) continue;
    const int32_t share = std::max(left, 0) / wide;
    types[i] =
        type.IsBinary()
            ? fmt::format("varbinary({})", std::max(std::min(share, bytes_of(type)), 1))
            : fmt::format("varchar({})", std::max(std::min(share, bytes_of(type)) / kCharBytes, 1));
  }
}

bool StartsWith(const std::vector<std::string>& longer, const std::vector<std::string>& shorter) {
  return longer.size() >= shorter.size() &&
         std::equal(shorter.begin(), shorter.end(), longer.begin());
}

bool IsDecimalWidening(const MysqlType& from, const MysqlType& to) {
  if (from.is_unsigned != to.is_unsigned && to.is_unsigned) return false;
  const int32_t from_scale = std::max(from.scale, 0);
  const int32_t to_scale = std::max(to.scale, 0);
  return to_scale >= from_scale && to.length - to_scale >= from.length - from_scale &&
         (to.length > from.length || to_scale > from_scale);
}

bool IsIntegerWidening(const MysqlType& from, const MysqlType& to) {
  constexpr std::array<int32_t, 5> kDigits{{3, 5, 8, 10, 20}};
  const int from_rank = Rank(kIntegers, from.base);
  if (to.base == "decimal") {
    return (!to.is_unsigned || from.is_unsigned) &&
           to.length - std::max(to.scale, 0) >= kDigits[static_cast<size_t>(from_rank)];
  }
  return Rank(kIntegers, to.base) > from_rank && (from.is_unsigned || !to.is_unsigned);
}

}  // namespace

std::string MysqlFacts::exact_collation() const {
  if (mariadb) return version >= 100'202 ? "utf8mb4_nopad_bin" : "utf8mb4_bin";
  return version >= 80'017 ? "utf8mb4_0900_bin" : "utf8mb4_bin";
}

bool MysqlType::IsInteger() const { return OneOf(kIntegers, base); }
bool MysqlType::IsText() const { return OneOf(kTexts, base); }
bool MysqlType::IsBinary() const { return OneOf(kBinaries, base); }
bool MysqlType::IsLarge() const { return base.ends_with("text") || base.ends_with("blob"); }
bool MysqlType::IsGeometry() const { return OneOf(kGeometries, base); }

MysqlType ParseMysqlType(std::string_view text) {
  MysqlType out;
  size_t at = 0;
  while (at < text.size() && text[at] != '(' && text[at] != ' ') {
    const char c = text[at++];
    out.base += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (at < text.size() && text[at] == '(') {
    int32_t* number = &out.length;
    for (++at; at < text.size() && text[at] != ')';) {
      if (text[at] == '\'') {
        ++at;
        out.members.push_back(TakeQuoted(text, at));
      } else if (text[at] >= '0' && text[at] <= '9') {
        const auto parsed = std::from_chars(text.data() + at, text.data() + text.size(), *number);
        at = static_cast<size_t>(parsed.ptr - text.data());
        number = &out.scale;
      } else {
        ++at;
      }
    }
  }
  const std::string_view rest = text.substr(std::min(at, text.size()));
  out.is_unsigned = rest.find("unsigned") != std::string_view::npos ||
                    rest.find("UNSIGNED") != std::string_view::npos;
  return out;
}

std::vector<std::string> MysqlTypesFor(const std::vector<WantedColumn>& columns,
                                       const MysqlFacts& facts) {
  std::vector<std::string> types;
  types.reserve(columns.size());
  for (const WantedColumn& column : columns) {
    types.push_back(IsBinlogKind(column.source_kind) && !column.type.native.empty()
                        ? TypeByNative(column, facts)
                        : TypeByKind(column.type, facts));
  }
  BoundKeys(columns, types);
  MakeRowsFit(columns, types);
  return types;
}

bool IsMysqlWidening(std::string_view from_text, std::string_view to_text) {
  const MysqlType from = ParseMysqlType(from_text);
  const MysqlType to = ParseMysqlType(to_text);
  if (from.IsInteger()) return IsIntegerWidening(from, to);
  if (from.base == "decimal" && to.base == "decimal") return IsDecimalWidening(from, to);
  if (from.base == "float" && from.scale < 0) return to.base == "double" && to.scale < 0;
  if (from.base == "enum" || from.base == "set") {
    return to.base == from.base && to.members.size() > from.members.size() &&
           StartsWith(to.members, from.members);
  }
  if (from.base == "time" || from.base == "datetime" || from.base == "timestamp")
    return to.base == from.base && std::max(to.length, 0) > std::max(from.length, 0);
  if (from.IsText() && to.IsText() && to.base != "char") {
    // char and varchar grow by length and become large; the large ones have a ladder.
    const int a = Rank(kTexts, from.base);
    const int b = Rank(kTexts, to.base);
    if (to.base == "varchar") return a <= b && to.length > from.length;
    return b > a && (a > 1 || to.base != "tinytext");
  }
  if (from.base == "char" && to.base == "char") return to.length > from.length;
  if (from.IsBinary() && to.IsBinary() && from.base != "binary" && to.base != "binary") {
    const int a = Rank(kBinaries, from.base);
    const int b = Rank(kBinaries, to.base);
    if (to.base == "varbinary") return a == b && to.length > from.length;
    return b > a && (a > 1 || to.base != "tinyblob");
  }
  return false;
}

void AppendMysqlQuoted(std::string_view text, std::string& out) {
  out += '\'';
  while (true) {
    const size_t quote = text.find('\'');
    out.append(text.substr(0, quote));
    if (quote == std::string_view::npos) break;
    out += "''";
    text.remove_prefix(quote + 1);
  }
  out += '\'';
}

std::string MysqlDefault(const WantedColumn& column, std::string_view type_text,
                         const MysqlFacts& facts) {
  if (!column.default_text) return {};
  std::string_view text = *column.default_text;
  const MysqlType type = ParseMysqlType(type_text);
  const auto quoted = [](std::string_view value) {
    std::string out;
    AppendMysqlQuoted(value, out);
    return out;
  };
  switch (column.type.kind) {
    case Kind::kBool:
      return text.starts_with('t') || text == "1" ? "1" : "0";
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kUInt64:
    case Kind::kYear:
    case Kind::kDecimal:
    case Kind::kFloat32:
    case Kind::kFloat64:
    case Kind::kUuid:
    case Kind::kTime:
      // NaN and the infinities have no counterpart.
      return text.empty() || text.find_first_of("NI") != std::string_view::npos ? "" : quoted(text);
    case Kind::kDate:
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      if (text.ends_with("+00")) text.remove_suffix(3);
      // A zero date is no date, "infinity" none either, and a year BC has a word behind it.
      if (text.size() < 10 || text.starts_with("0000") || text.find("-00") != text.npos ||
          text.find_first_not_of("0123456789-: .") != text.npos) {
        return {};
      }
      return quoted(text);
    case Kind::kBits:
      return type.base == "bit" ? fmt::format("b'{}'", text) : quoted(text);
    case Kind::kString:
    case Kind::kChar:
    case Kind::kEnum:
    case Kind::kEnumSet:
      // Large objects of MySQL have expressions as defaults, but no constants.
      if (type.base == "longtext" || type.base == "mediumtext" || type.base == "text")
        return facts.mariadb ? quoted(text) : '(' + quoted(text) + ')';
      return quoted(text);
    default:
      return {};
  }
}

}  // namespace tidewire::sink
