#include "sink/sql/mysql_encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "model/calendar.h"
#include "sink/sql/json_value.h"
#include "sink/sql/value_error.h"
#include "sink/sql/value_text.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;
using model::kMicrosPerDay;
using model::kMicrosPerSecond;

// Long values would drown the message.
constexpr size_t kShownMax = 60;
constexpr int64_t kTimeMax = (838 * 3600 + 59 * 60 + 59) * kMicrosPerSecond;
constexpr int64_t kYearMin = 1901;
constexpr int64_t kYearMax = 2155;
constexpr size_t kUuidBytes = 16;
constexpr int64_t kExactInDouble = int64_t{1} << 53;
constexpr int64_t kExactInFloat = int64_t{1} << 24;

[[noreturn]] void Unfit(std::string_view value, std::string_view why) {
  const bool whole = value.size() <= kShownMax;
  throw ValueError(fmt::format("the value {}{} {}", value.substr(0, kShownMax),
                               whole ? "" : fmt::format("… ({} bytes)", value.size()), why));
}

bool IsSigned(Kind kind) {
  return kind == Kind::kBool || kind == Kind::kInt16 || kind == Kind::kInt32 ||
         kind == Kind::kInt64;
}

size_t CountCharacters(std::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// "-12.50" taken apart: digits in front of the point without leading zeros, and behind it without
// those at the end.
struct DecimalText {
  bool valid = false;
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
};

DecimalText ReadDecimal(std::string_view text) {
  DecimalText out;
  std::string_view rest = text;
  out.negative = rest.starts_with('-');
  if (out.negative) rest.remove_prefix(1);
  const size_t point = rest.find('.');
  out.whole = rest.substr(0, point);
  if (point != std::string_view::npos) out.fraction = rest.substr(point + 1);
  const auto digits = [](std::string_view part) {
    return part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  out.valid =
      !(out.whole.empty() && out.fraction.empty()) && digits(out.whole) && digits(out.fraction);
  out.whole.remove_prefix(std::min(out.whole.find_first_not_of('0'), out.whole.size()));
  const size_t last = out.fraction.find_last_not_of('0');
  out.fraction =
      last == std::string_view::npos ? std::string_view{} : out.fraction.substr(0, last + 1);
  return out;
}

void AppendDecimal(const DecimalText& number, std::string& out) {
  if (number.negative) out += '-';
  out += number.whole.empty() ? "0" : number.whole;
  if (!number.fraction.empty()) {
    out += '.';
    out += number.fraction;
  }
}

// Whether the text has the form of `pattern`, where 0 stands for any digit.
bool HasForm(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '0' ? !digit : text[i] != pattern[i]) return false;
  }
  return true;
}

// Fractional digits at the end of "…:SS.ffffff", taken off; nothing where they are no digits or
// more than `most`.
bool TakeFraction(std::string_view& text, int32_t most) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return true;
  const std::string_view digits = text.substr(point + 1);
  text = text.substr(0, point);
  return !digits.empty() && digits.size() <= static_cast<size_t>(std::max(most, 0)) &&
         digits.find_first_not_of("0123456789") == std::string_view::npos;
}

// The shortest text of a real, without an exponent.
template <class T>
std::string Fixed(T value) {
  std::array<char, 400> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed)
          .ptr;
  return {buffer.data(), end};
}

void AppendDouble(double value, std::string& out) {
  const size_t at = out.size();
  AppendNumber(value, out);
  // Without an exponent it would be read as a decimal number, and lose the sign of a zero.
  if (out.find('e', at) == std::string::npos) out += "e0";
}

// A day that the calendar of MySQL has.
void AppendDay(int64_t days, std::string& out) {
  const bool finite = days != model::kPositiveInfinity && days != model::kNegativeInfinity;
  const int64_t year = finite ? model::CivilFromDays(days).year : 0;
  if (year >= 1 && year <= 9999) {
    AppendDate(days, out);
    return;
  }
  std::string text;
  AppendTextValue(Kind::kDate, Datum::Integer(days), text);
  Unfit(text, "lies outside of the years 1 to 9999; make the column varchar(32) to keep it");
}

}  // namespace

