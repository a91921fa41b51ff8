#include "source/postgres/postgres_catalog.h"

#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/logging.h"
#include "source/postgres/postgres_catalog_build.h"
#include "source/postgres/postgres_catalog_facts.h"
#include "source/postgres/postgres_filters.h"

namespace tidewire::source {
namespace {

using std::chrono::steady_clock;

// A Relation message comes when the server sees a table for the first time in a session: thousands
// in a row when there are so many tables. From the second on within this time all tables are read
// at once, and what was read serves for as long.
constexpr std::chrono::milliseconds kBurst{2000};
constexpr int kSinglesInBurst = 16;

bool SameTable(const CapturedTable& a, const CapturedTable& b) {
  return a.oid == b.oid && a.stream_from == b.stream_from && a.wire_to_column == b.wire_to_column &&
         a.wire_type_oids == b.wire_type_oids && a.wire_type_modifiers == b.wire_type_modifiers &&
         a.schema() == b.schema();
}

// The server streams a commit a moment before other sessions see it (with synchronous replication,
// before the standby has answered): the catalog must not be read too early.
void AwaitVisible(PGconn* connection, uint32_t transaction) {
  if (transaction == 0) return;
  constexpr std::chrono::milliseconds kWaitMax{2000};
  const auto deadline = steady_clock::now() + kWaitMax;
  const std::string sql = fmt::format(
      "SELECT running, CASE WHEN running THEN pg_catalog.pg_sleep(0.001) END FROM (SELECT"
      " (({0} - (pg_catalog.pg_snapshot_xmax(s)::text::bigint & 4294967295)) & 4294967295)"
      " < 2147483648 OR EXISTS (SELECT FROM pg_catalog.pg_snapshot_xip(s) x"
      " WHERE x::text::bigint & 4294967295 = {0}) AS running"
      " FROM pg_catalog.pg_current_snapshot() s) looked",
      transaction);
  while (steady_clock::now() < deadline) {
    const PgResultHandle row = PgExecute(connection, sql, "wait for the transaction to be seen");
    if (PgText(row.get(), 0, 0) != "t") return;
  }
}

std::vector<std::pair<uint32_t, int32_t>> TypesOf(const RelationMessage& relation) {
  std::vector<std::pair<uint32_t, int32_t>> out;
  for (const auto& column : relation.columns) {
    out.emplace_back(column.type_oid, column.type_modifier);
  }
  return out;
}

}  // namespace

class PostgresCatalog::Impl {
 public:
  Impl(const PostgresSettings& settings, std::shared_ptr<const model::RenderOptions> render)
      : settings_(settings),
        render_(std::move(render)),
        filters_(MakePostgresFilters(settings.filters)) {}

  CapturedTablePtr ForRelation(const RelationMessage& relation) {
    if (!filters_.CapturesTable(relation.schema, relation.name)) return nullptr;
    const std::optional<TableFacts> facts = Look(relation);
    CapturedTablePtr table = Build(relation, facts ? &*facts : nullptr);
    CapturedTablePtr& last = last_[relation.oid];
    // The same object for the same version, so that batches and the log do not repeat schemas.
    if (last == nullptr || !SameTable(*last, *table)) last = std::move(table);
    return last;
  }

  void UseSnapshot(SnapshotState state) { snapshot_ = std::move(state); }

  std::vector<SnapshotTable> SnapshotTables(PGconn* connection) {
    PGconn* const reader = connection == nullptr ? Connection() : connection;
    if (connection != nullptr) UseEmptySearchPath(connection);
    const PublicationFacts publication = ReadPublication(reader, settings_.publication_name);
    std::vector<TableFacts> all = ReadTables(reader, std::nullopt);
    std::erase_if(all, [&](const TableFacts& table) { return !IsRead(table, publication); });
    Prepare(all);
    OrderByForeignKeys(reader, all);
    std::vector<SnapshotTable> out;
    out.reserve(all.size());
    for (const TableFacts& table : all) out.push_back(MakeSnapshotTable(table, publication));
    return out;
  }

  std::vector<std::pair<std::string, std::string>> CapturedNames(PGconn* connection) {
    PGconn* const reader = connection == nullptr ? Connection() : connection;
    const auto rows = PgExecute(reader,
                                "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
                                " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'"
                                " ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"",
                                "read the names of the tables");
    std::vector<std::pair<std::string, std::string>> out;
    for (int row = 0; row < PQntuples(rows.get()); ++row) {
      const std::string_view schema = PgText(rows.get(), row, 0);
      const std::string_view name = PgText(rows.get(), row, 1);
      if (filters_.CapturesTable(schema, name)) out.emplace_back(schema, name);
    }
    return out;
  }

