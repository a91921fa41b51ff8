#include "source/mysql/ddl_types.h"

#include <limits>

#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

// How a type may go on behind its name.
enum class Shape : uint8_t { kSimple, kNumeric, kText, kBytes, kMembers, kSpatial };

struct NamedType {
  std::string_view name;
  MysqlBase base;
  Shape shape;
};

constexpr NamedType kTypes[] = {
    {"INT", MysqlBase::kInt, Shape::kNumeric},
    {"VARCHAR", MysqlBase::kVarchar, Shape::kText},
    {"BIGINT", MysqlBase::kBigInt, Shape::kNumeric},
    {"TINYINT", MysqlBase::kTinyInt, Shape::kNumeric},
    {"SMALLINT", MysqlBase::kSmallInt, Shape::kNumeric},
    {"MEDIUMINT", MysqlBase::kMediumInt, Shape::kNumeric},
    {"INTEGER", MysqlBase::kInt, Shape::kNumeric},
    {"INT1", MysqlBase::kTinyInt, Shape::kNumeric},
    {"INT2", MysqlBase::kSmallInt, Shape::kNumeric},
    {"INT3", MysqlBase::kMediumInt, Shape::kNumeric},
    {"MIDDLEINT", MysqlBase::kMediumInt, Shape::kNumeric},
    {"INT4", MysqlBase::kInt, Shape::kNumeric},
    {"INT8", MysqlBase::kBigInt, Shape::kNumeric},
    {"BOOL", MysqlBase::kTinyInt, Shape::kSimple},
    {"BOOLEAN", MysqlBase::kTinyInt, Shape::kSimple},
    {"FLOAT", MysqlBase::kFloat, Shape::kNumeric},
    {"FLOAT4", MysqlBase::kFloat, Shape::kNumeric},
    {"FLOAT8", MysqlBase::kDouble, Shape::kNumeric},
    {"DOUBLE", MysqlBase::kDouble, Shape::kNumeric},
    {"REAL", MysqlBase::kDouble, Shape::kNumeric},
    {"DECIMAL", MysqlBase::kDecimal, Shape::kNumeric},
    {"DEC", MysqlBase::kDecimal, Shape::kNumeric},
    {"FIXED", MysqlBase::kDecimal, Shape::kNumeric},
    {"NUMERIC", MysqlBase::kDecimal, Shape::kNumeric},
    {"NUMBER", MysqlBase::kDecimal, Shape::kNumeric},
    {"BIT", MysqlBase::kBit, Shape::kBytes},
    {"DATE", MysqlBase::kDate, Shape::kSimple},
    {"TIME", MysqlBase::kTime, Shape::kBytes},
    {"DATETIME", MysqlBase::kDateTime, Shape::kBytes},
    {"TIMESTAMP", MysqlBase::kTimestamp, Shape::kBytes},
    {"YEAR", MysqlBase::kYear, Shape::kNumeric},
    {"CHAR", MysqlBase::kChar, Shape::kText},
    {"CHARACTER", MysqlBase::kChar, Shape::kText},
    {"VARCHARACTER", MysqlBase::kVarchar, Shape::kText},
    {"VARCHAR2", MysqlBase::kVarchar, Shape::kText},
    {"NCHAR", MysqlBase::kChar, Shape::kText},
    {"NVARCHAR", MysqlBase::kVarchar, Shape::kText},
    {"BINARY", MysqlBase::kBinary, Shape::kBytes},
    {"VARBINARY", MysqlBase::kVarbinary, Shape::kBytes},
    {"RAW", MysqlBase::kVarbinary, Shape::kBytes},
    {"TINYTEXT", MysqlBase::kTinyText, Shape::kText},
    {"TEXT", MysqlBase::kText, Shape::kText},
    {"MEDIUMTEXT", MysqlBase::kMediumText, Shape::kText},
    {"LONGTEXT", MysqlBase::kLongText, Shape::kText},
    {"CLOB", MysqlBase::kLongText, Shape::kText},
    {"TINYBLOB", MysqlBase::kTinyBlob, Shape::kBytes},
    {"BLOB", MysqlBase::kBlob, Shape::kBytes},
    {"MEDIUMBLOB", MysqlBase::kMediumBlob, Shape::kBytes},
    {"LONGBLOB", MysqlBase::kLongBlob, Shape::kBytes},
    {"ENUM", MysqlBase::kEnum, Shape::kMembers},
    {"SET", MysqlBase::kSet, Shape::kMembers},
    {"JSON", MysqlBase::kJson, Shape::kText},
    {"GEOMETRY", MysqlBase::kGeometry, Shape::kSpatial},
    {"POINT", MysqlBase::kPoint, Shape::kSpatial},
    {"LINESTRING", MysqlBase::kLineString, Shape::kSpatial},
    {"POLYGON", MysqlBase::kPolygon, Shape::kSpatial},
    {"MULTIPOINT", MysqlBase::kMultiPoint, Shape::kSpatial},
    {"MULTILINESTRING", MysqlBase::kMultiLineString, Shape::kSpatial},
    {"MULTIPOLYGON", MysqlBase::kMultiPolygon, Shape::kSpatial},
    {"GEOMETRYCOLLECTION", MysqlBase::kGeometryCollection, Shape::kSpatial},
    {"GEOMCOLLECTION", MysqlBase::kGeometryCollection, Shape::kSpatial},
    {"VECTOR", MysqlBase::kVector, Shape::kBytes},
    {"UUID", MysqlBase::kUuid, Shape::kSimple},
    {"INET4", MysqlBase::kInet4, Shape::kSimple},
    {"INET6", MysqlBase::kInet6, Shape::kSimple},
};