MysqlCodec::Family MysqlCodec::FamilyOf(const MysqlType& type, const MysqlFacts& facts) {
  if (type.IsInteger()) return Family::kInteger;
  if (type.IsText()) return Family::kText;
  if (type.IsBinary()) return Family::kBinary;
  if (type.IsGeometry()) return Family::kGeometry;
  if (type.base == "decimal") return Family::kDecimal;
  if (type.base == "float" || type.base == "double") return Family::kReal;
  if (type.base == "bit") return Family::kBit;
  if (type.base == "year") return Family::kYear;
  if (type.base == "date") return Family::kDate;
  if (type.base == "time") return Family::kTime;
  if (type.base == "datetime" || type.base == "timestamp") return Family::kDateTime;
  if (type.base == "enum" || type.base == "set") return Family::kLabels;
  if (type.base == "json") return facts.has_json() ? Family::kJson : Family::kText;
  if (type.base == "vector") return Family::kVector;
  return Family::kOther;
}

bool MysqlCodec::IsExactText(const TargetColumn& column, const MysqlType& type) {
  const std::string& collation = column.collation;
  if (collation.ends_with("nopad_bin") || collation.ends_with("0900_bin")) return true;
  // Values of CHAR never end with blanks.
  return type.base == "char" && collation.ends_with("_bin");
}

MysqlCodec::MysqlCodec(const PlannedField& field, const TargetColumn& column,
                       const MysqlFacts& facts)
    : kind_(field.kind),
      element_(field.element),
      type_(ParseMysqlType(column.type)),
      family_(FamilyOf(type_, facts)),
      form_(MysqlForm::kText) {
  unicode_ = column.charset == "utf8mb4" || column.charset == "utf8mb3" || column.charset == "utf8";
  switch (family_) {
    case Family::kInteger:
    case Family::kDecimal:
    case Family::kReal:
      form_ = MysqlForm::kNumber;
      break;
    case Family::kBit:
    case Family::kBinary:
    case Family::kGeometry:
    case Family::kVector:
      form_ = MysqlForm::kBinary;
      break;
    default:
      break;
  }
  if (family_ == Family::kText) exact_ = IsExactText(column, type_);
  plain_equality_ = exact_ && family_ != Family::kBit && family_ != Family::kJson &&
                    family_ != Family::kGeometry && family_ != Family::kVector &&
                    type_.base != "float";
  wants_any_date_ =
      kind_ == Kind::kString && (family_ == Family::kDate || family_ == Family::kDateTime);
}

std::string_view MysqlCodec::AsText(const Datum& datum) const {
  if (kind_ == Kind::kBool) return datum.integer != 0 ? "true" : "false";
  if (kind_ != Kind::kArray && kind_ != Kind::kHstore && kind_ != Kind::kBytes &&
      kind_ != Kind::kGeometry && kind_ != Kind::kVector && model::HoldsView(kind_)) {
    return datum.view();
  }
  scratch_.clear();
  if (kind_ == Kind::kArray) {
    AppendJsonArray(datum.view(), element_, scratch_);
  } else if (kind_ == Kind::kHstore) {
    AppendJsonObject(datum.view(), scratch_);
  } else {
    AppendTextValue(kind_, datum, scratch_);
  }
  return scratch_;
}

std::string_view MysqlCodec::Integer(const Datum& datum) const {
  if (IsSigned(kind_)) {
    scratch_.clear();
    AppendNumber(datum.integer, scratch_);
    return scratch_;
  }
  const std::string_view text = AsText(datum);
  if (kind_ == Kind::kUInt64 || kind_ == Kind::kYear) return text;
  const DecimalText number = ReadDecimal(text);
  if (!number.valid || !number.fraction.empty())
    Unfit(text, "is no whole number; give the column a type that holds it");
  std::string digits;
  AppendDecimal(number, digits);
  scratch_ = std::move(digits);
  return scratch_;
}

std::string_view MysqlCodec::Decimal(const Datum& datum) const {
  std::string text;
  if (model::HoldsReal(kind_)) {
    text = kind_ == Kind::kFloat32 ? Fixed(static_cast<float>(datum.real)) : Fixed(datum.real);
  } else {
    text = AsText(datum);
  }
  const DecimalText number = ReadDecimal(text);
  if (!number.valid) Unfit(text, "is no decimal number; make the column varchar to keep it");
  const auto scale = static_cast<size_t>(std::max(type_.scale, 0));
  const auto whole = static_cast<size_t>(std::max(type_.length, 0)) - scale;
  if (number.fraction.size() > scale || number.whole.size() > whole) {
    Unfit(text, fmt::format(
                    "has more digits than the column takes ({} and {}); widen it (65 digits, 30 of "
                    "them behind the point, at most), or make it varchar",
                    whole, scale));
  }
  scratch_.clear();
  AppendDecimal(number, scratch_);
  return scratch_;
}