 private:
  // A session of its own, outside any transaction.
  PGconn* Connection() {
    if (connection_ != nullptr && PQstatus(connection_.get()) == CONNECTION_OK) {
      return connection_.get();
    }
    connection_ = PgConnect(settings_.connection, PgSession::kQuery);
    UseEmptySearchPath(connection_.get());
    PgExecute(connection_.get(),
              fmt::format("SET statement_timeout = {}", settings_.query_timeout.count()),
              "set the time limit of statements");
    if (!types_loaded_) types_.LoadAll(connection_.get());
    types_loaded_ = true;
    return connection_.get();
  }

  // What the catalog says now; nothing when the table is gone. A connection that broke while it was
  // idle is no failure.
  std::optional<TableFacts> Look(const RelationMessage& relation) {
    const auto now = steady_clock::now();
    if (now - burst_since_ > kBurst) {
      burst_since_ = now;
      singles_ = 0;
      burst_.clear();
    }
    const auto it = burst_.find(relation.oid);
    if (it != burst_.end()) {
      TableFacts facts = std::move(it->second);
      burst_.erase(it);
      const bool fits =
          std::all_of(relation.columns.begin(), relation.columns.end(),
                      [&](const auto& column) { return MatchColumn(&facts, column) != nullptr; });
      types_.Load(Connection(), TypesOf(relation));
      if (fits) return facts;
    }
    if (++singles_ > kSinglesInBurst && burst_.empty()) {
      LoadBurst();
      singles_ = -static_cast<int>(burst_.size());
      return Look(relation);
    }
    return LookAlone(relation, PQstatus(Connection()) == CONNECTION_OK);
  }

  std::optional<TableFacts> LookAlone(const RelationMessage& relation, bool may_retry) {
    try {
      AwaitVisible(Connection(), relation.transaction);
      std::vector<TableFacts> one = ReadTables(Connection(), relation.oid);
      types_.Load(Connection(), TypesOf(relation));
      if (one.empty()) return std::nullopt;
      Prepare(one);
      return std::move(one.front());
    } catch (const RetriableError&) {
      if (!may_retry || PQstatus(connection_.get()) == CONNECTION_OK) throw;
      return LookAlone(relation, false);
    }
  }

  void LoadBurst() {
    std::vector<TableFacts> all = ReadTables(Connection(), std::nullopt);
    std::erase_if(all, [&](const TableFacts& table) {
      return !filters_.CapturesTable(table.schema, table.name);
    });
    Prepare(all);
    for (TableFacts& table : all) burst_.emplace(table.oid, std::move(table));
    burst_since_ = steady_clock::now();
  }

  // Types and defaults of tables that were read.
  void Prepare(std::vector<TableFacts>& tables) {
    PGconn* const connection = Connection();
    std::set<std::pair<uint32_t, int32_t>> types;
    std::vector<TableFacts*> pointers;
    for (TableFacts& table : tables) {
      pointers.push_back(&table);
      for (const ColumnFacts& column : table.columns) {
        types.emplace(column.type_oid, column.type_modifier);
      }
    }
    types_.Load(connection, {types.begin(), types.end()});
    ResolveDefaults(connection, types_, pointers);
  }

  CapturedTablePtr Build(const RelationMessage& relation, const TableFacts* facts) {
    BuiltTable built = BuildTable(relation, facts, types_, filters_, settings_.connection.database);
    WarnOfTypes(built.schema);
    auto table = std::make_shared<CapturedTable>();
    table->oid = relation.oid;
    table->wire_to_column = std::move(built.wire_to_column);
    for (const auto& column : relation.columns) {
      table->wire_type_oids.push_back(column.type_oid);
      table->wire_type_modifiers.push_back(column.type_modifier);
    }
    if (snapshot_ && filters_.InSnapshot(relation.schema, relation.name)) {
      table->stream_from = Lsn{snapshot_->StreamFrom({relation.schema, relation.name})};
    }
    auto topic = std::make_shared<model::TopicSchema>();
    topic->topic = settings_.events.TopicOf(relation.schema, relation.name);
    topic->base_topic = topic->topic;
    topic->render = render_;
    topic->table = std::make_shared<model::TableSchema>(std::move(built.schema));
    table->topic_schema = std::move(topic);
    return table;
  }

