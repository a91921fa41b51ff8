#include "format/source_block.h"

#include "base/error.h"
#include "format/clock_text.h"
#include "format/json_text.h"
#include "model/flat_row.h"

namespace tidewire::format {
namespace {

using model::ChangeBatch;
using model::Record;
using model::TopicSchema;
using model::Transaction;

void AppendMember(std::string& out, std::string_view name, std::string_view value) {
  AppendJsonString(out, name);
  out += ':';
  AppendJsonString(out, value);
}

// What every block begins with, up to the value of ts_ms.
std::string Head(const model::RenderOptions& options) {
  std::string head = ",\"source\":{";
  AppendMember(head, "version", options.version);
  head += ',';
  AppendMember(head, "connector", options.connector_kind);
  head += ',';
  AppendMember(head, "name", options.logical_name);
  head += ",\"ts_ms\":";
  return head;
}

ClockText CommitClock(const Record& record, const Transaction* transaction) {
  const int64_t micros = transaction == nullptr ? record.ts_ns / 1000 : transaction->commit_ts_us;
  return ClockText(micros * 1000);
}

void AppendNumberOrNull(std::string& out, int64_t value) {
  if (value == 0) {
    out += "null";
  } else {
    AppendInteger(out, value);
  }
}

// The sequence is JSON inside of a string: its quotes are escaped.
void AppendQuotedSequence(std::string& out, uint64_t last_commit, uint64_t position) {
  out += '[';
  if (last_commit == 0) {
    out += "null";
  } else {
    out += "\\\"";
    AppendInteger(out, static_cast<int64_t>(last_commit));
    out += "\\\"";
  }
  out += ",\\\"";
  AppendInteger(out, static_cast<int64_t>(position));
  out += "\\\"]";
}

// The constant pieces stand between the values that differ.
class PostgresSourceBlock final : public SourceBlock {
 public:
  explicit PostgresSourceBlock(const TopicSchema& schema) : head_(Head(*schema.render)) {
    database_ = "\",";
    AppendMember(database_, "db", schema.table->catalog);
    database_ += ",\"sequence\":\"";
    table_ = ",";
    AppendMember(table_, "schema", schema.table->schema);
    table_ += ',';
    AppendMember(table_, "table", schema.table->name);
    table_ += ",\"txId\":";
  }

  void Append(const ChangeBatch&, const Record& record, const Transaction* transaction,
              std::string& out) const override {
    const ClockText clock = CommitClock(record, transaction);
    out += head_;
    clock.AppendMillis(out);
    out += ",\"snapshot\":\"";
    out += model::SnapshotText(record.snapshot);
    out += database_;
    AppendQuotedSequence(out, transaction == nullptr ? 0 : transaction->last_commit_position,
                         record.position);
    out += "\",\"ts_us\":";
    clock.AppendMicros(out);
    out += ",\"ts_ns\":";
    clock.AppendNanos(out);
    out += table_;
    AppendNumberOrNull(out, transaction == nullptr ? 0 : transaction->id);
    out += ",\"lsn\":";
    AppendNumberOrNull(out, static_cast<int64_t>(record.position));
    out += ",\"xmin\":null,\"origin\":null,\"origin_lsn\":null}";
  }

 private:
  std::string head_;
  std::string database_;  // ","db":…,"sequence":"
  std::string table_;     // ,"schema":…,"table":…,"txId":
};

class BinlogSourceBlock final : public SourceBlock {
 public:
  explicit BinlogSourceBlock(const TopicSchema& schema) : head_(Head(*schema.render)) {
    database_ = "\",";
    AppendMember(database_, "db", schema.table->catalog);
    database_ += ",\"sequence\":null,\"ts_us\":";
    table_ = ",";
    AppendMember(table_, "table", schema.table->name);
    table_ += ",\"server_id\":";
  }

  void Append(const ChangeBatch& batch, const Record& record, const Transaction* transaction,
              std::string& out) const override {
    const ClockText clock = CommitClock(record, transaction);
    out += head_;
    clock.AppendMillis(out);
    out += ",\"snapshot\":\"";
    out += model::SnapshotText(record.snapshot);
    out += database_;
    clock.AppendMicros(out);
    out += ",\"ts_ns\":";
    clock.AppendNanos(out);
    out += table_;
    AppendOrigin(record, transaction, out);
    out += ",\"pos\":";
    AppendInteger(out, static_cast<int64_t>(record.position));
    out += ",\"row\":";
    AppendInteger(out, record.row);
    AppendCause(batch, record, transaction, out);
    out += '}';
  }

 private:
  static void AppendText(std::string_view text, std::string& out) {
    if (text.empty()) {
      out += "null";
    } else {
      AppendJsonString(out, text);
    }
  }
  static void AppendOrigin(const Record& record, const Transaction* transaction, std::string& out) {
    const bool known = transaction != nullptr && !model::HasNoOrigin(record.snapshot);
    AppendInteger(out, known ? transaction->server_id : 0);
    out += ",\"gtid\":";
    AppendText(known ? transaction->name : std::string_view(), out);
    out += ",\"file\":";
    AppendJsonString(out, transaction == nullptr ? std::string_view() : transaction->file);
  }
  static void AppendCause(const ChangeBatch& batch, const Record& record,
                          const Transaction* transaction, std::string& out) {
    out += ",\"thread\":";
    if (transaction == nullptr || transaction->thread < 0) {
      out += "null";
    } else {
      AppendInteger(out, transaction->thread);
    }
    out += ",\"query\":";
    if (record.statement == 0) {
      out += "null";
    } else {
      AppendJsonString(out, batch.statements[record.statement - 1]);
    }
  }

  std::string head_;
  std::string database_;  // ","db":…,"sequence":null,"ts_us":
  std::string table_;     // ,"table":…,"server_id":
};

}  // namespace

std::unique_ptr<const SourceBlock> MakeSourceBlock(const TopicSchema& schema) {
  const std::string& kind = schema.render->connector_kind;
  if (kind == "postgresql") return std::make_unique<PostgresSourceBlock>(schema);
  if (model::ReadsBinlog(kind)) return std::make_unique<BinlogSourceBlock>(schema);
  throw FatalError(fmt::format("no source block is known for connector kind '{}'", kind));
}

}  // namespace tidewire::format