const NamedType* FindType(std::string_view name) {
  for (const NamedType& type : kTypes) {
    if (SameWord(type.name, name)) return &type;
  }
  return nullptr;
}

// Text and the bytes that it becomes with CHARACTER SET binary, by size.
struct TextAndBytes {
  MysqlBase text;
  std::string_view text_name;
  MysqlBase bytes;
  std::string_view bytes_name;
};
constexpr TextAndBytes kTextAndBytes[] = {
    {MysqlBase::kTinyText, "TINYTEXT", MysqlBase::kTinyBlob, "TINYBLOB"},
    {MysqlBase::kText, "TEXT", MysqlBase::kBlob, "BLOB"},
    {MysqlBase::kMediumText, "MEDIUMTEXT", MysqlBase::kMediumBlob, "MEDIUMBLOB"},
    {MysqlBase::kLongText, "LONGTEXT", MysqlBase::kLongBlob, "LONGBLOB"},
    {MysqlBase::kChar, "CHAR", MysqlBase::kBinary, "BINARY"},
    {MysqlBase::kVarchar, "VARCHAR", MysqlBase::kVarbinary, "VARBINARY"},
};
constexpr uint64_t kLargestVarchar = 65535;

// Of the first four of kTextAndBytes.
const TextAndBytes& SmallestFor(uint64_t bytes) {
  return kTextAndBytes[bytes < 0x100 ? 0 : bytes < 0x10000 ? 1 : bytes < 0x1000000 ? 2 : 3];
}

void AddWord(MysqlColumn& column, std::string_view word) {
  if (!column.type_name.empty()) column.type_name += ' ';
  column.type_name += UpperAscii(word);
}

void TakeWord(DdlCursor& cursor, MysqlColumn& column) { AddWord(column, cursor.Take().text); }

void Become(MysqlColumn& column, MysqlBase base, std::string_view name) {
  column.base = base;
  column.type_name = name;
}

// NATIONAL CHAR, NATIONAL CHARACTER VARYING, NCHAR VARCHAR, CHAR VARYING: all of these are a kChar
// that may become a kVarchar.
void TakeVarying(DdlCursor& cursor, MysqlColumn& column) {
  if (column.base != MysqlBase::kChar) return;
  const bool ncharacter = column.type_name.starts_with("N");
  if (cursor.Is("VARYING") || (ncharacter && cursor.IsAnyOf({"VARCHAR", "VARCHARACTER"}))) {
    TakeWord(cursor, column);
    column.base = MysqlBase::kVarchar;
  }
}

// LONG, LONG VARCHAR, LONG CHAR VARYING, LONG VARBINARY.
void TakeLong(DdlCursor& cursor, MysqlColumn& column) {
  column.base = MysqlBase::kMediumText;
  if (cursor.IsAnyOf({"VARBINARY", "BINARY"})) {
    column.base = MysqlBase::kMediumBlob;
    TakeWord(cursor, column);
  } else if (cursor.IsAnyOf({"VARCHAR", "VARCHARACTER"})) {
    TakeWord(cursor, column);
  } else if (cursor.IsAnyOf({"CHAR", "CHARACTER"}) && cursor.Is("VARYING", 1)) {
    TakeWord(cursor, column);
    TakeWord(cursor, column);
  }
}

