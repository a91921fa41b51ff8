#include "source/mysql/ddl_columns.h"

#include <charconv>

#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

bool HoldsBytesOrText(MysqlBase base) {
  switch (base) {
    case MysqlBase::kBinary:
    case MysqlBase::kVarbinary:
    case MysqlBase::kTinyBlob:
    case MysqlBase::kBlob:
    case MysqlBase::kMediumBlob:
    case MysqlBase::kLongBlob:
      return true;
    default:
      return HasCharset(base);
  }
}

// At most 64 digits of a number in binary notation; the rest of a longer one is lost, as no column
// could hold it.
uint64_t FromBits(std::string_view digits) {
  uint64_t out = 0;
  for (const char digit : digits) out = out << 1 | static_cast<uint64_t>(digit == '1');
  return out;
}

uint64_t FromBytes(std::string_view bytes) {
  uint64_t out = 0;
  for (const char byte : bytes) out = out << 8 | static_cast<unsigned char>(byte);
  return out;
}

std::string ToBits(uint64_t value) {
  std::string out;
  for (; value != 0; value >>= 1) out.insert(out.begin(), value & 1 ? '1' : '0');
  return out.empty() ? "0" : out;
}

std::string BytesOfBits(std::string_view digits) {
  std::string out((digits.size() + 7) / 8, '\0');
  for (size_t i = 0; i < digits.size(); ++i) {
    if (digits[digits.size() - 1 - i] != '1') continue;
    char& byte = out[out.size() - 1 - i / 8];
    byte = static_cast<char>(byte | 1 << i % 8);
  }
  return out;
}

std::string BitsOfNumber(std::string_view number) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error == std::errc{} && end == number.data() + number.size() ? ToBits(value)
                                                                      : std::string(number);
}

bool IsCurrentTime(DdlCursor& cursor) {
  return cursor.IsAnyOf({"CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"});
}

// CURRENT_TIMESTAMP, NOW(6), …
void TakeCurrentTime(DdlCursor& cursor) {
  cursor.Take();
  cursor.SkipParentheses();
}

bool TakeConstant(DdlCursor& cursor, MysqlColumn& column) {
  const bool negative = cursor.Is('-');
  const size_t sign = negative || cursor.Is('+') ? 1 : 0;
  const DdlToken token = cursor.Peek(sign);
  switch (token.kind) {
    case DdlTokenKind::kNumber:
    case DdlTokenKind::kHex:
    case DdlTokenKind::kBits:
      if (sign != 0) cursor.Take();
      cursor.Take();
      column.default_text = (negative ? "-" : "") + ConstantText(token, column.base, cursor.mode());
      return true;
    default:
      break;
  }
  if (sign != 0) return false;
  // DATE '2020-01-02'
  const size_t typed = cursor.IsAnyOf({"DATE", "TIME", "TIMESTAMP"}) ? 1 : 0;
  if (typed != 0 && cursor.Peek(1).kind == DdlTokenKind::kString) cursor.Take();
  // _latin1 x'41'
  if (token.kind == DdlTokenKind::kWord && token.text[0] == '_' &&
      (cursor.Peek(1).kind == DdlTokenKind::kHex || cursor.Peek(1).kind == DdlTokenKind::kBits)) {
    cursor.Take();
    column.default_text = ConstantText(cursor.Take(), column.base, cursor.mode());
    return true;
  }
  if (auto text = cursor.String()) {
    column.default_text = column.base == MysqlBase::kBit ? ToBits(FromBytes(*text)) : *text;
    return true;
  }
  if (cursor.Is("TRUE") || cursor.Is("FALSE")) {
    column.default_text = cursor.Take().Is("TRUE") ? "1" : "0";
    return true;
  }
  return false;
}

// MariaDB shows DEFAULT ('a') as DEFAULT 'a': it is the constant.
bool TakeConstantInParentheses(DdlCursor& cursor, MysqlColumn& column) {
  if (!cursor.mode().mariadb || !cursor.Is('(')) return false;
  size_t end = 1;
  if (cursor.Is('-', end) || cursor.Is('+', end)) ++end;
  if (!cursor.Is(')', end + 1)) return false;
  const DdlTokenKind kind = cursor.Peek(end).kind;
  if (kind != DdlTokenKind::kNumber && kind != DdlTokenKind::kString) return false;
  cursor.Take();
  TakeConstant(cursor, column);
  cursor.Accept(')');
  return true;
}

