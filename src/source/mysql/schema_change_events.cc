#include "source/mysql/schema_change_events.h"

#include "source/general_records.h"

namespace tidewire::source {
namespace {

using model::ConnectList;
using model::ConnectSchemaPtr;
using model::ConnectType;
using model::ConnectValue;

constexpr bool kOptional = true;

ConnectSchemaPtr Int32Schema(bool optional = false) {
  return PlainSchema(ConnectType::kInt32, optional);
}

ConnectSchemaPtr SourceSchema(const std::string& connector) {
  return StructSchema("io.debezium.connector." + connector + ".Source",
                      {{"version", StringSchema()},
                       {"connector", StringSchema()},
                       {"name", StringSchema()},
                       {"ts_ms", Int64Schema()},
                       {"snapshot", SnapshotMarkSchema()},
                       {"db", StringSchema()},
                       {"sequence", StringSchema(kOptional)},
                       {"ts_us", Int64Schema(kOptional)},
                       {"ts_ns", Int64Schema(kOptional)},
                       {"table", StringSchema(kOptional)},
                       {"server_id", Int64Schema()},
                       {"gtid", StringSchema(kOptional)},
                       {"file", StringSchema()},
                       {"pos", Int64Schema()},
                       {"row", Int32Schema()},
                       {"thread", Int64Schema(kOptional)},
                       {"query", StringSchema(kOptional)}});
}

ConnectSchemaPtr ColumnSchema() {
  const ConnectSchemaPtr flag = PlainSchema(ConnectType::kBoolean, kOptional);
  return StructSchema("io.debezium.connector.schema.Column",
                      {{"name", StringSchema()},
                       {"jdbcType", Int32Schema()},
                       {"nativeType", Int32Schema(kOptional)},
                       {"typeName", StringSchema()},
                       {"typeExpression", StringSchema(kOptional)},
                       {"charsetName", StringSchema(kOptional)},
                       {"length", Int32Schema(kOptional)},
                       {"scale", Int32Schema(kOptional)},
                       {"position", Int32Schema()},
                       {"optional", flag},
                       {"autoIncremented", flag},
                       {"generated", flag},
                       {"comment", StringSchema(kOptional)},
                       {"defaultValueExpression", StringSchema(kOptional)},
                       {"enumValues", ArraySchema(StringSchema(), kOptional)}});
}

ConnectSchemaPtr ChangeSchema() {
  const ConnectSchemaPtr table =
      StructSchema("io.debezium.connector.schema.Table",
                   {{"defaultCharsetName", StringSchema(kOptional)},
                    {"primaryKeyColumnNames", ArraySchema(StringSchema(), kOptional)},
                    {"columns", ArraySchema(ColumnSchema())},
                    {"comment", StringSchema(kOptional)}},
                   kOptional);
  return StructSchema("io.debezium.connector.schema.Change",
                      {{"type", StringSchema()}, {"id", StringSchema()}, {"table", table}});
}

ConnectSchemaPtr ValueSchema(const std::string& connector) {
  return StructSchema("io.debezium.connector." + connector + ".SchemaChangeValue",
                      {{"source", SourceSchema(connector)},
                       {"ts_ms", Int64Schema()},
                       {"databaseName", StringSchema(kOptional)},
                       {"schemaName", StringSchema(kOptional)},
                       {"ddl", StringSchema(kOptional)},
                       {"tableChanges", ArraySchema(ChangeSchema())}});
}

ConnectSchemaPtr KeySchema(const std::string& connector) {
  return StructSchema("io.debezium.connector." + connector + ".SchemaChangeKey",
                      {{"databaseName", StringSchema()}});
}

ConnectValue TextOrNull(const std::optional<std::string>& text) {
  return text ? TextValue(*text) : NullValue();
}
ConnectValue NumberOrNull(int32_t number) {
  return number >= 0 ? NumberValue(number) : NullValue();
}

ConnectValue Texts(const std::vector<std::string>& texts) {
  ConnectList out;
  for (const std::string& text : texts) out.push_back(TextValue(text));
  return ListValue(std::move(out));
}

ConnectValue ColumnValue(const ColumnForm& column, int64_t position) {
  const ConnectValue auto_incremented{column.auto_incremented};
  return ListValue({TextValue(column.name), NumberValue(column.jdbc_type), NullValue(),
                    TextValue(column.type_name), TextValue(column.type_name),
                    TextOrNull(column.charset), NumberOrNull(column.length),
                    NumberOrNull(column.scale), NumberValue(position),
                    ConnectValue{column.optional}, auto_incremented, auto_incremented,
                    TextOrNull(column.comment), TextOrNull(column.default_expression),
                    column.enum_values.empty() ? NullValue() : Texts(column.enum_values)});
}

ConnectValue TableValue(const TableForm& table) {
  ConnectList columns;
  for (const ColumnForm& column : table.columns) {
    columns.push_back(ColumnValue(column, static_cast<int64_t>(columns.size()) + 1));
  }
  return ListValue({TextOrNull(table.charset), Texts(table.primary_key),
                    ListValue(std::move(columns)), TextOrNull(table.comment)});
}

ConnectValue ChangesValue(const std::vector<TableChange>& changes) {
  ConnectList out;
  for (const TableChange& change : changes) {
    out.push_back(ListValue({TextValue(TypeWord(change.type)), TextValue(QuoteTableId(change.id)),
                             change.table ? TableValue(*change.table) : NullValue()}));
  }
  return ListValue(std::move(out));
}

}  // namespace

std::optional<std::string> SourceTable(const std::vector<SchemaChange>& changes) {
  std::optional<std::string> out;
  for (const SchemaChange& change : changes) {
    if (change.kind == SchemaChange::Kind::kDatabase) continue;
    if (!out) {
      out.emplace();
    } else {
      *out += ',';
    }
    *out += change.id.second;
  }
  return out;
}

SchemaChangeEvents::SchemaChangeEvents(std::string topic,
                                       std::shared_ptr<const model::RenderOptions> render)
    : render_(std::move(render)) {
  topic_ = GeneralTopic(std::move(topic), render_, KeySchema(render_->connector_kind),
                        ValueSchema(render_->connector_kind), GeneralHeaders::kContext);
}

model::Record& SchemaChangeEvents::Add(model::ChangeBatch& batch, const SchemaChangeSource& source,
                                       const HistoryRecord& record) const {
  const std::string database = record.database.value_or("");
  ConnectValue block = ListValue(
      {TextValue(render_->version), TextValue(render_->connector_kind),
       TextValue(render_->logical_name), NumberValue(source.ts_ns / 1'000'000),
       TextValue(source.snapshot), TextValue(source.database), NullValue(),
       NumberValue(source.ts_ns / 1000), NumberValue(source.ts_ns), TextOrNull(source.table),
       NumberValue(source.server_id), TextOrNull(source.gtid), TextValue(source.file),
       NumberValue(source.pos), NumberValue(source.row),
       source.thread ? NumberValue(*source.thread) : NullValue(), TextOrNull(source.query)});
  return AppendGeneral(
      batch, topic_, ListValue({TextValue(database)}),
      ListValue({std::move(block), NumberValue(record.ts_ms), TextValue(database), NullValue(),
                 TextValue(record.ddl), ChangesValue(record.changes)}));
}

}  // namespace tidewire::source