// The type's name of one or several words. Nothing: it is none that is known.
std::optional<Shape> TakeTypeName(DdlCursor& cursor, MysqlColumn& column, DdlTypeMarks& marks) {
  const bool national = cursor.Is("NATIONAL");
  if (national) TakeWord(cursor, column);
  const DdlToken first = cursor.Take();
  AddWord(column, first.text);
  if (first.Is("SERIAL")) {
    marks.serial = column.is_unsigned = true;
    Become(column, MysqlBase::kBigInt, "BIGINT UNSIGNED");
    return Shape::kSimple;
  }
  if (first.Is("LONG")) return TakeLong(cursor, column), Shape::kText;
  const NamedType* type = first.kind == DdlTokenKind::kWord ? FindType(first.text) : nullptr;
  if (type == nullptr) return std::nullopt;
  column.base = type->base;
  if (first.Is("REAL") && cursor.mode().real_as_float) column.base = MysqlBase::kFloat;
  if (first.Is("BOOL") || first.Is("BOOLEAN")) column.length = 1;
  if (first.Is("DOUBLE") && cursor.Is("PRECISION")) TakeWord(cursor, column);
  if (first.Is("JSON") && cursor.mode().mariadb) column.base = MysqlBase::kLongText;
  TakeVarying(cursor, column);
  if (national || first.Is("NCHAR") || first.Is("NVARCHAR")) column.charset = "utf8";
  return type->shape;
}

// (n), (n,m)
void TakeLength(DdlCursor& cursor, MysqlColumn& column) {
  if (!cursor.Is('(')) return;
  const DdlToken& digits = cursor.Peek(1);
  if (digits.kind == DdlTokenKind::kNumber) {
    cursor.Accept('(');
    if (const auto length = cursor.Number()) column.length = *length;
    if (cursor.Accept(',')) {
      if (const auto scale = cursor.Number()) column.scale = *scale;
    }
    while (!cursor.AtEnd() && !cursor.Accept(')')) cursor.Take();
  } else {
    cursor.SkipParentheses();
  }
}

void TakeMembers(DdlCursor& cursor, MysqlColumn& column) {
  if (!cursor.Accept('(')) return;
  while (!cursor.AtEnd() && !cursor.Is(')')) {
    std::string member;
    const DdlToken& token = cursor.Peek();
    if (token.kind == DdlTokenKind::kHex) {
      member = DecodeHex(cursor.Take().text);
    } else if (auto text = cursor.String()) {
      member = std::move(*text);
    } else {
      cursor.SkipToComma();
      cursor.Accept(',');
      continue;
    }
    // The server takes trailing spaces away.
    while (member.ends_with(' ')) member.pop_back();
    column.members.push_back(std::move(member));
    cursor.SkipToComma();
    cursor.Accept(',');
  }
  cursor.Accept(')');
}

// UNSIGNED, SIGNED and ZEROFILL stand in the history's name in this order, whatever the
// statement's.
void TakeSigns(DdlCursor& cursor, MysqlColumn& column) {
  bool is_signed = false;
  for (;;) {
    if (cursor.Accept("UNSIGNED")) {
      column.is_unsigned = true;
    } else if (cursor.Accept("ZEROFILL")) {
      column.zerofill = true;
    } else if (cursor.Accept("SIGNED")) {
      is_signed = true;
    } else {
      break;
    }
  }
  if (is_signed) AddWord(column, "SIGNED");
  if (column.is_unsigned) AddWord(column, "UNSIGNED");
  if (column.zerofill) AddWord(column, "ZEROFILL");
  column.is_unsigned |= column.zerofill;
}

// FLOAT(25) has the precision of a DOUBLE.
void SettleFloat(MysqlColumn& column) {
  if (column.base == MysqlBase::kFloat && column.scale < 0 && column.length > 24) {
    column.base = MysqlBase::kDouble;
  }
}

void TakeAttributes(DdlCursor& cursor, Shape shape, MysqlColumn& column, DdlTypeMarks& marks) {
  if (shape == Shape::kNumeric) {
    TakeSigns(cursor, column);
    SettleFloat(column);
  }
  if (shape == Shape::kText && cursor.Is("BINARY")) AddWord(column, "BINARY");
  if (shape == Shape::kText || shape == Shape::kMembers) {
    while (ParseCharsetAttribute(cursor, column, marks)) {
    }
  }
}

}  // namespace

bool HoldsText(MysqlBase base) {
  return std::any_of(std::begin(kTextAndBytes), std::end(kTextAndBytes),
                     [base](const TextAndBytes& pair) { return pair.text == base; });
}

std::string_view TextTypeName(MysqlBase base) {
  for (const TextAndBytes& pair : kTextAndBytes) {
    if (pair.text == base) return pair.text_name;
    if (pair.bytes == base) return pair.bytes_name;
  }
  return {};
}