  void WarnOfTypes(const model::TableSchema& table) {
    for (const model::Column& column : table.columns) {
      if (column.type.documented || !warned_types_.insert(column.type.native).second) continue;
      Logger("source.postgres")
          .warn(
              "connector {}: column {}.{}.{} has type {}, for which Debezium documents no form: "
              "sinks get its text, and events show it ({})",
              settings_.events.connector_name, table.schema, table.name, column.name,
              column.type.native,
              render_->include_unknown_datatypes
                  ? "as bytes: include.unknown.datatypes=true"
                  : "as a string; include.unknown.datatypes=true makes it bytes");
    }
  }

  bool IsRead(const TableFacts& table, const PublicationFacts& publication) const {
    if (!filters_.CapturesTable(table.schema, table.name)) return false;
    if (!filters_.InSnapshot(table.schema, table.name)) return false;
    const bool via_root =
        publication.exists ? publication.via_root : settings_.publish_via_partition_root;
    if (table.kind == 'p') return via_root && !table.is_partition;
    if (!table.is_partition || !via_root) return true;
    return publication.tables.contains({table.schema, table.name});
  }

  SnapshotTable MakeSnapshotTable(const TableFacts& facts, const PublicationFacts& publication) {
    SnapshotTable out;
    std::vector<std::string> published;
    const auto it = publication.tables.find({facts.schema, facts.name});
    if (it != publication.tables.end()) {
      published = it->second.columns;
      out.row_filter = it->second.row_filter;
    } else if (publication.exists) {
      Logger("source.postgres")
          .warn(
              "connector {}: table {}.{} is captured but publication {} does not hold it: its "
              "rows are read once and its changes are never seen; ALTER PUBLICATION {} ADD TABLE "
              "{}.{}",
              settings_.events.connector_name, facts.schema, facts.name, settings_.publication_name,
              PgQuoteIdentifier(settings_.publication_name), PgQuoteIdentifier(facts.schema),
              PgQuoteIdentifier(facts.name));
    }
    RelationMessage relation = RelationOf(facts, published);
    out.table = Build(relation, &facts);
    // Columns that are filtered out need not be read at all.
    std::vector<RelationMessage::Column> kept;
    for (size_t i = 0; i < relation.columns.size(); ++i) {
      if (out.table->wire_to_column[i] >= 0) kept.push_back(relation.columns[i]);
    }
    if (kept.size() != relation.columns.size()) {
      relation.columns = std::move(kept);
      out.table = Build(relation, &facts);
    }
    for (const auto& column : relation.columns) out.select_columns.push_back(column.name);
    out.generated_columns = std::any_of(facts.columns.begin(), facts.columns.end(),
                                        [](const ColumnFacts& column) { return column.generated; });
    out.schema = facts.schema;
    out.name = facts.name;
    out.partitioned = facts.kind == 'p';
    out.estimated_rows = facts.estimated_rows;
    out.pages = facts.pages;
    return out;
  }

  const PostgresSettings& settings_;
  const std::shared_ptr<const model::RenderOptions> render_;
  const CaptureFilters filters_;
  PgConnectionHandle connection_;
  PostgresTypes types_;
  bool types_loaded_ = false;
  std::optional<SnapshotState> snapshot_;
  std::unordered_map<uint32_t, CapturedTablePtr> last_;
  std::set<std::string> warned_types_;
  steady_clock::time_point burst_since_{};
  int singles_ = 0;
  std::unordered_map<uint32_t, TableFacts> burst_;
};

PostgresCatalog::PostgresCatalog(const PostgresSettings& settings,
                                 std::shared_ptr<const model::RenderOptions> render)
    : impl_(std::make_unique<Impl>(settings, std::move(render))) {}

PostgresCatalog::~PostgresCatalog() = default;

CapturedTablePtr PostgresCatalog::ForRelation(const RelationMessage& relation) {
  return impl_->ForRelation(relation);
}

void PostgresCatalog::UseSnapshot(SnapshotState state) { impl_->UseSnapshot(std::move(state)); }

std::vector<SnapshotTable> PostgresCatalog::SnapshotTables(PGconn* connection) {
  return impl_->SnapshotTables(connection);
}

std::vector<std::pair<std::string, std::string>> PostgresCatalog::CapturedNames(
    PGconn* connection) {
  return impl_->CapturedNames(connection);
}

}  // namespace tidewire::source
