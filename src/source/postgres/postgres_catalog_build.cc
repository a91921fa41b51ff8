#include "source/postgres/postgres_catalog_build.h"

namespace tidewire::source {
namespace {

using model::ReplicaIdentity;

// Where the catalog's columns are in the message; empty when one is not there by name and type.
std::vector<uint32_t> OnWire(const RelationMessage& relation, const TableFacts* facts,
                             const std::vector<uint32_t>& columns) {
  std::vector<uint32_t> out;
  for (const uint32_t index : columns) {
    const ColumnFacts& wanted = facts->columns[index];
    const auto it =
        std::find_if(relation.columns.begin(), relation.columns.end(),
                     [&](const RelationMessage::Column& column) {
                       return column.name == wanted.name && column.type_oid == wanted.type_oid;
                     });
    if (it == relation.columns.end()) return {};
    out.push_back(static_cast<uint32_t>(it - relation.columns.begin()));
  }
  return out;
}

std::vector<uint32_t> Flagged(const RelationMessage& relation) {
  std::vector<uint32_t> out;
  for (uint32_t i = 0; i < relation.columns.size(); ++i) {
    if (relation.columns[i].key) out.push_back(i);
  }
  return out;
}

bool SameSet(std::vector<uint32_t> a, std::vector<uint32_t> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

bool Within(const std::vector<uint32_t>& part, const std::vector<uint32_t>& whole) {
  return std::all_of(part.begin(), part.end(), [&](uint32_t each) {
    return std::find(whole.begin(), whole.end(), each) != whole.end();
  });
}

std::vector<uint32_t> Configured(const RelationMessage& relation,
                                 const std::vector<std::string>& names) {
  std::vector<uint32_t> out;
  for (const std::string& name : names) {
    for (uint32_t i = 0; i < relation.columns.size(); ++i) {
      if (relation.columns[i].name == name) out.push_back(i);
    }
  }
  return out;
}

// DEFAULT and USING INDEX: old rows hold the flagged columns and no others.
std::vector<uint32_t> KeyOfFlags(const std::vector<uint32_t>& flags,
                                 const std::vector<uint32_t>& primary,
                                 const std::vector<uint32_t>& index, char identity) {
  if (identity == 'i' && !primary.empty() && Within(primary, flags)) return primary;
  if (SameSet(primary, flags)) return primary;
  if (SameSet(index, flags)) return index;
  return flags;
}

ReplicaIdentity IdentityOf(char letter) {
  switch (letter) {
    case 'f':
      return ReplicaIdentity::kFull;
    case 'i':
      return ReplicaIdentity::kIndex;
    case 'n':
      return ReplicaIdentity::kNothing;
    default:
      return ReplicaIdentity::kDefault;
  }
}

model::Column BuildColumn(const RelationMessage::Column& wire, const ColumnFacts* facts, bool key,
                          const PostgresTypes& types) {
  model::Column out;
  out.name = wire.name;
  out.type = types.TypeOf(wire.type_oid, wire.type_modifier);
  out.nullable = facts == nullptr ? !key : !facts->not_null;
  if (facts == nullptr) return out;
  out.has_default = facts->has_default;
  out.default_text = facts->default_text;
  out.generated = facts->generated;
  if (facts->generated) out.generation = facts->default_expression;
  out.identity = facts->identity;
  return out;
}

}  // namespace

RelationMessage RelationOf(const TableFacts& facts, const std::vector<std::string>& published) {
  RelationMessage out;
  out.oid = facts.oid;
  out.schema = facts.schema;
  out.name = facts.name;
  out.replica_identity = facts.replica_identity;
  const auto& index = facts.replica_identity == 'd' ? facts.primary_key : facts.identity_index;
  for (uint32_t i = 0; i < facts.columns.size(); ++i) {
    const ColumnFacts& column = facts.columns[i];
    // pg_publication_tables leaves generated columns out; a snapshot can read them all the same.
    if (!published.empty() && !column.generated &&
        std::find(published.begin(), published.end(), column.name) == published.end()) {
      continue;
    }
    RelationMessage::Column wire;
    wire.name = column.name;
    wire.type_oid = column.type_oid;
    wire.type_modifier = column.type_modifier;
    wire.key =
        facts.replica_identity == 'f' ||
        (facts.replica_identity != 'n' && std::find(index.begin(), index.end(), i) != index.end());
    out.columns.push_back(std::move(wire));
  }
  return out;
}

std::vector<uint32_t> KeyOf(const RelationMessage& relation, const TableFacts* facts,
                            const std::vector<std::string>* configured) {
  if (configured != nullptr) {
    std::vector<uint32_t> key = Configured(relation, *configured);
    if (!key.empty()) return key;
  }
  const std::vector<uint32_t> flags = Flagged(relation);
  std::vector<uint32_t> primary, index, unique;
  if (facts != nullptr) {
    primary = OnWire(relation, facts, facts->primary_key);
    index = OnWire(relation, facts, facts->identity_index);
    unique = OnWire(relation, facts, facts->unique_index);
  }
  if (relation.replica_identity == 'f' || relation.replica_identity == 'n') {
    return primary.empty() ? unique : primary;
  }
  if (!flags.empty()) return KeyOfFlags(flags, primary, index, relation.replica_identity);
  // No flag: there was no primary key then, so one of today is no evidence.
  return primary.empty() ? unique : std::vector<uint32_t>();
}

const ColumnFacts* MatchColumn(const TableFacts* facts, const RelationMessage::Column& column) {
  if (facts == nullptr) return nullptr;
  for (const ColumnFacts& each : facts->columns) {
    if (each.name != column.name) continue;
    const bool same =
        each.type_oid == column.type_oid && each.type_modifier == column.type_modifier;
    return same ? &each : nullptr;
  }
  return nullptr;
}

BuiltTable BuildTable(const RelationMessage& relation, const TableFacts* facts,
                      const PostgresTypes& types, const CaptureFilters& filters,
                      const std::string& database) {
  BuiltTable out;
  out.schema.catalog = database;
  out.schema.schema = relation.schema;
  out.schema.name = relation.name;
  out.schema.replica_identity = IdentityOf(relation.replica_identity);
  const std::vector<uint32_t> key =
      KeyOf(relation, facts, filters.KeyColumns(relation.schema, relation.name));
  for (uint32_t i = 0; i < relation.columns.size(); ++i) {
    const RelationMessage::Column& wire = relation.columns[i];
    const bool in_key = std::find(key.begin(), key.end(), i) != key.end();
    if (!in_key && !filters.CapturesColumn(relation.schema, relation.name, wire.name)) {
      out.wire_to_column.push_back(-1);
      continue;
    }
    out.wire_to_column.push_back(static_cast<int>(out.schema.columns.size()));
    out.schema.columns.push_back(
        BuildColumn(wire, MatchColumn(facts, wire), in_key && wire.key, types));
  }
  for (const uint32_t wire : key) {
    out.schema.key.push_back(static_cast<uint32_t>(out.wire_to_column[wire]));
  }
  return out;
}

}  // namespace tidewire::source