// uuid(), NEXT VALUE FOR s, (a + 1)
void TakeExpression(DdlCursor& cursor, MysqlColumn& column) {
  column.default_is_expression = true;
  if (cursor.Is('(')) {
    cursor.SkipParentheses();
    return;
  }
  if (cursor.Accept({"NEXT", "VALUE", "FOR"})) {
    cursor.TableName({}, false);
    return;
  }
  if (cursor.Is(',') || cursor.Is(')')) return;
  cursor.Take();
  while (cursor.Accept('.')) cursor.Take();
  cursor.SkipParentheses();
}

void TakeGenerated(DdlCursor& cursor, DdlColumnSpec& spec) {
  MysqlColumn& column = spec.column;
  if (cursor.Accept("ROW")) {
    cursor.AcceptAnyOf({"START", "END"});
    column.nullable = false;
    spec.row_period = true;
    return;
  }
  column.generated = MysqlColumn::Generated::kVirtual;
  const char* begin = cursor.position();
  cursor.SkipParentheses();
  const std::string_view text = cursor.TextFrom(begin);
  if (text.size() >= 2) column.generation = text.substr(1, text.size() - 2);
}

// REFERENCES t (a) MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE
void TakeReferences(DdlCursor& cursor) {
  cursor.TableName({}, false);
  cursor.SkipParentheses();
  for (;;) {
    if (cursor.Accept("MATCH")) {
      cursor.Take();
    } else if (cursor.Is("ON") && cursor.IsAnyOf({"DELETE", "UPDATE"}, 1)) {
      cursor.Take();
      cursor.Take();
      if (cursor.AcceptAnyOf({"SET", "NO"})) cursor.Take();  // SET NULL, NO ACTION
      cursor.AcceptAnyOf({"CASCADE", "RESTRICT"});
    } else {
      return;
    }
  }
}

void AddKey(std::vector<DdlKeySpec>& keys, DdlKeySpec::Kind kind, const std::string& column) {
  DdlKeySpec key;
  key.kind = kind;
  key.index.unique = kind == DdlKeySpec::Kind::kPrimary || kind == DdlKeySpec::Kind::kUnique;
  key.index.columns = {column};
  keys.push_back(std::move(key));
}

void TakeSerial(DdlColumnSpec& spec, std::vector<DdlKeySpec>& keys) {
  spec.column.nullable = false;
  spec.nullability_given = true;
  spec.column.auto_increment = true;
  AddKey(keys, DdlKeySpec::Kind::kUnique, spec.column.name);
}

// Whether REFERENCES in a column's definition makes a foreign key; earlier servers pass it over.
bool InlineReferencesCount(const DdlMode& mode) {
  constexpr uint32_t kSinceMariadb = 100500;
  constexpr uint32_t kSinceMysql = 90000;
  return mode.version == 0 || mode.version >= (mode.mariadb ? kSinceMariadb : kSinceMysql);
}

// Clauses about keys. True: it took one.
bool TakeKeyClause(DdlCursor& cursor, DdlColumnSpec& spec, std::vector<DdlKeySpec>& keys) {
  if (cursor.Accept("UNIQUE")) {
    cursor.Accept("KEY");
    AddKey(keys, DdlKeySpec::Kind::kUnique, spec.column.name);
  } else if (cursor.Is("KEY") || cursor.Is("PRIMARY")) {
    cursor.Accept("PRIMARY");
    cursor.Accept("KEY");
    spec.primary = true;
    AddKey(keys, DdlKeySpec::Kind::kPrimary, spec.column.name);
  } else if (cursor.Accept("REFERENCES")) {
    TakeReferences(cursor);
    if (InlineReferencesCount(cursor.mode())) {
      AddKey(keys, DdlKeySpec::Kind::kForeign, spec.column.name);
    }
  } else if (cursor.Accept("CONSTRAINT")) {
    if (!cursor.Is("CHECK")) cursor.Name();
  } else if (cursor.Accept("CHECK")) {
    cursor.SkipParentheses();
  } else {
    return false;
  }
  return true;
}

