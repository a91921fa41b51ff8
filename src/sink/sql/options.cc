#include "sink/sql/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tidewire::sink {
namespace {

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

// A qualified name in the making.
class NameParts {
 public:
  // Dots outside of double quotes part the name; quotes are taken off, doubled quotes stand for
  // one.
  void Add(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"') {
        if (quoted_ && i + 1 < text.size() && text[i + 1] == '"') {
          parts_.back() += '"';
          ++i;
        } else {
          quoted_ = !quoted_;
        }
      } else if (text[i] == '.' && !quoted_) {
        parts_.emplace_back();
      } else {
        parts_.back() += text[i];
      }
    }
  }
  // A name as the source has it: its dots and quotes are its own.
  void AddName(std::string_view name) { parts_.back() += name; }

  std::vector<std::string> Take() {
    std::erase_if(parts_, [](const std::string& part) { return part.empty(); });
    return std::move(parts_);
  }

 private:
  std::vector<std::string> parts_ = std::vector<std::string>(1);
  bool quoted_ = false;
};

// ${topic} and ${source.…} are replaced; what else stands in braces is text.
std::vector<std::string> Expand(const SqlSinkOptions& options, const model::TopicSchema& schema) {
  constexpr std::string_view kSource = "source.";
  NameParts parts;
  std::string_view rest = options.table_format;
  for (size_t begin = rest.find("${"); begin != std::string_view::npos; begin = rest.find("${")) {
    const size_t end = rest.find('}', begin);
    if (end == std::string_view::npos) break;
    parts.Add(rest.substr(0, begin));
    const std::string_view field = rest.substr(begin + 2, end - begin - 2);
    if (field == "topic") {
      std::string topic = schema.topic;
      if (options.naming == TableNaming::kDotsToUnderscores)
        std::replace(topic.begin(), topic.end(), '.', '_');
      parts.Add(topic);
    } else if (field.starts_with(kSource)) {
      parts.AddName(SourceField(schema, field.substr(kSource.size())));
    } else {
      parts.Add(rest.substr(begin, end + 1 - begin));
    }
    rest.remove_prefix(end + 1);
  }
  parts.Add(rest);
  return parts.Take();
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
  const std::vector<std::string> parts = Expand(options, schema);
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
