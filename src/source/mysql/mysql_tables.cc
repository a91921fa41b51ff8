#include "source/mysql/mysql_tables.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/logging.h"
#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

// Bits of sql_mode that change what a statement's text means.
constexpr uint64_t kRealAsFloat = 1;
constexpr uint64_t kAnsiQuotes = 4;
constexpr uint64_t kNoBackslashEscapes = 0x100000;

auto Log() { return Logger("source.mysql"); }

MysqlTableId Folded(MysqlTableId id, bool fold) {
  if (fold) {
    id.first = FoldName(id.first);
    id.second = FoldName(id.second);
  }
  return id;
}

}  // namespace

MysqlTables::MysqlTables(const MysqlSettings& settings, MysqlServer server,
                         std::shared_ptr<const model::RenderOptions> render)
    : settings_(settings),
      server_(std::move(server)),
      filters_(settings.filters, settings.ignore_builtin ? IsMysqlSystemDatabase : nullptr),
      shapes_(settings, filters_, std::move(render)),
      parser_([&] {
        DdlParser::Options options;
        options.fold_names = server_.fold_names;
        return options;
      }()),
      charsets_([this](const std::string& name) { return LoadCharset(connection(), name); }) {
  schema_.server = server_.defaults;
}

client::MysqlConnection& MysqlTables::connection() {
  if (connection_ == nullptr) {
    connection_ = std::make_unique<client::MysqlConnection>(settings_.connection);
  }
  return *connection_;
}

DdlContext MysqlTables::DefaultContext() const {
  DdlContext out;
  out.server = server_.defaults;
  out.mode.mariadb = server_.mariadb;
  out.mode.version = server_.version;
  out.mode.explicit_timestamp_defaults = server_.explicit_timestamp_defaults;
  return out;
}

DdlContext MysqlTables::ContextOf(const QueryEvent& query) const {
  DdlContext out = DefaultContext();
  out.database = Folded({std::string(query.database), ""}, server_.fold_names).first;
  if (query.server_collation != 0) out.server = server_.CharsetOf(query.server_collation);
  out.mode.ansi_quotes = (query.sql_mode & kAnsiQuotes) != 0;
  out.mode.no_backslash_escapes = (query.sql_mode & kNoBackslashEscapes) != 0;
  out.mode.real_as_float = (query.sql_mode & kRealAsFloat) != 0;
  if (query.explicit_defaults_for_timestamp) {
    out.mode.explicit_timestamp_defaults = *query.explicit_defaults_for_timestamp;
  }
  return out;
}

std::string_view MysqlTables::TextOf(const QueryEvent& query, Arena& storage) {
  if (query.client_collation == 0) return query.sql;
  return charsets_.Find(server_.CharsetOf(query.client_collation).charset)
      .Decode(query.sql, storage);
}

std::vector<SchemaChange> MysqlTables::Follow(const DdlContext& context, std::string_view sql) {
  std::vector<SchemaChange> changes = parser_.Apply(schema_, context, sql);
  for (SchemaChange& change : changes) {
    if (change.kind == SchemaChange::Kind::kReread) Reread(change);
  }
  return changes;
}

// The change becomes what it was meant to be, with what the server has now.
void MysqlTables::Reread(SchemaChange& change) {
  if (!Captures(change.id)) return;
  change.table = ReadFromServer(change.id);
  Log().warn("connector {}: {}; table {}.{} is read again from the server as it is now{}: {}",
             settings_.events.connector_name, change.warning, change.id.first, change.id.second,
             change.table == nullptr ? ", where it is gone" : "", change.ddl.substr(0, 500));
  if (change.table == nullptr) return;
  schema_.Put(change.table);
  change.kind = change.meant;
}

MysqlTablePtr MysqlTables::ReadFromServer(const MysqlTableId& id) {
  std::optional<std::string> text;
  try {
    text = ShowCreateTable(connection(), id);
  } catch (const RetriableError&) {
    // A session that broke while it was idle is no failure.
    connection_.reset();
    text = ShowCreateTable(connection(), id);
  }
  if (!text) return nullptr;
  DdlContext context = DefaultContext();
  context.database = id.first;
  return parser_.ReadTable(schema_, context, id, *text);
}

MysqlRelation& MysqlTables::RelationOf(const MysqlTableId& id) {
  const auto [it, added] = relations_.try_emplace(id);
  if (added) it->second.SetName(id.first + '.' + id.second);
  return it->second;
}

void MysqlTables::Adopt(MysqlRelation& relation, MysqlTablePtr definition) {
  if (relation.definition == definition) return;
  MysqlTableShape::Shape shape = shapes_.Of(*definition);
  // The same object for the same version, so that batches and the log do not repeat schemas.
  const bool same =
      relation.shape.topic != nullptr && *relation.shape.topic->table == *shape.topic->table;
  if (same) shape.topic = relation.shape.topic;
  relation.definition = std::move(definition);
  relation.shape = std::move(shape);
  relation.decoder.reset();
  if (!same) relation.SetSchema(relation.shape.topic);
}

MysqlTablePtr MysqlTables::DefinitionFor(const MysqlTableId& id, const BinlogTableMap& map) {
  const MysqlTablePtr known = schema_.Find(id);
  const std::string why =
      known == nullptr ? "no definition of it is known" : WhyNotFitting(*known, map);
  if (why.empty()) return WithMetadata(known, map, server_, charsets_);
  if (map.has_names) {
    MysqlTablePtr told = TableFromMap(map, server_, known.get(), charsets_);
    Log().warn("connector {}: table {}.{}: {}; the binlog's own metadata is used",
               settings_.events.connector_name, id.first, id.second, why);
    schema_.Put(told);
    return told;
  }
  const MysqlTablePtr now = ReadFromServer(id);
  if (now != nullptr && WhyNotFitting(*now, map).empty()) {
    Log().warn(
        "connector {}: table {}.{}: {}; its definition is taken from the server as it is now",
        settings_.events.connector_name, id.first, id.second, why);
    schema_.Put(now);
    return WithMetadata(now, map, server_, charsets_);
  }
  throw DataError(fmt::format(
      "rows of table {}.{} cannot be read: {}, and the table at the server does not fit them "
      "either; "
      "take a new snapshot (stop the connector, DELETE its offsets, start it), and SET GLOBAL "
      "binlog_row_metadata = FULL so that rows explain themselves",
      id.first, id.second, why));
}

MysqlRelation* MysqlTables::ForMap(std::string_view body) {
  const BinlogTableMap map = ReadTableMap(body);
  const MysqlTableId id = Folded({map.database, map.table}, server_.fold_names);
  if (!Captures(id)) return nullptr;
  MysqlRelation& relation = RelationOf(id);
  Adopt(relation, DefinitionFor(id, map));
  if (relation.decoder == nullptr || relation.map != body) {
    relation.decoder =
        MakeRowDecoder(*relation.definition, map, relation.shape, shapes_, charsets_);
    relation.map = body;
  }
  return &relation;
}

MysqlRelation* MysqlTables::ForTable(const MysqlTableId& id) {
  if (!Captures(id)) return nullptr;
  const MysqlTablePtr definition = schema_.Find(id);
  if (definition == nullptr) return nullptr;
  MysqlRelation& relation = RelationOf(id);
  Adopt(relation, definition);
  return &relation;
}

}  // namespace tidewire::source
