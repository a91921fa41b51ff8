#include "source/mysql/ddl_keys.h"

namespace tidewire::source {
namespace {

bool IsKeyWord(DdlCursor& cursor, size_t ahead = 0) {
  return cursor.IsAnyOf({"KEY", "INDEX"}, ahead);
}

// USING BTREE; an index may be called "type".
bool IsUsing(DdlCursor& cursor) {
  return cursor.Is("USING") || (cursor.Is("TYPE") && cursor.IsAnyOf({"BTREE", "HASH", "RTREE"}, 1));
}

// [IF NOT EXISTS] [name] [USING x] (parts) …
void TakeKey(DdlCursor& cursor, DdlTableSpec& spec, DdlKeySpec::Kind kind,
             const std::string& constraint) {
  DdlKeySpec key;
  key.kind = kind;
  key.index.unique = kind == DdlKeySpec::Kind::kPrimary || kind == DdlKeySpec::Kind::kUnique;
  key.tolerant = cursor.Accept({"IF", "NOT", "EXISTS"});
  if (!cursor.Is('(') && !IsUsing(cursor)) key.index.name = cursor.Name().value_or("");
  const bool constraint_names = key.index.name.empty() || kind == DdlKeySpec::Kind::kForeign;
  if (constraint_names && !constraint.empty()) key.index.name = constraint;
  if (IsUsing(cursor)) {
    cursor.Take();
    cursor.Take();
  }
  ParseKeyParts(cursor, key);
  spec.keys.push_back(std::move(key));
  cursor.SkipToComma();
}

// Behind UNIQUE, FULLTEXT, …: [INDEX|KEY]
void TakeOtherKey(DdlCursor& cursor, DdlTableSpec& spec, const std::string& constraint) {
  const auto kind = cursor.Is("UNIQUE")    ? DdlKeySpec::Kind::kUnique
                    : cursor.Is("PRIMARY") ? DdlKeySpec::Kind::kPrimary
                    : cursor.Is("FOREIGN") ? DdlKeySpec::Kind::kForeign
                                           : DdlKeySpec::Kind::kPlain;
  if (!IsKeyWord(cursor)) cursor.Take();
  if (IsKeyWord(cursor)) cursor.Take();
  TakeKey(cursor, spec, kind, constraint);
}

// name (from, to)
void TakePeriod(DdlCursor& cursor, DdlTableSpec& spec) {
  cursor.Name();
  if (!cursor.Accept('(')) return;
  do {
    if (auto column = cursor.Name()) spec.period_columns.push_back(std::move(*column));
  } while (cursor.Accept(','));
  cursor.SkipToComma();
  cursor.Accept(')');
}

// A column may bear these names without quotes; what follows tells.
bool IsKeyBeginning(DdlCursor& cursor) {
  if (IsKeyWord(cursor)) return true;
  if (cursor.IsAnyOf({"PRIMARY", "FOREIGN"})) return cursor.Is("KEY", 1);
  if (cursor.IsAnyOf({"UNIQUE", "FULLTEXT", "SPATIAL"})) return true;
  return cursor.Is("VECTOR") && IsKeyWord(cursor, 1);
}

}  // namespace

void ParseKeyParts(DdlCursor& cursor, DdlKeySpec& key) {
  MysqlIndex& index = key.index;
  if (!cursor.Accept('(')) {
    index.whole = false;
    return;
  }
  for (bool first = true; !cursor.AtEnd() && !cursor.Is(')'); first = false) {
    auto name = cursor.Name();
    if (!name || cursor.Is('(')) index.whole = false;
    // MariaDB's WITHOUT OVERLAPS names a period.
    const bool period = cursor.Is("WITHOUT");
    if (period) index.whole = false;
    if (name && !period) index.columns.push_back(std::move(*name));
    if (!name && first) key.expression_first = true;
    cursor.SkipToComma();
    cursor.Accept(',');
  }
  cursor.Accept(')');
}

bool ParseKeyOrConstraint(DdlCursor& cursor, DdlTableSpec& spec) {
  std::string constraint;
  if (cursor.Accept("CONSTRAINT")) {
    cursor.Accept({"IF", "NOT", "EXISTS"});
    if (!IsKeyBeginning(cursor) && !cursor.Is("CHECK")) constraint = cursor.Name().value_or("");
  } else if (cursor.Accept({"PERIOD", "FOR"})) {
    TakePeriod(cursor, spec);
    return true;
  } else if (cursor.Is("CHECK") && cursor.Is('(', 1)) {
    cursor.SkipToComma();
    return true;
  } else if (!IsKeyBeginning(cursor)) {
    return false;
  }
  if (IsKeyBeginning(cursor)) {
    TakeOtherKey(cursor, spec, constraint);
  } else {
    cursor.SkipToComma();
  }
  return true;
}

bool ParseTableOption(DdlCursor& cursor, DdlTableSpec& spec) {
  const size_t first = cursor.Is("DEFAULT") ? 1 : 0;
  const bool charset =
      cursor.Is("CHARSET", first) ||
      (cursor.IsAnyOf({"CHARACTER", "CHAR"}, first) && cursor.Is("SET", first + 1));
  if (charset || cursor.Is("COLLATE", first)) {
    cursor.Accept("DEFAULT");
    if (!cursor.Take().Is("CHARSET") && charset) cursor.Take();
    cursor.Accept('=');
    const DdlToken value = cursor.Take();
    (charset ? spec.charset : spec.collation) = value.kind == DdlTokenKind::kString
                                                    ? DecodeString(value.text, cursor.mode())
                                                    : DecodeName(value.text);
  } else if (cursor.Is("COMMENT")) {
    cursor.Take();
    cursor.Accept('=');
    spec.comment = cursor.String();
  } else if (cursor.Accept({"WITH", "SYSTEM", "VERSIONING"})) {
    spec.system_versioned = true;
  } else {
    return false;
  }
  return true;
}

}  // namespace tidewire::source
