#include "source/mysql/table_form.h"

#include "base/utf8.h"
#include "source/mysql/ddl_columns.h"
#include "source/mysql/ddl_types.h"
#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

// java.sql.Types
constexpr int32_t kJdbcBit = -7;
constexpr int32_t kJdbcBigint = -5;
constexpr int32_t kJdbcVarbinary = -3;
constexpr int32_t kJdbcBinary = -2;
constexpr int32_t kJdbcNchar = -15;
constexpr int32_t kJdbcNvarchar = -9;
constexpr int32_t kJdbcChar = 1;
constexpr int32_t kJdbcNumeric = 2;
constexpr int32_t kJdbcDecimal = 3;
constexpr int32_t kJdbcInteger = 4;
constexpr int32_t kJdbcSmallint = 5;
constexpr int32_t kJdbcFloat = 6;
constexpr int32_t kJdbcReal = 7;
constexpr int32_t kJdbcDouble = 8;
constexpr int32_t kJdbcVarchar = 12;
constexpr int32_t kJdbcBoolean = 16;
constexpr int32_t kJdbcDate = 91;
constexpr int32_t kJdbcTime = 92;
constexpr int32_t kJdbcTimestamp = 93;
constexpr int32_t kJdbcOther = 1111;
constexpr int32_t kJdbcBlob = 2004;
constexpr int32_t kJdbcTimestampWithTimezone = 2014;

constexpr std::string_view kEpoch = "1970-01-01 00:00:00";

bool IsNational(std::string_view name) { return name.starts_with('N'); }

// Where the name of the type decides, not what it holds.
std::optional<int32_t> JdbcTypeOfName(std::string_view name) {
  if (name.starts_with("BOOL")) return kJdbcBoolean;
  if (name.starts_with("REAL")) return kJdbcReal;
  if (name.starts_with("FLOAT8")) return kJdbcDouble;
  if (name.starts_with("FLOAT")) return kJdbcFloat;
  if (name.starts_with("NUMERIC")) return kJdbcNumeric;
  if (name == "JSON") return kJdbcOther;
  return std::nullopt;
}

int32_t JdbcType(const MysqlColumn& column) {
  if (const auto type = JdbcTypeOfName(column.type_name)) return *type;
  switch (column.base) {
    case MysqlBase::kTinyInt:
    case MysqlBase::kSmallInt:
      return kJdbcSmallint;
    case MysqlBase::kMediumInt:
    case MysqlBase::kInt:
    case MysqlBase::kYear:
      return kJdbcInteger;
    case MysqlBase::kBigInt:
      return kJdbcBigint;
    case MysqlBase::kFloat:
      return kJdbcFloat;
    case MysqlBase::kDouble:
      return kJdbcDouble;
    case MysqlBase::kDecimal:
      return kJdbcDecimal;
    case MysqlBase::kBit:
      return kJdbcBit;
    case MysqlBase::kDate:
      return kJdbcDate;
    case MysqlBase::kTime:
      return kJdbcTime;
    case MysqlBase::kDateTime:
      return kJdbcTimestamp;
    case MysqlBase::kTimestamp:
      return kJdbcTimestampWithTimezone;
    case MysqlBase::kChar:
      return IsNational(column.type_name) ? kJdbcNchar : kJdbcChar;
    case MysqlBase::kVarchar:
      return IsNational(column.type_name) ? kJdbcNvarchar : kJdbcVarchar;
    case MysqlBase::kTinyText:
    case MysqlBase::kText:
    case MysqlBase::kMediumText:
    case MysqlBase::kLongText:
      return kJdbcVarchar;
    case MysqlBase::kBinary:
      return kJdbcBinary;
    case MysqlBase::kVarbinary:
      return kJdbcVarbinary;
    case MysqlBase::kTinyBlob:
    case MysqlBase::kBlob:
    case MysqlBase::kMediumBlob:
    case MysqlBase::kLongBlob:
      return kJdbcBlob;
    case MysqlBase::kEnum:
    case MysqlBase::kSet:
      return kJdbcChar;
    default:
      return kJdbcOther;
  }
}

