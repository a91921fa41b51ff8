#include "sink/sql/row_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "base/logging.h"

namespace tidewire::sink {
namespace {

using model::Kind;
using model::TopicSchema;

// Readers may make a new object for a schema that is known; past so many the memory of them is not
// worth it.
constexpr size_t kKnownMax = 20'000;

struct KafkaColumn {
  const char* name;
  Kind kind;
};
// The key columns of pk.mode=kafka, as both real sinks name them.
constexpr KafkaColumn kKafkaColumns[] = {{"__connect_topic", Kind::kString},
                                         {"__connect_partition", Kind::kInt32},
                                         {"__connect_offset", Kind::kInt64}};

uint64_t NextPlanId() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1);
}

const char* KeyFieldsProperty(const SqlSinkOptions& options) {
  return options.naming == TableNaming::kSplitAtDots ? "pk.fields" : "primary.key.fields";
}

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

Kind ElementKind(const model::ColumnType& type) {
  const model::ColumnType* element = &type;
  while (element->kind == Kind::kArray && element->element) element = element->element.get();
  return element->kind;
}

bool HasUniqueKey(const RowPlan& plan) {
  std::vector<uint32_t> key;
  for (const uint32_t k : plan.key) key.push_back(plan.fields[k].target);
  std::sort(key.begin(), key.end());
  return std::any_of(plan.table->unique_keys.begin(), plan.table->unique_keys.end(),
                     [&](std::vector<uint32_t> unique) {
                       std::sort(unique.begin(), unique.end());
                       return unique == key;
                     });
}

}  // namespace

RowPlanner::RowPlanner(const SqlSinkOptions& options, TargetSession& session,
                       std::function<void()> before_change)
    : options_(options), session_(session), before_change_(std::move(before_change)) {}

void RowPlanner::Clear() {
  known_.clear();
  tables_.clear();
  plans_.clear();
}

const RowPlan* RowPlanner::Find(const model::TopicSchemaPtr& schema) const {
  const auto it = known_.find(schema.get());
  return it == known_.end() ? nullptr : it->second.plan.get();
}

const RowPlan& RowPlanner::PlanFor(const model::TopicSchemaPtr& schema) {
  if (const RowPlan* known = Find(schema)) return *known;
  RowPlanPtr plan = Make(*schema);
  for (const RowPlanPtr& other : plans_) {
    if (other->SameShape(*plan)) plan = other;
  }
  if (plans_.empty() || (plan != plans_.back() && !std::count(plans_.begin(), plans_.end(), plan)))
    plans_.push_back(plan);
  if (known_.size() > kKnownMax) known_.clear();
  known_[schema.get()] = {schema, plan};
  return *plan;
}

bool RowPlanner::IsKey(const TopicSchema& schema, uint32_t column) const {
  const std::string& name = schema.table->columns[column].name;
  switch (options_.key_mode) {
    case KeyMode::kNone:
    case KeyMode::kKafka:
      return false;
    case KeyMode::kRecordKey:
      return schema.table->IsKey(column) &&
             (options_.key_fields.empty() || Contains(options_.key_fields, name));
    case KeyMode::kRecordValue:
      return options_.key_fields.empty() || Contains(options_.key_fields, name);
  }
  return false;
}

// One entry for each column of the source (with an empty name where it is left out), then one for
// each extra column.
std::vector<WantedColumn> RowPlanner::Wanted(const TopicSchema& schema) const {
  std::vector<WantedColumn> out;
  for (uint32_t i = 0; i < schema.table->columns.size(); ++i) {
    const model::Column& column = schema.table->columns[i];
    WantedColumn wanted;
    wanted.key = IsKey(schema, i);
    if (wanted.key || TakesField(options_, schema.topic, column.name))
      wanted.name = ResolveIdentifier(options_, column.name);
    wanted.type = column.type;
    wanted.source_kind = schema.render ? schema.render->connector_kind : "";
    wanted.nullable = column.nullable && !wanted.key;
    wanted.default_text = column.generated || column.identity ? std::nullopt : column.default_text;
    if (column.generated) wanted.generation = column.generation;
    out.push_back(std::move(wanted));
  }
  for (const model::AddedColumn& added : model::AddedColumns(schema)) {
    WantedColumn wanted;
    wanted.name = ResolveIdentifier(options_, added.column.name);
    wanted.type = added.column.type;
    out.push_back(std::move(wanted));
  }
  if (options_.key_mode == KeyMode::kKafka) {
    for (const KafkaColumn& kafka : kKafkaColumns) {
      const auto place = static_cast<size_t>(&kafka - kKafkaColumns);
      WantedColumn wanted;
      wanted.name = options_.key_fields.size() == std::size(kKafkaColumns)
                        ? options_.key_fields[place]
                        : kafka.name;
      wanted.type.kind = kafka.kind;
      wanted.nullable = false;
      wanted.key = true;
      out.push_back(std::move(wanted));
    }
  }
  return out;
}