std::string_view MysqlCodec::Real(const Datum& datum) const {
  const bool single = type_.base == "float";
  constexpr std::string_view kLoses =
      "cannot be held exactly by the column's floating-point type; use double or decimal";
  scratch_.clear();
  if (model::HoldsReal(kind_)) {
    if (!std::isfinite(datum.real)) {
      AppendReal(kind_, datum.real, scratch_);
      Unfit(scratch_,
            "has no counterpart in MySQL's floating-point types; make the column varchar");
    }
    if (kind_ == Kind::kFloat32 && !single) {
      // Widened, 0.1 would become 0.10000000149: its text says what it is.
      AppendNumber(static_cast<float>(datum.real), scratch_);
      if (scratch_.find('e') == std::string::npos) scratch_ += "e0";
      return scratch_;
    }
    if (single && static_cast<double>(static_cast<float>(datum.real)) != datum.real) {
      // FLOAT(M,D) holds a decimal number of D digits.
      const auto rounded = [&](double value) {
        return fmt::format("{:.{}f}", value, std::max(type_.scale, 0));
      };
      const bool same =
          type_.scale >= 0 && rounded(static_cast<float>(datum.real)) == rounded(datum.real);
      AppendNumber(datum.real, scratch_);
      if (!same) Unfit(scratch_, kLoses);
      scratch_.clear();
    }
    AppendDouble(datum.real, scratch_);
    return scratch_;
  }
  const std::string_view text = AsText(datum);
  if (model::HoldsInteger(kind_)) {
    const int64_t most = single ? kExactInFloat : kExactInDouble;
    const bool unsigned_large = kind_ == Kind::kUInt64 && datum.integer < 0;
    if (unsigned_large || datum.integer > most || datum.integer < -most) Unfit(text, kLoses);
    return text;
  }
  if (!HoldsAsReal(text, single)) Unfit(text, kLoses);
  return text;
}

std::string_view MysqlCodec::Bits(const Datum& datum) const {
  const auto width = static_cast<size_t>(std::max(type_.length, 1));
  uint64_t value = 0;
  if (kind_ == Kind::kBits) {
    const std::string_view bits = datum.view();
    if (bits.size() != width) {
      Unfit(bits, fmt::format("has {} bits and the column {}; make the column varchar to keep it",
                              bits.size(), width));
    }
    for (const char c : bits) value = value << 1 | static_cast<uint64_t>(c == '1');
  } else if (IsSigned(kind_) || kind_ == Kind::kUInt64) {
    value = static_cast<uint64_t>(datum.integer);
    if ((datum.integer < 0 && kind_ != Kind::kUInt64) || (width < 64 && value >> width != 0)) {
      Unfit(AsText(datum), fmt::format("does not fit into {} bits", width));
    }
  } else {
    Unfit(AsText(datum), "is no string of bits");
  }
  const size_t bytes = (width + 7) / 8;
  scratch_.clear();
  for (size_t i = bytes; i-- > 0;) scratch_ += static_cast<char>(value >> (i * 8) & 0xFF);
  return scratch_;
}

std::string_view MysqlCodec::Year(const Datum& datum) const {
  const bool number = model::HoldsInteger(kind_) && kind_ != Kind::kDate && kind_ != Kind::kTime &&
                      kind_ != Kind::kTimestamp && kind_ != Kind::kTimestampTz;
  const std::string_view text = AsText(datum);
  // Two digits would be taken for a year of this century or the last.
  if (!number || (datum.integer != 0 && (datum.integer < kYearMin || datum.integer > kYearMax)))
    Unfit(text, "is no year that the column takes (0, 1901 to 2155)");
  scratch_ = fmt::format("{:04}", datum.integer);
  return scratch_;
}

void MysqlCodec::CheckFraction(int64_t micros) const {
  int64_t unit = kMicrosPerSecond;
  for (int32_t digit = 0; digit < std::max(type_.length, 0); ++digit) unit /= 10;
  if (unit < 1 || micros % unit == 0) return;
  throw ValueError(
      fmt::format("the value's fraction of a second has more digits than the column; make it {}(6)",
                  type_.base));
}

std::string_view MysqlCodec::Date(const Datum& datum) const {
  if (kind_ == Kind::kString) {
    if (!HasForm(datum.view(), "0000-00-00")) Unfit(datum.view(), "is no date");
    return datum.view();
  }
  scratch_.clear();
  if (kind_ == Kind::kDate) {
    AppendDay(datum.integer, scratch_);
    return scratch_;
  }
  const bool timestamp = kind_ == Kind::kTimestamp || kind_ == Kind::kTimestampTz;
  const std::string_view text = AsText(datum);
  if (!timestamp || !HasForm(text.substr(0, 19), "0000-00-00 00:00:00") ||
      datum.integer % kMicrosPerDay != 0) {
    Unfit(text, "is no date; make the column datetime(6)");
  }
  scratch_.resize(10);
  return scratch_;
}