bool ShowsCharset(int32_t jdbc_type) {
  return jdbc_type == kJdbcChar || jdbc_type == kJdbcVarchar || jdbc_type == kJdbcNchar ||
         jdbc_type == kJdbcNvarchar;
}

// Length and scale, with those that a type has without saying.
void SetLength(const MysqlColumn& column, ColumnForm& form) {
  form.length = column.length;
  form.scale = column.scale;
  const auto members = static_cast<int32_t>(column.members.size());
  switch (column.base) {
    case MysqlBase::kEnum:
      form.length = 1;
      break;
    case MysqlBase::kSet:  // Of the members with commas between.
      form.length = std::max(0, members * 2 - 1);
      break;
    case MysqlBase::kDecimal:
      if (form.length < 0) form.length = 10;
      if (form.scale < 0) form.scale = 0;
      break;
    case MysqlBase::kBit:
      if (form.length < 0) form.length = 1;
      break;
    case MysqlBase::kVector:
      if (form.length < 0) form.length = 2048;
      break;
    default:
      break;
  }
  if (form.jdbc_type == kJdbcNchar && form.length < 0) form.length = 1;
  if (form.jdbc_type == kJdbcBoolean) form.length = -1;
}

// As the servers show members and strings: quotes doubled, control characters and backslashes
// escaped.
std::string QuoteMember(std::string_view member) {
  std::string out = "'";
  for (const char c : member) {
    switch (c) {
      case '\'':
        out += "''";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\0':
        out += "\\0";
        break;
      default:
        out += c;
    }
  }
  return out + "'";
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool IsQuoted(std::string_view text) {
  return text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0];
}

std::optional<std::string> DefaultExpression(const MysqlColumn& column) {
  const std::string_view written = column.default_written;
  if (column.default_is_expression) {
    for (const std::string_view now : {"CURRENT_TIMESTAMP", "NOW", "LOCALTIME"}) {
      if (SameWord(written.substr(0, now.size()), now)) return std::string(kEpoch);
    }
    return std::nullopt;
  }
  if (!column.default_text) return std::nullopt;
  if (column.base == MysqlBase::kBit) return column.default_text;
  if (IsQuoted(written)) return std::string(written.substr(1, written.size() - 2));
  if (SameWord(written, "TRUE") || SameWord(written, "FALSE")) return std::string(written);
  // JSON holds text alone.
  if (!IsUtf8(*column.default_text)) return std::nullopt;
  const std::string quoted = QuoteMember(*column.default_text);
  return quoted.substr(1, quoted.size() - 2);
}

ColumnForm FormOfColumn(const MysqlColumn& column, bool comments) {
  ColumnForm form;
  form.name = column.name;
  form.type_name = column.type_name;
  form.jdbc_type = JdbcType(column);
  if (ShowsCharset(form.jdbc_type) && !column.charset.empty()) form.charset = column.charset;
  SetLength(column, form);
  form.optional = column.nullable;
  form.auto_incremented = column.auto_increment;
  if (comments) form.comment = column.comment;
  form.has_default = column.has_default;
  form.default_expression = DefaultExpression(column);
  for (const std::string& member : column.members) form.enum_values.push_back(QuoteMember(member));
  return form;
}

// The literal that was shown without its quotes. A lone single quote in it tells that they were
// double ones.
std::string InQuotes(std::string_view raw) {
  std::string out = "'";
  bool lone = false;
  for (size_t i = 0; i < raw.size(); ++i) {
    out += raw[i];
    if (raw[i] == '\\' && i + 1 < raw.size()) {
      out += raw[++i];
    } else if (raw[i] == '\'') {
      const bool doubled = i + 1 < raw.size() && raw[i + 1] == '\'';
      if (doubled) ++i;
      lone |= !doubled;
      out += '\'';
    }
  }
  if (lone && raw.find('"') == std::string_view::npos) return fmt::format("\"{}\"", raw);
  return out + "'";
}

bool IsBits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("01") == std::string_view::npos;
}