bool HasCharset(MysqlBase base) {
  return HoldsText(base) || base == MysqlBase::kEnum || base == MysqlBase::kSet;
}

bool ParseCharsetAttribute(DdlCursor& cursor, MysqlColumn& column, DdlTypeMarks& marks) {
  if (cursor.Accept("CHARSET") || cursor.Accept({"CHARACTER", "SET"}) ||
      cursor.Accept({"CHAR", "SET"})) {
    if (cursor.AtEnd()) return false;
    const DdlToken token = cursor.Take();
    column.charset =
        LowerAscii(token.kind == DdlTokenKind::kString ? DecodeString(token.text, cursor.mode())
                                                       : DecodeName(token.text));
    return true;
  }
  if (cursor.Is("COLLATE")) {
    cursor.Take();
    if (cursor.AtEnd()) return false;
    const DdlToken token = cursor.Take();
    column.collation =
        LowerAscii(token.kind == DdlTokenKind::kString ? DecodeString(token.text, cursor.mode())
                                                       : DecodeName(token.text));
    return true;
  }
  if (cursor.Accept("ASCII")) return column.charset = "latin1", true;
  if (cursor.Accept("UNICODE")) return column.charset = "ucs2", true;
  if (cursor.Accept("BYTE")) return column.charset = "binary", true;
  if (cursor.Accept("BINARY")) return marks.bin_collation = true;
  return false;
}

bool ParseDataType(DdlCursor& cursor, MysqlColumn& column, DdlTypeMarks& marks) {
  // MariaDB writes "mariadb_schema.date" where sql_mode gives the name another meaning.
  if (cursor.Peek().kind == DdlTokenKind::kWord && cursor.Is('.', 1)) {
    cursor.Take();
    cursor.Take();
  }
  if (cursor.Peek().kind != DdlTokenKind::kWord) return false;
  const auto shape = TakeTypeName(cursor, column, marks);
  if (!shape) {
    column.base = MysqlBase::kOther;
    cursor.SkipParentheses();
    return true;
  }
  if (*shape == Shape::kMembers) {
    TakeMembers(cursor, column);
  } else {
    TakeLength(cursor, column);
  }
  TakeAttributes(cursor, *shape, column, marks);
  if (cursor.mode().mariadb && column.type_name == "JSON") {
    column.charset = "utf8mb4";
    column.collation = "utf8mb4_bin";
  }
  return true;
}

void SettleText(MysqlColumn& column, const MysqlCharset& table, bool bin_collation) {
  const bool sized_bytes = column.base == MysqlBase::kBlob || column.base == MysqlBase::kVarbinary;
  if (!HasCharset(column.base)) {
    column.charset.clear();
    column.collation.clear();
    if (!sized_bytes) return;
  } else {
    const MysqlCharset own = ResolveCharset(column.charset, column.collation, table);
    column.charset = own.charset;
    column.collation = own.collation;
    if (bin_collation && !own.charset.empty()) column.collation = own.charset + "_bin";
  }
  const bool sized = column.base == MysqlBase::kText || column.base == MysqlBase::kBlob;
  const bool varying = column.base == MysqlBase::kVarchar || column.base == MysqlBase::kVarbinary;
  const uint64_t bytes = static_cast<uint64_t>(std::max(column.length, 0)) *
                         (sized_bytes ? 1 : BytesPerCharacter(column.charset));
  if ((sized && bytes > 0) || (varying && bytes > kLargestVarchar)) {
    const TextAndBytes& fitting = SmallestFor(bytes);
    column.base = sized_bytes ? fitting.bytes : fitting.text;
    if (varying) {
      column.type_name = sized_bytes ? fitting.bytes_name : fitting.text_name;
      column.length = -1;
    }
  }
  if (column.charset != "binary") return;
  for (const TextAndBytes& pair : kTextAndBytes) {
    if (pair.text != column.base) continue;
    Become(column, pair.bytes, pair.bytes_name);
    column.charset.clear();
    column.collation.clear();
    break;
  }
}

void ReadTypeName(std::string_view type_name, const DdlMode& mode, MysqlColumn& column) {
  DdlLexer lexer(type_name, mode);
  DdlCursor cursor(lexer);
  DdlTypeMarks marks;
  const std::string charset = std::move(column.charset);
  column.type_name.clear();
  column.charset.clear();
  if (!ParseDataType(cursor, column, marks)) column.base = MysqlBase::kOther;
  column.type_name = type_name;
  if (!charset.empty()) column.charset = charset;
}

}  // namespace tidewire::source