std::string_view MysqlCodec::Time(const Datum& datum) const {
  if (kind_ != Kind::kTime) {
    const std::string_view text = AsText(datum);
    std::string_view rest = text;
    const bool fraction = TakeFraction(rest, type_.length);
    if (rest.starts_with('-')) rest.remove_prefix(1);
    if (!fraction || !(HasForm(rest, "00:00:00") || HasForm(rest, "000:00:00")))
      Unfit(text, "is no time of the column's precision");
    return text;
  }
  scratch_.clear();
  AppendTime(datum.integer, scratch_);
  if (datum.integer > kTimeMax || datum.integer < -kTimeMax)
    Unfit(scratch_, "lies outside of -838:59:59 to 838:59:59; make the column varchar(32)");
  CheckFraction(datum.integer);
  return scratch_;
}

std::string_view MysqlCodec::DateTime(const Datum& datum) const {
  scratch_.clear();
  switch (kind_) {
    case Kind::kDate:
      AppendDay(datum.integer, scratch_);
      return scratch_;
    case Kind::kTimestamp:
    case Kind::kTimestampTz: {
      if (datum.integer == model::kPositiveInfinity || datum.integer == model::kNegativeInfinity)
        AppendDay(datum.integer, scratch_);
      CheckFraction(datum.integer);
      const int64_t days = model::FloorDiv(datum.integer, kMicrosPerDay);
      AppendDay(days + model::kEpoch2000Days, scratch_);
      scratch_ += ' ';
      AppendTime(datum.integer - days * kMicrosPerDay, scratch_);
      return scratch_;
    }
    default: {
      const std::string_view text = AsText(datum);
      std::string_view rest = text;
      const bool fraction = TakeFraction(rest, type_.length);
      if (!fraction || !(HasForm(rest, "0000-00-00 00:00:00") || HasForm(rest, "0000-00-00")))
        Unfit(text, "is no point in time of the column's precision");
      return text;
    }
  }
}

std::string_view MysqlCodec::Text(const Datum& datum) const {
  std::string_view text = AsText(datum);
  if (type_.base == "char") {
    if (text.ends_with(' ') && kind_ != Kind::kChar)
      Unfit(text, "ends with a blank, which CHAR does not keep; make the column varchar");
    while (text.ends_with(' ')) text.remove_suffix(1);
  }
  // Blanks behind the column's end would be cut off with a mere note.
  size_t most = SIZE_MAX;
  if (type_.base == "char" || type_.base == "varchar") {
    most = static_cast<size_t>(std::max(type_.length, 0));
    if (text.size() <= most || CountCharacters(text) <= most) return text;
  } else if (unicode_) {
    most = type_.base == "tinytext"     ? 0xFF
           : type_.base == "text"       ? 0xFFFF
           : type_.base == "mediumtext" ? 0xFF'FFFF
                                        : 0xFFFF'FFFF;
  }
  if (text.size() > most)
    Unfit(text, fmt::format("is longer than the column ({}); widen it", most));
  return text;
}

std::string_view MysqlCodec::Labels(const Datum& datum) const {
  const std::string_view text = AsText(datum);
  std::string_view rest = text;
  while (true) {
    // The server would take a label in other case, or its number.
    const size_t comma = type_.base == "set" ? rest.find(',') : std::string_view::npos;
    const std::string_view label = rest.substr(0, comma);
    const bool none = type_.base == "set" && text.empty();
    if (!none &&
        std::find(type_.members.begin(), type_.members.end(), label) == type_.members.end())
      Unfit(text, fmt::format("is none of the column's labels; add it to the {}", type_.base));
    if (comma == std::string_view::npos) return text;
    rest.remove_prefix(comma + 1);
  }
}

std::string_view MysqlCodec::Binary(const Datum& datum) const {
  const auto length = static_cast<size_t>(std::max(type_.length, 1));
  if (kind_ == Kind::kUuid && type_.base == "binary" && length == kUuidBytes) {
    std::string bytes;
    int high = -1;
    for (const char c : datum.view()) {
      const int digit = HexDigit(c);
      if (digit < 0) continue;
      if (high >= 0) bytes += static_cast<char>(high << 4 | digit);
      high = high >= 0 ? -1 : digit;
    }
    if (bytes.size() != kUuidBytes) Unfit(datum.view(), "is no UUID");
    scratch_ = std::move(bytes);
    return scratch_;
  }
  const bool raw = kind_ == Kind::kBytes || kind_ == Kind::kGeometry || kind_ == Kind::kVector;
  const std::string_view bytes = raw ? datum.view() : AsText(datum);
  if (type_.base == "binary" && bytes.size() != length) {
    throw ValueError(
        fmt::format("{} bytes would be filled up with zeros to {}; make the column varbinary",
                    bytes.size(), length));
  }
  return bytes;
}

