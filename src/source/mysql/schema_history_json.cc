// The JSON of history records, spaced as Debezium spaces it: objects take a line for each member,
// arrays stand in one line.
#include <rapidjson/document.h>
#include <rapidjson/writer.h>

#include "source/mysql/schema_history.h"

namespace tidewire::source {
namespace {

class SpacedJson {
 public:
  std::string Take() { return std::move(out_); }

  SpacedJson& Key(std::string_view name) {
    if (members_ > 0) out_ += ',';
    NewLine();
    AppendText(name);
    out_ += " : ";
    ++members_;
    return *this;
  }
  void Text(std::string_view text) { AppendText(text); }
  void TextOrNull(const std::optional<std::string>& text) {
    if (text) {
      AppendText(*text);
    } else {
      out_ += "null";
    }
  }
  void Number(int64_t number) { out_ += std::to_string(number); }
  void Bool(bool value) { out_ += value ? "true" : "false"; }

  template <class Members>
  void Object(const Members& members) {
    const int before = members_;
    members_ = 0;
    ++depth_;
    out_ += '{';
    members();
    --depth_;
    if (members_ > 0) {
      NewLine();
    } else {
      out_ += ' ';
    }
    out_ += '}';
    members_ = before;
  }

  template <class Items, class Write>
  void Array(const Items& items, const Write& write) {
    out_ += "[ ";
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ", ";
      first = false;
      write(item);
    }
    out_ += first ? "]" : " ]";
  }

 private:
  void NewLine() {
    out_ += '\n';
    out_.append(static_cast<size_t>(depth_) * 2, ' ');
  }
  void AppendText(std::string_view text) {
    buffer_.Clear();
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer_);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    out_.append(buffer_.GetString(), buffer_.GetSize());
  }

  std::string out_;
  rapidjson::StringBuffer buffer_;
  int depth_ = 0;
  int members_ = 0;  // Of the object that is open.
};

void WritePosition(SpacedJson& json, const HistoryPosition& position) {
  // The order of a java.util.HashMap with these keys.
  json.Key("ts_sec").Number(position.ts_sec);
  json.Key("file").Text(position.file);
  json.Key("pos").Number(position.pos);
  if (position.gtids) json.Key("gtids").Text(*position.gtids);
  if (position.row != 0) json.Key("row").Number(position.row);
  if (position.server_id != 0) json.Key("server_id").Number(position.server_id);
  if (position.event != 0) json.Key("event").Number(position.event);
  if (!position.snapshot.empty()) json.Key("snapshot").Text(position.snapshot);
}

void WriteColumn(SpacedJson& json, const ColumnForm& column, size_t position) {
  json.Key("name").Text(column.name);
  json.Key("jdbcType").Number(column.jdbc_type);
  json.Key("typeName").Text(column.type_name);
  json.Key("typeExpression").Text(column.type_name);
  json.Key("charsetName").TextOrNull(column.charset);
  if (column.length >= 0) json.Key("length").Number(column.length);
  if (column.scale >= 0) json.Key("scale").Number(column.scale);
  json.Key("position").Number(static_cast<int64_t>(position));
  json.Key("optional").Bool(column.optional);
  json.Key("autoIncremented").Bool(column.auto_incremented);
  json.Key("generated").Bool(column.auto_incremented);
  json.Key("comment").TextOrNull(column.comment);
  json.Key("hasDefaultValue").Bool(column.has_default);
  if (column.default_expression) {
    json.Key("defaultValueExpression").Text(*column.default_expression);
  }
  json.Key("enumValues").Array(column.enum_values, [&](const std::string& member) {
    json.Text(member);
  });
}

void WriteTable(SpacedJson& json, const TableForm& table) {
  json.Key("defaultCharsetName").TextOrNull(table.charset);
  json.Key("primaryKeyColumnNames").Array(table.primary_key, [&](const std::string& column) {
    json.Text(column);
  });
  size_t position = 0;
  json.Key("columns").Array(table.columns, [&](const ColumnForm& column) {
    ++position;
    json.Object([&] { WriteColumn(json, column, position); });
  });
  json.Key("attributes").Array(std::initializer_list<int>{}, [](int) {});
}

void WriteChange(SpacedJson& json, const TableChange& change) {
  json.Key("type").Text(TypeWord(change.type));
  json.Key("id").Text(QuoteTableId(change.id));
  if (change.former) json.Key("previousId").Text(QuoteTableId(*change.former));
  if (!change.table) return;
  json.Key("table").Object([&] { WriteTable(json, *change.table); });
  json.Key("comment").TextOrNull(change.table->comment);
}

// Looks into a JSON object from outside: members that are absent or of another type are as if they
// were not there.
class Members {
 public:
  explicit Members(const rapidjson::Value& value) : value_(value) {}