void SetDefault(const ColumnForm& form, const DdlMode& mode, MysqlColumn& column) {
  column.has_default = form.has_default;
  if (!form.default_expression) return;
  const std::string& raw = *form.default_expression;
  const bool time = column.base == MysqlBase::kTimestamp || column.base == MysqlBase::kDateTime;
  if (time && raw == kEpoch) {
    column.default_is_expression = true;
    column.default_written = "CURRENT_TIMESTAMP";
    return;
  }
  if (column.base == MysqlBase::kBit && IsBits(raw)) {
    column.default_written = "b'" + raw + "'";
    column.default_text = raw;
    return;
  }
  if (!HasCharset(column.base) && (SameWord(raw, "TRUE") || SameWord(raw, "FALSE"))) {
    column.default_written = raw;
    column.default_text = SameWord(raw, "TRUE") ? "1" : "0";
    return;
  }
  column.default_written = InQuotes(raw);
  column.default_text = DecodeString(column.default_written, mode);
}

MysqlColumn ColumnOfForm(const ColumnForm& form, const DdlMode& mode) {
  MysqlColumn column;
  column.name = form.name;
  column.charset = form.charset.value_or("");
  ReadTypeName(form.type_name, mode, column);
  const bool collection = column.base == MysqlBase::kEnum || column.base == MysqlBase::kSet;
  if (!collection && form.jdbc_type != kJdbcBoolean) column.length = form.length;
  column.scale = form.scale;
  for (const std::string& member : form.enum_values) {
    std::string text = DecodeString(member, mode);
    while (text.ends_with(' ')) text.pop_back();
    column.members.push_back(std::move(text));
  }
  SettleText(column, {}, false);
  column.nullable = form.optional;
  column.auto_increment = form.auto_incremented;
  column.comment = form.comment;
  SetDefault(form, mode, column);
  return column;
}

}  // namespace

TableForm FormOfTable(const MysqlTable& table, bool comments) {
  TableForm form;
  if (!table.charset.empty()) form.charset = table.charset;
  form.primary_key = table.EventKey();
  for (const MysqlColumn& column : table.columns) {
    form.columns.push_back(FormOfColumn(column, comments));
  }
  if (comments) form.comment = table.comment;
  return form;
}

MysqlTable TableOfForm(const MysqlTableId& id, const TableForm& form, const DdlMode& mode) {
  MysqlTable table;
  table.database = id.first;
  table.name = id.second;
  table.charset = form.charset.value_or("");
  table.primary_key = form.primary_key;
  table.comment = form.comment;
  for (const ColumnForm& column : form.columns) table.columns.push_back(ColumnOfForm(column, mode));
  return table;
}

void Complete(MysqlTable& table, const MysqlTable& known) {
  const bool same_key = table.primary_key == known.EventKey();
  for (MysqlColumn& column : table.columns) {
    const auto at = known.Find(column.name);
    if (at && FormOfColumn(column, false) == FormOfColumn(known.columns[*at], false)) {
      column = known.columns[*at];
    }
  }
  if (same_key) {
    table.primary_key = known.primary_key;
    table.indexes = known.indexes;
    table.plain_indexes = known.plain_indexes;
  }
  if (table.charset == known.charset) table.collation = known.collation;
  table.implicit_row_period = known.implicit_row_period;
  if (!table.comment) table.comment = known.comment;
}

std::string QuoteTableId(const MysqlTableId& id) {
  std::string out;
  for (const std::string* part : {&id.first, &id.second}) {
    if (!out.empty()) out += '.';
    out += '"';
    for (const char c : *part) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  return out;
}

std::optional<MysqlTableId> ParseTableId(std::string_view text) {
  DdlMode mode;
  mode.ansi_quotes = true;
  DdlLexer lexer(text, mode);
  const DdlToken database = lexer.Next();
  const DdlToken dot = lexer.Next();
  const DdlToken table = lexer.Next();
  const auto is_name = [](const DdlToken& token) {
    return token.kind == DdlTokenKind::kQuotedName || token.kind == DdlTokenKind::kWord;
  };
  if (!is_name(database) || !dot.Is('.') || !is_name(table)) return std::nullopt;
  return MysqlTableId{DecodeName(database.text), DecodeName(table.text)};
}

}  // namespace tidewire::source
