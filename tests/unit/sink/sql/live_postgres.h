// A PostgreSQL server of the tests' own, in a temporary directory; and batches made by hand.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/batch.h"
#include "sink/sql/options.h"
#include "sink/sql/postgres_connection.h"
#include "sink/sql/sql_sink_task.h"
#include "support/temp_directory.h"

namespace tidewire::sink {

// Started once for the whole test program.
class LivePostgres {
 public:
  // Throws, and so fails the test, when no server can be started.
  static LivePostgres& Get() {
    static const std::unique_ptr<LivePostgres> server = Start();
    return *server;
  }
  ~LivePostgres() { Run("pg_ctl -D " + dir_ + "/data -m immediate -w stop"); }
  std::map<std::string, std::string> Keywords() const {
    return {{"host", dir_}, {"port", "5432"}, {"dbname", "postgres"}, {"user", "postgres"}};
  }
  bool Run(const std::string& command) const {
    // A server refuses to run as root.
    const std::string as =
        geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
    return std::system(
               (as + "/usr/lib/postgresql/15/bin/" + command + " >/dev/null 2>&1").c_str()) == 0;
  }
  void MustRun(const std::string& command) const {
    if (Run(command)) return;
    throw std::runtime_error("cannot run " + command +
                             "; tools/install-deps.sh installs PostgreSQL 15");
  }
  const std::string& dir() const { return dir_; }

 private:
  static std::unique_ptr<LivePostgres> Start() {
    auto server = std::make_unique<LivePostgres>();
    const std::string& dir = server->dir_;
    std::filesystem::permissions(dir, std::filesystem::perms::all);
    server->MustRun("initdb -D " + dir + "/data -A trust -U postgres --no-sync --locale=C.UTF-8");
    server->MustRun("pg_ctl -D " + dir + "/data -w -o '-k " + dir +
                    " -c listen_addresses= -c fsync=off -c max_connections=40' -l /dev/null start");
    return server;
  }
  const test::TempDirectory made_;
  const std::string dir_ = made_.path();
};

inline std::unique_ptr<PostgresConnection> ConnectLive() {
  return std::make_unique<PostgresConnection>(LivePostgres::Get().Keywords(), "test server",
                                              nullptr, std::chrono::seconds(10));
}

// All rows of a query: columns joined by '|', NULL as "∅", one row a line, in the query's order.
inline std::string Table(PostgresConnection& connection, const std::string& query) {
  const auto results = connection.Execute(query);
  std::string out;
  for (int row = 0; row < PQntuples(results.back().get()); ++row) {
    for (int column = 0; column < PQnfields(results.back().get()); ++column) {
      if (column > 0) out += '|';
      out += PQgetisnull(results.back().get(), row, column)
                 ? "∅"
                 : PQgetvalue(results.back().get(), row, column);
    }
    out += '\n';
  }
  return out;
}

inline model::ColumnType TypeOf(model::Kind kind, const std::string& native) {
  model::ColumnType type;
  type.kind = kind;
  type.native = native;
  type.type_name = native.substr(0, native.find('('));
  return type;
}

// Builds schemas and batches as a PostgreSQL source would send them.
class BatchMaker {
 public:
  struct C {
    std::string name;
    model::Kind kind;
    std::string native;
    bool key = false;
    bool nullable = true;
  };
  static model::TopicSchemaPtr Schema(const std::string& topic, const std::vector<C>& columns) {
    auto table = std::make_shared<model::TableSchema>();
    table->schema = "public";
    table->name = topic.substr(topic.rfind('.') + 1);
    for (const C& c : columns) {
      if (c.key) table->key.push_back(static_cast<uint32_t>(table->columns.size()));
      model::Column column;
      column.name = c.name;
      column.type = TypeOf(c.kind, c.native);
      column.nullable = c.nullable && !c.key;
      table->columns.push_back(column);
    }
    auto schema = std::make_shared<model::TopicSchema>();
    schema->topic = schema->base_topic = topic;
    auto render = std::make_shared<model::RenderOptions>();
    render->connector_kind = "postgresql";
    render->logical_name = "src";
    schema->render = render;
    schema->table = table;
    return schema;
  }

  BatchMaker() : batch_(std::make_unique<model::ChangeBatch>()) {}

  using Row = std::vector<model::Datum>;
  const model::Datum* Keep(const Row& row) {
    if (row.empty()) return nullptr;
    model::Datum* out = batch_->arena.AllocateArray<model::Datum>(row.size());
    for (size_t i = 0; i < row.size(); ++i) out[i] = row[i];
    return out;
  }
  model::Datum Text(std::string_view text) { return model::Datum::View(batch_->arena.Copy(text)); }
  static model::Datum Int(int64_t v) { return model::Datum::Integer(v); }
  static model::Datum Absent() { return model::Datum::Of(model::DatumState::kAbsent); }
  static model::Datum Unavailable() { return model::Datum::Of(model::DatumState::kUnavailable); }

  void Begin(int64_t transaction) {
    model::Transaction t;
    t.id = transaction;
    t.commit_position = static_cast<uint64_t>(transaction);
    batch_->transactions.push_back(t);
    in_transaction_ = true;
  }
  void End() { in_transaction_ = false; }

  model::Record& Add(const model::TopicSchemaPtr& schema, model::Op op, const Row& before,
                     const Row& after) {
    model::Record record;
    record.op = op;
    record.schema = batch_->SchemaIndex(schema);
    record.before = Keep(before);
    record.after = Keep(after);
    record.offset = next_offset_++;
    if (in_transaction_)
      record.transaction = static_cast<uint32_t>(batch_->transactions.size() - 1);
    batch_->records.push_back(record);
    return batch_->records.back();
  }
  size_t size() const { return batch_->records.size(); }
  model::ChangeBatch& batch() { return *batch_; }

  // Positions count records from `first`.
  SinkBatch Take(uint64_t first, bool open = false) {
    SinkBatch out;
    batch_->open_transaction = open;
    out.end = std::to_string(first + batch_->records.size());
    out.behind = [first](size_t i) { return std::to_string(first + i + 1); };
    out.batch = std::move(batch_);
    batch_ = std::make_unique<model::ChangeBatch>();
    return out;
  }

 private:
  std::unique_ptr<model::ChangeBatch> batch_;
  bool in_transaction_ = false;
  int64_t next_offset_ = 0;
};

inline SqlSinkOptions LiveOptions(const std::string& connector) {
  SqlSinkOptions options;
  options.connector = connector;
  options.connection = LivePostgres::Get().Keywords();
  options.insert_mode = InsertMode::kUpsert;
  options.key_mode = KeyMode::kRecordKey;
  options.deletes = true;
  options.create_tables = true;
  options.evolve_tables = true;
  options.naming = TableNaming::kSplitAtDots;
  return options;
}

inline std::unique_ptr<SqlSinkTask> LiveTask(SqlSinkOptions options) {
  return std::make_unique<SqlSinkTask>(std::move(options), *FindDialect("postgresql"));
}

}  // namespace tidewire::sink