RowPlanPtr RowPlanner::Make(const TopicSchema& schema) {
  const TableName name = ResolveTableName(options_, schema);
  const std::vector<WantedColumn> wanted = Wanted(schema);
  auto plan = std::make_shared<RowPlan>();
  plan->id = NextPlanId();
  plan->table = PrepareTable(schema, name, wanted);
  plan->source_columns = static_cast<uint32_t>(schema.table->columns.size());
  plan->added = model::AddedColumns(schema);
  plan->kafka_columns = options_.key_mode == KeyMode::kKafka;
  std::vector<std::pair<uint32_t, uint32_t>> key;  // Place in the source's key, field.
  for (uint32_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].name.empty()) continue;
    const auto target = plan->table->Find(wanted[i].name);
    if (!target || plan->table->columns[*target].generated) continue;
    if (wanted[i].key) {
      const auto& order = schema.table->key;
      const auto place = std::find(order.begin(), order.end(), i) - order.begin();
      key.emplace_back(static_cast<uint32_t>(place), static_cast<uint32_t>(plan->fields.size()));
    }
    plan->fields.push_back(
        {i, *target, wanted[i].type.kind, wanted[i].key, ElementKind(wanted[i].type)});
  }
  std::stable_sort(key.begin(), key.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [place, field] : key) plan->key.push_back(field);
  plan->unique_key = plan->has_key() && HasUniqueKey(*plan);
  if (plan->has_key() && !plan->unique_key && options_.insert_mode == InsertMode::kUpsert) {
    Logger("sink.sql")
        .warn(
            "{}: table \"{}\".\"{}\" has no unique index over just the key of topic {}; upserts "
            "look each row up first",
            options_.connector, plan->table->name.schema, plan->table->name.name, schema.topic);
  }
  return plan;
}

TargetTablePtr RowPlanner::PrepareTable(const TopicSchema& schema, const TableName& name,
                                        const std::vector<WantedColumn>& wanted) {
  TargetTablePtr& known = tables_[{name.schema, name.name}];
  if (!known) known = session_.Describe(name);
  std::vector<WantedColumn> named = wanted;
  std::erase_if(named, [](const WantedColumn& column) { return column.name.empty(); });
  if (!known && options_.create_tables) {
    before_change_();
    session_.CreateTable(name, named);
    known = session_.Describe(name);
  } else if (known && options_.evolve_tables) {
    const TargetTablePtr former = known;
    const std::vector<std::string> changes = session_.EvolutionOf(*former, named);
    if (!changes.empty()) {
      before_change_();
      session_.Alter(changes);
      Forget(*former);
      known = session_.Describe(name);
    }
  }
  if (!known) {
    throw DataError(fmt::format(
        "{}: topic {} goes to table \"{}\".\"{}\", which does not exist; create it, or set {}",
        options_.connector, schema.topic, name.schema, name.name,
        options_.naming == TableNaming::kSplitAtDots ? "auto.create=true"
                                                     : "schema.evolution=basic"));
  }
  Check(schema, *known, wanted);
  return known;
}

void RowPlanner::Check(const TopicSchema& schema, const TargetTable& table,
                       const std::vector<WantedColumn>& wanted) const {
  for (const WantedColumn& column : wanted) {
    if (column.name.empty() || table.Find(column.name)) continue;
    throw DataError(fmt::format(
        "{}: table \"{}\".\"{}\" has no column \"{}\" (topic {}); add it, leave the field out, or "
        "set {}",
        options_.connector, table.name.schema, table.name.name, column.name, schema.topic,
        options_.naming == TableNaming::kSplitAtDots ? "auto.evolve=true"
                                                     : "schema.evolution=basic"));
  }
  const bool of_record =
      options_.key_mode == KeyMode::kRecordKey || options_.key_mode == KeyMode::kRecordValue;
  for (const std::string& field : options_.key_fields) {
    const auto& columns = schema.table->columns;
    const auto at = std::find_if(columns.begin(), columns.end(),
                                 [&](const model::Column& column) { return column.name == field; });
    if (!of_record ||
        (at != columns.end() && IsKey(schema, static_cast<uint32_t>(at - columns.begin())))) {
      continue;
    }
    throw DataError(fmt::format(
        "{}: the {} of topic {} has no field '{}', which {} names; correct {}, or leave the topic "
        "out of this sink",
        options_.connector, options_.key_mode == KeyMode::kRecordKey ? "key" : "value",
        schema.topic, field, KeyFieldsProperty(options_), KeyFieldsProperty(options_)));
  }
}

void RowPlanner::Forget(const TargetTable& table) {
  for (auto& [schema, known] : known_) {
    if (known.plan && known.plan->table->id == table.id) known.plan = nullptr;
  }
  for (auto& [name, known] : tables_) {
    if (known && known->id == table.id) known = nullptr;
  }
}

}  // namespace tidewire::sink