bool TakeValueClause(DdlCursor& cursor, DdlColumnSpec& spec, std::vector<DdlKeySpec>& keys) {
  MysqlColumn& column = spec.column;
  if (cursor.Accept({"SERIAL", "DEFAULT", "VALUE"})) {
    TakeSerial(spec, keys);
  } else if (cursor.Accept("DEFAULT")) {
    spec.default_given = true;
    ParseDefaultValue(cursor, column);
  } else if (cursor.Accept({"ON", "UPDATE"})) {
    spec.on_update = true;
    TakeCurrentTime(cursor);
  } else if (cursor.Accept({"NOT", "NULL"}) || cursor.Is("NULL")) {
    column.nullable = cursor.Accept("NULL");
    spec.nullability_given = true;
  } else if (cursor.Accept({"GENERATED", "ALWAYS", "AS"}) || cursor.Accept("AS")) {
    TakeGenerated(cursor, spec);
  } else if (cursor.AcceptAnyOf({"STORED", "PERSISTENT"})) {
    if (column.generated != MysqlColumn::Generated::kNo) {
      column.generated = MysqlColumn::Generated::kStored;
    }
  } else if (cursor.Accept("AUTO_INCREMENT")) {
    column.auto_increment = true;
  } else {
    return false;
  }
  return true;
}

bool TakeOtherClause(DdlCursor& cursor, DdlColumnSpec& spec) {
  MysqlColumn& column = spec.column;
  if (cursor.Accept("COMMENT")) {
    column.comment = cursor.String();
  } else if (cursor.AcceptAnyOf({"SRID", "REF_SYSTEM_ID"})) {
    cursor.Accept('=');
    if (const auto srid = cursor.Number()) column.srid = *srid;
  } else if (cursor.Accept("INVISIBLE")) {
    column.invisible = true;
  } else if (cursor.Accept("VISIBLE")) {
    column.invisible = false;
  } else {
    return ParseCharsetAttribute(cursor, column, spec.marks);
  }
  return true;
}

// What is not known: one word, with what stands in parentheses or behind an equals sign.
void PassClause(DdlCursor& cursor) {
  if (!cursor.Is('(')) cursor.Take();
  if (cursor.Accept('=') && !cursor.AtEnd()) cursor.Take();
  cursor.SkipParentheses();
}

}  // namespace

std::string ConstantText(const DdlToken& token, MysqlBase base, const DdlMode& mode) {
  const bool bit = base == MysqlBase::kBit;
  switch (token.kind) {
    case DdlTokenKind::kString: {
      std::string text = DecodeString(token.text, mode);
      return bit ? ToBits(FromBytes(text)) : text;
    }
    case DdlTokenKind::kHex: {
      std::string bytes = DecodeHex(token.text);
      if (bit) return ToBits(FromBytes(bytes));
      return HoldsBytesOrText(base) ? bytes : std::to_string(FromBytes(bytes));
    }
    case DdlTokenKind::kBits: {
      const std::string_view digits = BitDigits(token.text);
      if (bit) return std::string(digits);
      return HoldsBytesOrText(base) ? BytesOfBits(digits) : std::to_string(FromBits(digits));
    }
    default:
      return bit ? BitsOfNumber(token.text) : std::string(token.text);
  }
}

void ParseDefaultValue(DdlCursor& cursor, MysqlColumn& column) {
  column.has_default = true;
  column.default_text.reset();
  column.default_is_expression = false;
  const char* begin = cursor.position();
  if (cursor.Accept("NULL")) {
  } else if (IsCurrentTime(cursor)) {
    column.default_is_expression = true;
    TakeCurrentTime(cursor);
  } else if (!TakeConstant(cursor, column) && !TakeConstantInParentheses(cursor, column)) {
    TakeExpression(cursor, column);
  }
  column.default_written = cursor.TextFrom(begin);
}

bool ParseColumnDefinition(DdlCursor& cursor, DdlColumnSpec& spec, std::vector<DdlKeySpec>& keys) {
  if (!ParseDataType(cursor, spec.column, spec.marks)) return false;
  if (spec.marks.serial) TakeSerial(spec, keys);
  while (!cursor.AtEnd() && !cursor.Is(',') && !cursor.Is(')') && !cursor.Is("FIRST") &&
         !cursor.Is("AFTER")) {
    if (TakeValueClause(cursor, spec, keys) || TakeKeyClause(cursor, spec, keys) ||
        TakeOtherClause(cursor, spec)) {
      continue;
    }
    PassClause(cursor);
  }
  return true;
}

}  // namespace tidewire::source
