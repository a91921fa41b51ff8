#include "source/mysql/mysql_history.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "base/error.h"
#include "source/general_records.h"

namespace tidewire::source {
namespace {

// Texts as they are: what Debezium writes with a producer of its own, past the converters.
std::shared_ptr<const model::RenderOptions> PlainText(const model::RenderOptions& render) {
  auto out = std::make_shared<model::RenderOptions>(render);
  out->context_headers = false;
  out->key_converter.kind = out->value_converter.kind = model::ConverterKind::kString;
  out->key_converter.schemas_enable = out->value_converter.schemas_enable = false;
  return out;
}

// Whether what the record tells happened behind the place. A record has the place where the
// transaction of its statement begins, and the number of that one's events so far.
bool IsBehind(const HistoryPosition& record, const MysqlPosition& upto, GtidSet::Kind kind) {
  const auto event = static_cast<uint64_t>(record.event);
  if (record.gtids && upto.gtids) {
    if (*record.gtids == *upto.gtids) return event > upto.events;
    return !GtidSet::Parse(*upto.gtids, kind).Contains(GtidSet::Parse(*record.gtids, kind));
  }
  if (record.file.empty() || upto.file.empty()) return false;
  const uint64_t place = BinlogPlace(record.file, static_cast<uint64_t>(record.pos));
  const uint64_t end = BinlogPlace(upto.file, upto.pos);
  return place > end || (place == end && event > upto.events);
}

void AppendDurably(const std::string& path, const std::string& line) {
  const auto fail = [&] {
    throw RetriableError(
        fmt::format("cannot write the schema history to {}: {}; see "
                    "schema.history.internal.file.filename",
                    path, std::strerror(errno)));
  };
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) fail();
  const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const bool synced = written && fsync(file) == 0;
  close(file);
  if (!synced) fail();
}

}  // namespace

MysqlHistory::MysqlHistory(const MysqlSettings& settings,
                           const std::shared_ptr<const model::RenderOptions>& render)
    : settings_(settings) {
  if (settings.history == HistoryStore::kTopic) {
    model::TopicSchema topic =
        *GeneralTopic(settings.history_topic, PlainText(*render), nullptr, StringSchema());
    topic.internal = true;
    topic_ = std::make_shared<const model::TopicSchema>(std::move(topic));
  }
}

void MysqlHistory::Apply(std::string_view text, MysqlTables& tables, const MysqlPosition& upto,
                         bool& any) const {
  const auto record = ReadHistoryRecord(text);
  if (!record) {
    throw FatalError(fmt::format(
        "the schema history holds a record that cannot be read: {}; set snapshot.mode=recovery to "
        "make it anew from the server, if no table changed since the stored offset",
        record.error()));
  }
  if (record->server != settings_.events.topic_prefix) return;
  if (IsBehind(record->position, upto, tables.server().gtid_kind())) return;
  DdlContext context = tables.DefaultContext();
  context.database = record->database.value_or("");
  RecoverFrom(*record, tables.parser(), context, tables.schema());
  any = true;
}

bool MysqlHistory::Recover(SourceContext& context, MysqlTables& tables,
                           const MysqlPosition& upto) const {
  bool any = false;
  if (settings_.history == HistoryStore::kTopic) {
    context.ReadTopic(settings_.history_topic, [&](const model::GeneralRecord& record) {
      const auto* text = std::get_if<std::string>(&record.value.v);
      if (text != nullptr) Apply(*text, tables, upto, any);
    });
  } else if (settings_.history == HistoryStore::kFile) {
    std::ifstream file(settings_.history_file);
    for (std::string line; std::getline(file, line);) {
      if (!line.empty()) Apply(line, tables, upto, any);
    }
  }
  return any;
}

bool MysqlHistory::Keeps(const MysqlTables& tables, const MysqlTableId& id) const {
  if (settings_.history_captured_tables_only && !id.second.empty()) return tables.Captures(id);
  if (settings_.history_captured_databases_only && !id.first.empty()) {
    return tables.filters().CapturesNamespace(id.first);
  }
  return true;
}

model::Record* MysqlHistory::Add(model::ChangeBatch& batch, const HistoryRecord& record) {
  switch (settings_.history) {
    case HistoryStore::kTopic:
      return &AppendGeneral(batch, topic_, NullValue(), TextValue(WriteHistoryRecord(record)));
    case HistoryStore::kFile: {
      std::string line = WriteHistoryRecord(record);
      // The form has line feeds between members, and none inside of them.
      std::replace(line.begin(), line.end(), '\n', ' ');
      AppendDurably(settings_.history_file, line + '\n');
      return nullptr;
    }
    case HistoryStore::kMemory:
      return nullptr;
  }
  return nullptr;
}

}  // namespace tidewire::source
