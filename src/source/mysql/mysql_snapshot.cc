#include "source/mysql/mysql_snapshot.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <set>

#include "base/error.h"
#include "base/logging.h"
#include "source/mysql/mysql_names.h"
#include "source/mysql/mysql_row_reader.h"
#include "source/mysql/mysql_schema_recorder.h"
#include "source/snapshot_crew.h"
#include "source/snapshot_ledger.h"
#include "source/snapshot_order.h"
#include "source/snapshot_writer.h"

namespace tidewire::source {
namespace {

using client::MysqlConnection;
using client::MysqlRow;

// Tables of fewer rows are read by one statement.
constexpr double kSplitRows = 100'000;
constexpr int kChunksPerThread = 4;

auto Log() { return Logger("source.mysql"); }

int64_t Number(std::string_view text) {
  int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// The primary key's only column, where it is a number; null: it is not.
const MysqlColumn* NumericKey(const MysqlTable& table) {
  if (table.primary_key.size() != 1) return nullptr;
  for (const MysqlColumn& column : table.columns) {
    if (!SameName(column.name, table.primary_key.front())) continue;
    return column.base <= MysqlBase::kBigInt ? &column : nullptr;
  }
  return nullptr;
}

}  // namespace

MysqlSnapshot::MysqlSnapshot(const MysqlSettings& settings, MysqlTables& tables,
                             MysqlHistory& history,
                             std::shared_ptr<const model::RenderOptions> render,
                             SourceContext& context, Clock& clock)
    : settings_(settings),
      tables_(tables),
      history_(history),
      render_(std::move(render)),
      context_(context),
      clock_(clock) {}

std::vector<MysqlTableId> MysqlSnapshot::CapturedTables(MysqlConnection& connection) const {
  auto rows = connection.Query(
      "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES"
      " WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')",
      "list its tables");
  std::set<MysqlTableId> out;
  while (const MysqlRow row = rows.Next()) {
    MysqlTableId id{row.text(0), row.text(1)};
    if (tables_.Captures(id)) out.insert(std::move(id));
  }
  return {out.begin(), out.end()};
}

std::optional<MysqlSnapshot::Done> MysqlSnapshot::Run(std::optional<Done> earlier, bool rows,
                                                      std::stop_token stop) {
  const std::string partition = settings_.events.Partition();
  const auto threads = static_cast<size_t>(std::max(1, settings_.snapshot.threads));
  const std::vector<MysqlTableId> captured = CapturedTables(tables_.connection());
  std::vector<std::pair<MysqlTableId, std::string>> structures;
  MysqlSnapshotView view = TakeMysqlView(settings_, tables_.server(), captured, rows ? threads : 1,
                                         [&](MysqlConnection& session) {
                                           for (const MysqlTableId& id : captured) {
                                             if (auto text = ShowCreateTable(session, id))
                                               structures.emplace_back(id, *text);
                                           }
                                         });
  MysqlPosition here;
  here.file = view.end.file;
  here.pos = view.end.pos;
  here.gtids = view.end.gtids;
  here.ts_sec = view.ts_us / 1'000'000;
  const uint64_t place = BinlogPlace(here.file, here.pos);
  // Where the stream begins: at the first view, or where it was before.
  SnapshotState state = SnapshotState::Begin(place);
  MysqlPosition position = here;
  if (earlier) {
    position = earlier->position;
    state = std::move(earlier->state);
  }
  if (!RecordStructures(structures, view, here, position, partition)) return std::nullopt;
  if (!rows) {
    state.Complete();
    return Done{std::move(position), std::move(state)};
  }
  std::vector<Table> tables = PlanTables(*view.sessions.front(), state);
  if (state.attempts().empty()) {
    Log().info("snapshot of {} tables as of {} begins", tables.size(), here.ToString());
  } else {
    Log().info("the snapshot resumes with a new view, as of {}: {} tables are left",
               here.ToString(), tables.size());
  }
  state.BeginAttempt(place, here.gtids.value_or(""));
  std::optional<SnapshotState> read =
      ReadRows(view, here, position, std::move(tables), std::move(state), partition, stop);
  if (!read) return std::nullopt;
  return Done{std::move(position), std::move(*read)};
}

void MysqlSnapshot::RecordCurrentStructures(const MysqlPosition& position) {
  MysqlConnection& connection = tables_.connection();
  std::vector<std::pair<MysqlTableId, std::string>> structures;
  for (const MysqlTableId& id : CapturedTables(connection)) {
    if (auto text = ShowCreateTable(connection, id)) structures.emplace_back(id, *text);
  }
  MysqlSnapshotView view;
  view.ts_us = clock_.WallNanos() / 1000;
  RecordStructures(structures, view, position, position, settings_.events.Partition());
}

// The statements that would make the structures anew, as Debezium records them.
bool MysqlSnapshot::RecordStructures(
    const std::vector<std::pair<MysqlTableId, std::string>>& structures,
    const MysqlSnapshotView& view, const MysqlPosition& here, const MysqlPosition& position,
    const std::string& partition) {
  MysqlSchemaRecorder recorder(settings_, tables_, history_, render_);
  auto batch = std::make_unique<model::ChangeBatch>();
  batch->transactions.push_back(TransactionOf(view, here));
  HistoryPosition at = here.ForHistory();
  at.snapshot = "INITIAL";
  DdlContext context = tables_.DefaultContext();
  const auto record = [&](const std::string& database, const std::string& ddl) {
    context.database = database;
    const int64_t now_ns = clock_.WallNanos();
    SchemaChangeSource source;
    source.ts_ns = now_ns;
    source.snapshot = "true";
    source.file = here.file;
    source.pos = static_cast<int64_t>(here.pos);
    recorder.Record(*batch, tables_.Follow(context, ddl), std::move(source), at, now_ns / 1'000'000,
                    [&](model::Record& added) {
                      added.transaction = 0;
                      added.position = here.pos;
                      added.ts_ns = now_ns;
                      added.snapshot = model::SnapshotMark::kTrue;
                    });
  };
  record("", ServerDefaultsDdl(tables_.server().defaults));
  std::set<std::string> databases;
  for (const auto& [id, text] : structures) {
    record(id.first, DropTableDdl(id));
    databases.insert(id.first);
  }
  const std::map<std::string, MysqlCharset> defaults = DatabaseDefaults(databases);
  for (const std::string& database : databases) {
    const auto found = defaults.find(database);
    record(database, DropDatabaseDdl(database));
    record(database, CreateDatabaseDdl(database, found == defaults.end() ? tables_.server().defaults
                                                                         : found->second));
    record(database, UseDdl(database));
    for (const auto& [id, text] : structures) {
      if (id.first == database) record(database, text);
    }
  }
  batch->offset = model::SourceOffset{partition, position.ToJson(R"("snapshot":"INITIAL")")};
  return context_.Emit(std::move(batch));
}

std::map<std::string, MysqlCharset> MysqlSnapshot::DatabaseDefaults(
    const std::set<std::string>& databases) {
  std::map<std::string, MysqlCharset> out;
  auto rows = tables_.connection().Query(
      "SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM"
      " information_schema.SCHEMATA",
      "list its databases");
  while (const MysqlRow row = rows.Next()) {
    if (databases.contains(row.text(0))) out[row.text(0)] = {row.text(1), row.text(2)};
  }
  return out;
}

model::Transaction MysqlSnapshot::TransactionOf(const MysqlSnapshotView& view,
                                                const MysqlPosition& here) {
  model::Transaction out;
  out.begin_position = here.pos;
  // Whole seconds, as the events of a binlog have them.
  out.commit_ts_us = view.ts_us / 1'000'000 * 1'000'000;
  out.file = here.file;
  return out;
}

std::vector<MysqlSnapshot::Table> MysqlSnapshot::PlanTables(MysqlConnection& connection,
                                                            const SnapshotState& state) {
  std::map<MysqlTableId, double> estimates;
  auto rows = connection.Query(
      "SELECT TABLE_SCHEMA, TABLE_NAME, COALESCE(TABLE_ROWS, 0) FROM information_schema.TABLES",
      "tell the sizes of its tables");
  while (const MysqlRow row = rows.Next()) {
    estimates[{row.text(0), row.text(1)}] = static_cast<double>(Number(row[2]));
  }
  std::vector<Table> out;
  std::map<MysqlTableId, size_t> index;
  for (const auto& [id, definition] : tables_.schema().tables()) {
    if (!tables_.Captures(id) || !tables_.filters().InSnapshot(id.first, id.second)) continue;
    if (state.IsDone(id)) continue;
    index[id] = out.size();
    out.push_back({definition, tables_.shapes().Of(*definition), estimates[id]});
  }
  if (settings_.order_by_row_count) {
    std::stable_sort(out.begin(), out.end(), [&](const Table& a, const Table& b) {
      return settings_.largest_first ? a.estimated_rows > b.estimated_rows
                                     : a.estimated_rows < b.estimated_rows;
    });
    return out;
  }
  std::vector<TableReference> references;
  auto keys = connection.Query(
      "SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME"
      " FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL",
      "list its foreign keys");
  while (const MysqlRow row = keys.Next()) {
    const auto from = index.find({row.text(0), row.text(1)});
    const auto to = index.find({row.text(2), row.text(3)});
    if (from != index.end() && to != index.end()) references.push_back({from->second, to->second});
  }
  std::vector<Table> ordered;
  for (const size_t i : ReferredFirst(out.size(), references)) ordered.push_back(std::move(out[i]));
  return ordered;
}

// Ranges of a numeric key; a table without one, or a small one, is one chunk.
std::vector<MysqlSnapshot::Chunk> MysqlSnapshot::PlanChunks(
    MysqlConnection& connection, const std::vector<Table>& tables) const {
  const int threads = std::max(1, settings_.snapshot.threads);
  std::vector<Chunk> out;
  for (size_t i = 0; i < tables.size(); ++i) {
    const MysqlTable& table = *tables[i].definition;
    const MysqlColumn* const key = NumericKey(table);
    if (threads < 2 || tables[i].estimated_rows < kSplitRows || key == nullptr) {
      out.push_back({i, ""});
      continue;
    }
    const std::string column = client::MysqlQuote(key->name);
    auto rows = connection.Query(
        fmt::format("SELECT CAST(MIN({0}) AS DECIMAL(30)), CAST(MAX({0}) AS DECIMAL(30)) FROM {1}",
                    column, client::MysqlQuote(table.database, table.name)),
        "tell the range of a key");
    const MysqlRow row = rows.Next();
    if (!row || row.is_null(0)) {
      out.push_back({i, ""});
      continue;
    }
    const double first = std::strtod(row.text(0).c_str(), nullptr);
    const double last = std::strtod(row.text(1).c_str(), nullptr);
    const int parts = threads * kChunksPerThread;
    const auto bound = [&](int part) {
      return fmt::format("{:.0f}", first + (last - first) / parts * part);
    };
    for (int part = 0; part < parts; ++part) {
      std::string where;
      if (part > 0) where = fmt::format("{} >= {}", column, bound(part));
      if (part + 1 < parts) {
        where += fmt::format("{}{} < {}", where.empty() ? "" : " AND ", column, bound(part + 1));
      }
      out.push_back({i, std::move(where)});
    }
  }
  return out;
}

std::optional<SnapshotState> MysqlSnapshot::ReadRows(MysqlSnapshotView& view,
                                                     const MysqlPosition& here,
                                                     const MysqlPosition& position,
                                                     std::vector<Table> tables, SnapshotState state,
                                                     const std::string& partition,
                                                     std::stop_token stop) {
  const std::vector<Chunk> chunks = PlanChunks(*view.sessions.front(), tables);
  std::vector<SnapshotLedger::Table> ledger_tables;
  for (const Table& table : tables) {
    ledger_tables.push_back({{table.definition->database, table.definition->name},
                             table.shape.topic,
                             table.estimated_rows});
  }
  std::vector<size_t> chunk_tables;
  for (const Chunk& chunk : chunks) chunk_tables.push_back(chunk.table);
  SnapshotFacts facts;
  facts.logger = "source.mysql";
  facts.partition = partition;
  facts.transaction = TransactionOf(view, here);
  facts.position = here.pos;
  facts.offset = [position](const std::string& member, bool last) {
    std::string more = fmt::format(R"("snapshot":"INITIAL","snapshot_completed":{})", last);
    if (!member.empty()) more += "," + member;
    return position.ToJson(more);
  };
  const size_t workers = std::clamp<size_t>(chunks.size(), 1, view.sessions.size());
  SnapshotLedger ledger(context_, std::move(facts), std::move(ledger_tables),
                        std::move(chunk_tables), workers, std::move(state), clock_);
  std::vector<SnapshotCrew::Worker> runs;
  for (size_t i = 0; i < workers; ++i) {
    runs.emplace_back([&, session = view.sessions[i].get()](std::stop_token token) {
      return ReadChunks(*session, tables, chunks, ledger, std::move(token));
    });
  }
  if (!SnapshotCrew(ledger, context_).Run(runs, stop)) return std::nullopt;
  return ledger.TakeState();
}

bool MysqlSnapshot::ReadChunks(MysqlConnection& session, const std::vector<Table>& tables,
                               const std::vector<Chunk>& chunks, SnapshotLedger& ledger,
                               std::stop_token stop) {
  const std::stop_callback interrupt(stop, [&] { session.Interrupt(); });
  SnapshotWriter writer(ledger, settings_.events.batch_records_max, settings_.snapshot.fetch_rows,
                        clock_);
  while (const auto next = ledger.Next()) {
    if (stop.stop_requested()) return false;
    const Chunk& chunk = chunks[*next];
    const Table& table = tables[chunk.table];
    std::string columns;
    for (size_t i = 0; i < table.definition->columns.size(); ++i) {
      if (table.shape.columns[i] < 0) continue;
      if (!columns.empty()) columns += ", ";
      columns += client::MysqlQuote(table.definition->columns[i].name);
    }
    std::string sql =
        fmt::format("SELECT {} FROM {}", columns,
                    client::MysqlQuote(table.definition->database, table.definition->name));
    if (!chunk.where.empty()) sql += " WHERE " + chunk.where;
    try {
      MysqlRowReader reader(session, sql, *table.definition, table.shape, tables_.shapes());
      writer.BeginChunk(chunk.table);
      while (reader.Fetch()) {
        if (!writer.MakeRoom()) return false;
        writer.Add(reader.Read(writer.batch().arena));
      }
      writer.FinishChunk();
    } catch (const Error&) {
      if (stop.stop_requested()) return false;
      throw;
    }
  }
  return !stop.stop_requested() && writer.Leave();
}

}  // namespace tidewire::source