std::string_view MysqlCodec::Json(const Datum& datum) const {
  const std::string_view text = AsText(datum);
  CheckJsonNumbers(text);
  return text;
}

std::string_view MysqlCodec::Geometry(const Datum& datum) const {
  if (kind_ == Kind::kGeometry) return datum.view();
  const std::string_view text = AsText(datum);
  const size_t comma = text.find(',');
  if (kind_ != Kind::kPoint || comma == std::string_view::npos || text.size() < 5)
    Unfit(text, "is no geometry that MySQL takes; make the column longtext");
  const std::string_view parts[2] = {text.substr(1, comma - 1),
                                     text.substr(comma + 1, text.size() - comma - 2)};
  // No SRID, little-endian, a point.
  std::string bytes("\0\0\0\0\1\1\0\0\0", 9);
  for (const std::string_view part : parts) {
    double value = 0;
    const auto parsed = std::from_chars(part.data(), part.data() + part.size(), value);
    if (parsed.ec != std::errc{} || !std::isfinite(value))
      Unfit(text, "has no counterpart in MySQL's points; make the column longtext");
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  scratch_ = std::move(bytes);
  return scratch_;
}

std::string_view MysqlCodec::Encode(const Datum& datum) const {
  switch (family_) {
    case Family::kInteger:
      return Integer(datum);
    case Family::kDecimal:
      return Decimal(datum);
    case Family::kReal:
      return Real(datum);
    case Family::kBit:
      return Bits(datum);
    case Family::kYear:
      return Year(datum);
    case Family::kDate:
      return Date(datum);
    case Family::kTime:
      return Time(datum);
    case Family::kDateTime:
      return DateTime(datum);
    case Family::kText:
      return Text(datum);
    case Family::kLabels:
      return Labels(datum);
    case Family::kBinary:
      return Binary(datum);
    case Family::kJson:
      return Json(datum);
    case Family::kGeometry:
      return Geometry(datum);
    case Family::kVector:
      if (kind_ != Kind::kVector) Unfit(AsText(datum), "is no vector");
      return datum.view();
    case Family::kOther:
      return AsText(datum);
  }
  return {};
}

void MysqlCodec::AppendLiteral(const Datum& datum, std::string& out) const {
  if (!datum.has_value()) {
    out += "NULL";
    return;
  }
  const std::string_view value = Encode(datum);
  switch (form_) {
    case MysqlForm::kNumber:
      out += value;
      break;
    case MysqlForm::kText:
      AppendMysqlQuoted(value, out);
      break;
    case MysqlForm::kBinary:
      out += "_binary";
      AppendMysqlQuoted(value, out);
      break;
  }
}

void MysqlCodec::AppendEquals(std::string_view name, const Datum& datum, bool or_null,
                              std::string& out) const {
  if (!datum.has_value()) {
    out += name;
    out += or_null ? " IS NULL" : " = NULL";
    return;
  }
  switch (family_) {
    case Family::kBit: {
      out += fmt::format("{} = b'", name);
      for (const char c : Bits(datum)) {
        for (int bit = 7; bit >= 0; --bit) out += (c >> bit & 1) != 0 ? '1' : '0';
      }
      out += '\'';
      return;
    }
    case Family::kJson:
      out += fmt::format("{} = CAST(", name);
      AppendLiteral(datum, out);
      out += " AS JSON)";
      return;
    case Family::kGeometry:
    case Family::kVector:
      out += fmt::format("LOWER(HEX({})) = '", name);
      AppendHexDigits(Encode(datum), out);
      out += '\'';
      return;
    default:
      break;
  }
  out += name;
  out += " = ";
  if (type_.base == "float" && model::HoldsReal(kind_)) {
    // The column's float is widened for the comparison.
    Real(datum);
    AppendDouble(static_cast<float>(datum.real), out);
    return;
  }
  AppendLiteral(datum, out);
  if (exact_) return;
  out += fmt::format(" AND CAST(CONVERT({} USING utf8mb4) AS BINARY) = _binary", name);
  AppendMysqlQuoted(Encode(datum), out);
}

}  // namespace tidewire::sink
