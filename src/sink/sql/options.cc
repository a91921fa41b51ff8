#include "sink/sql/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tidewire::sink {
namespace {

void ReplaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string SourceField(const model::TopicSchema& schema, std::string_view field) {
  if (field == "table" || field == "collection") return schema.table->name;
  if (field == "schema") return schema.table->schema;
  if (field == "db") return schema.table->catalog;
  if (field == "name") return schema.render->logical_name;
  if (field == "connector") return schema.render->connector_kind;
  throw DataError(fmt::format(
      "topic {}: the table name format asks for ${{source.{}}}, which these records do not have; "
      "supported: db, schema, table, name, connector",
      schema.topic, field));
}

// Dots outside of double quotes part the name; quotes are taken off, doubled quotes stand for one.
std::vector<std::string> SplitQualified(std::string_view text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (quoted && i + 1 < text.size() && text[i + 1] == '"') {
        parts.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (text[i] == '.' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  return parts;
}

bool Lists(const std::vector<std::string>& list, std::string_view topic, std::string_view field) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& item) {
    if (item == field) return true;
    return item.size() == topic.size() + 1 + field.size() && item.starts_with(topic) &&
           item[topic.size()] == ':' && item.ends_with(field);
  });
}

}  // namespace

TableName ResolveTableName(const SqlSinkOptions& options, const model::TopicSchema& schema) {
  std::string text = options.table_format;
  std::string topic = schema.topic;
  if (options.naming == TableNaming::kDotsToUnderscores)
    std::replace(topic.begin(), topic.end(), '.', '_');
  ReplaceAll(text, "${topic}", topic);
  while (true) {
    const size_t begin = text.find("${source.");
    if (begin == std::string::npos) break;
    const size_t end = text.find('}', begin);
    if (end == std::string::npos) break;
    text.replace(begin, end - begin + 1,
                 SourceField(schema, std::string_view(text).substr(begin + 9, end - begin - 9)));
  }
  const std::vector<std::string> parts = SplitQualified(text);
  if (parts.empty()) {
    throw DataError(fmt::format("topic {}: the table name format '{}' gives an empty name",
                                schema.topic, options.table_format));
  }
  // A third part in front would be the database: the connection has chosen that already.
  TableName name;
  name.name = ResolveIdentifier(options, parts.back());
  if (parts.size() > 1) name.schema = ResolveIdentifier(options, parts[parts.size() - 2]);
  return name;
}

std::string ResolveIdentifier(const SqlSinkOptions& options, std::string_view name) {
  std::string out(name);
  // PostgreSQL folds only ASCII letters in multi-byte encodings (downcase_identifier in its
  // sources).
  if (!options.quote) {
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool TakesField(const SqlSinkOptions& options, std::string_view topic, std::string_view field) {
  if (!options.include_fields.empty() && !Lists(options.include_fields, topic, field)) return false;
  return !Lists(options.exclude_fields, topic, field);
}

}  // namespace tidewire::sink