  const rapidjson::Value* Find(const char* name) const {
    if (!value_.IsObject()) return nullptr;
    const auto at = value_.FindMember(name);
    return at == value_.MemberEnd() ? nullptr : &at->value;
  }
  std::optional<std::string> Text(const char* name) const {
    const auto* found = Find(name);
    if (found == nullptr || !found->IsString()) return std::nullopt;
    return TextOf(*found);
  }
  int64_t Number(const char* name, int64_t otherwise = 0) const {
    const auto* found = Find(name);
    return found != nullptr && found->IsInt64() ? found->GetInt64() : otherwise;
  }
  int32_t Small(const char* name, int32_t otherwise) const {
    const auto* found = Find(name);
    return found != nullptr && found->IsInt() ? found->GetInt() : otherwise;
  }
  bool Bool(const char* name) const {
    const auto* found = Find(name);
    return found != nullptr && found->IsTrue();
  }
  std::vector<std::string> Texts(const char* name) const {
    std::vector<std::string> out;
    const auto* found = Find(name);
    if (found == nullptr || !found->IsArray()) return out;
    for (const auto& item : found->GetArray()) {
      if (item.IsString()) out.push_back(TextOf(item));
    }
    return out;
  }

 private:
  static std::string TextOf(const rapidjson::Value& value) {
    return {value.GetString(), value.GetStringLength()};
  }
  const rapidjson::Value& value_;
};

HistoryPosition ReadPosition(const Members& in) {
  HistoryPosition out;
  out.ts_sec = in.Number("ts_sec");
  out.file = in.Text("file").value_or("");
  out.pos = in.Number("pos");
  out.gtids = in.Text("gtids");
  out.row = in.Number("row");
  out.server_id = in.Number("server_id");
  out.event = in.Number("event");
  // Early versions wrote true.
  out.snapshot = in.Bool("snapshot") ? "INITIAL" : in.Text("snapshot").value_or("");
  return out;
}

ColumnForm ReadColumn(const Members& in) {
  ColumnForm out;
  out.name = in.Text("name").value_or("");
  out.jdbc_type = in.Small("jdbcType", 0);
  out.type_name = in.Text("typeName").value_or("");
  out.charset = in.Text("charsetName");
  out.length = in.Small("length", -1);
  out.scale = in.Small("scale", -1);
  out.optional = in.Bool("optional");
  out.auto_incremented = in.Bool("autoIncremented");
  out.comment = in.Text("comment");
  out.has_default = in.Bool("hasDefaultValue");
  out.default_expression = in.Text("defaultValueExpression");
  out.enum_values = in.Texts("enumValues");
  return out;
}

Result<TableForm> ReadTable(const Members& in) {
  TableForm out;
  out.charset = in.Text("defaultCharsetName");
  out.primary_key = in.Texts("primaryKeyColumnNames");
  const auto* columns = in.Find("columns");
  if (columns == nullptr || !columns->IsArray()) return Failure("a table has no columns");
  for (const auto& column : columns->GetArray()) {
    out.columns.push_back(ReadColumn(Members(column)));
    if (out.columns.back().name.empty()) return Failure("a column has no name");
  }
  return out;
}

Result<TableChange> ReadChange(const Members& in) {
  TableChange out;
  const std::string type = in.Text("type").value_or("");
  if (type == "ALTER") out.type = TableChange::Type::kAlter;
  if (type == "DROP") out.type = TableChange::Type::kDrop;
  const auto id = ParseTableId(in.Text("id").value_or(""));
  if (!id) return Failure("a table change has no id of the form \"database\".\"table\"");
  out.id = *id;
  if (const auto former = in.Text("previousId")) out.former = ParseTableId(*former);
  if (out.type == TableChange::Type::kDrop) return out;
  const auto* table = in.Find("table");
  if (table == nullptr) return Failure("a table change has no table");
  auto form = ReadTable(Members(*table));
  if (!form) return Failure(std::move(form.error()));
  out.table = std::move(*form);
  out.table->comment = in.Text("comment");
  return out;
}

}  // namespace

std::string WriteHistoryRecord(const HistoryRecord& record) {
  SpacedJson json;
  json.Object([&] {
    json.Key("source").Object([&] { json.Key("server").Text(record.server); });
    json.Key("position").Object([&] { WritePosition(json, record.position); });
    json.Key("ts_ms").Number(record.ts_ms);
    if (record.database) json.Key("databaseName").Text(*record.database);
    json.Key("ddl").Text(record.ddl);
    json.Key("tableChanges").Array(record.changes, [&](const TableChange& change) {
      json.Object([&] { WriteChange(json, change); });
    });
  });
  return json.Take();
}

Result<HistoryRecord> ReadHistoryRecord(std::string_view json) {
  rapidjson::Document document;
  // Iterative: a made-up text must not exhaust the stack.
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return Failure("it is no JSON object");
  const Members in(document);
  const auto* source = in.Find("source");
  const auto* position = in.Find("position");
  if (source == nullptr || position == nullptr) return Failure("it has no source or no position");
  HistoryRecord out;
  out.server = Members(*source).Text("server").value_or("");
  out.position = ReadPosition(Members(*position));
  out.ts_ms = in.Number("ts_ms");
  out.database = in.Text("databaseName");
  out.ddl = in.Text("ddl").value_or("");
  const auto* changes = in.Find("tableChanges");
  if (changes == nullptr || !changes->IsArray()) return out;
  for (const auto& change : changes->GetArray()) {
    auto read = ReadChange(Members(change));
    if (!read) return Failure(std::move(read.error()));
    out.changes.push_back(std::move(*read));
  }
  return out;
}

}  // namespace tidewire::source
