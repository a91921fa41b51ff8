#include "source/mysql/ddl_apply.h"

#include "source/mysql/ddl_columns.h"
#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

// A column on its way to the new version.
struct Slot {
  MysqlColumn column;
  std::string former;                   // Its name in the old version; empty: it is new.
  const DdlColumnSpec* spec = nullptr;  // Its definition in the statement, if there is one.
};

void SetDefault(MysqlColumn& column, std::string_view written, const DdlMode& mode) {
  DdlLexer lexer(written, mode);
  DdlCursor cursor(lexer);
  ParseDefaultValue(cursor, column);
}

void DropDefault(MysqlColumn& column) {
  column.has_default = false;
  column.default_text.reset();
  column.default_is_expression = false;
  column.default_written.clear();
}

bool DefaultsToNull(const MysqlColumn& column) {
  return column.has_default && !column.default_text && !column.default_is_expression;
}

// The most that a column of this type can hold, in bytes; 0: no TEXT.
uint64_t Capacity(MysqlBase base) {
  switch (base) {
    case MysqlBase::kTinyText:
      return 0xFF;
    case MysqlBase::kText:
      return 0xFFFF;
    case MysqlBase::kMediumText:
      return 0xFFFFFF;
    default:
      return 0;
  }
}

// Under another character set a TEXT is the smallest that holds as many characters as before.
void ConvertColumn(MysqlColumn& column, const MysqlCharset& to) {
  if (!HasCharset(column.base)) return;
  if (const uint64_t capacity = Capacity(column.base); capacity != 0) {
    const uint64_t characters = capacity / BytesPerCharacter(column.charset);
    column.base = MysqlBase::kText;
    column.length = static_cast<int32_t>(characters);
    column.charset = to.charset;
    column.collation = to.collation;
    SettleText(column, to, false);
    column.length = -1;
    column.type_name = TextTypeName(column.base);
    return;
  }
  column.charset = to.charset;
  column.collation = to.collation;
  SettleText(column, to, false);
}

class SpecApplier {
 public:
  SpecApplier(MysqlTable table, DdlTableSpec spec, const MysqlCharset& defaults,
              const DdlMode& mode)
      : table_(std::move(table)), spec_(std::move(spec)), defaults_(defaults), mode_(mode) {
    for (const MysqlColumn& column : table_.columns) former_names_.push_back(column.name);
  }

  Result<MysqlTable> Run() {
    if (ExceedsServers()) return Failure("it is larger than the servers allow");
    ApplyOptions();
    SettleColumns();
    if (auto why = KeepColumns(); !why.empty()) return Failure(std::move(why));
    if (auto why = AddColumns(); !why.empty()) return Failure(std::move(why));
    if (!mode_.explicit_timestamp_defaults) SettleTimestamps();
    CarryKeys();
    table_.columns.clear();
    for (Slot& slot : slots_) table_.columns.push_back(std::move(slot.column));
    if (auto why = ChangeKeys(); !why.empty()) return Failure(std::move(why));
    SettleNotNull();
    SortIndexes();
    return std::move(table_);
  }

 private:
  // The servers allow 4096 columns and 64 indexes. Clauses are compared with each other, so a text
  // that no server wrote must not have many more.
  bool ExceedsServers() const {
    constexpr size_t kMostColumns = 4096;
    constexpr size_t kMostKeys = 256;
    const size_t columns = spec_.columns.size() + spec_.changes.size() +
                           spec_.dropped_columns.size() + spec_.period_columns.size();
    const size_t keys = spec_.keys.size() + spec_.dropped_keys.size() + spec_.renamed_keys.size() +
                        spec_.dropped_constraints.size();
    return columns > kMostColumns || keys > kMostKeys ||
           table_.columns.size() + columns > 2 * kMostColumns;
  }

  void ApplyOptions() {
    if (spec_.comment) table_.comment = spec_.comment;
    const bool row_columns =
        std::any_of(spec_.columns.begin(), spec_.columns.end(),
                    [](const DdlColumnSpec& column) { return column.row_period; });
    if (spec_.system_versioned)
      table_.implicit_row_period = *spec_.system_versioned && !row_columns;
    if (spec_.charset.empty() && spec_.collation.empty() && !table_.charset.empty()) return;
    const bool of_database = table_.charset.empty() || SameWord(spec_.charset, "DEFAULT");
    const MysqlCharset now =
        ResolveCharset(spec_.charset, spec_.collation,
                       of_database ? defaults_ : MysqlCharset{table_.charset, table_.collation});
    table_.charset = now.charset;
    table_.collation = now.collation;
    if (!spec_.convert) return;
    for (MysqlColumn& column : table_.columns) ConvertColumn(column, now);
  }

  void SettleColumns() {
    const MysqlCharset charset{table_.charset, table_.collation};
    for (DdlColumnSpec& spec : spec_.columns) {
      MysqlColumn& column = spec.column;
      // A conversion is for all columns, those with a character set of their own too.
      if (spec_.convert && HasCharset(column.base)) {
        column.charset.clear();
        column.collation.clear();
      }
      SettleText(column, charset, spec.marks.bin_collation);
      if (column.auto_increment || spec.primary) column.nullable = false;
      if (column.base == MysqlBase::kTimestamp && !mode_.explicit_timestamp_defaults &&
          !spec.nullability_given && column.generated == MysqlColumn::Generated::kNo) {
        column.nullable = false;
      }
      if (column.nullable && !spec.default_given) column.has_default = true;
    }
  }

  const DdlColumnSpec* Redefinition(const std::string& name) const {
    for (const DdlColumnSpec& spec : spec_.columns) {
      if (!spec.former.empty() && SameName(spec.former, name)) return &spec;
    }
    return nullptr;
  }

  bool IsDropped(const std::string& name) const {
    return std::any_of(spec_.dropped_columns.begin(), spec_.dropped_columns.end(),
                       [&](const DdlDrop& drop) { return SameName(drop.name, name); });
  }

  // The old columns that stay, those with a new definition but no new place among them.
  std::string KeepColumns() {
    for (const DdlDrop& drop : spec_.dropped_columns) {
      if (!drop.tolerant && !table_.Find(drop.name)) return Missing(drop.name);
    }
    for (const DdlColumnChange& change : spec_.changes) {
      if (!change.tolerant && !table_.Find(change.name)) return Missing(change.name);
    }
    for (MysqlColumn& column : table_.columns) {
      if (IsDropped(column.name)) continue;
      const std::string former = column.name;
      if (const DdlColumnSpec* spec = Redefinition(former)) {
        if (spec->place == DdlColumnSpec::Place::kDefault)
          slots_.push_back({spec->column, former, spec});
        continue;
      }
      for (const DdlColumnChange& change : spec_.changes) {
        if (SameName(change.name, former)) ChangeColumn(column, change);
      }
      slots_.push_back({std::move(column), former, nullptr});
    }
    return {};
  }

  void ChangeColumn(MysqlColumn& column, const DdlColumnChange& change) const {
    switch (change.kind) {
      case DdlColumnChange::Kind::kSetDefault:
        SetDefault(column, change.value, mode_);
        break;
      case DdlColumnChange::Kind::kDropDefault:
        DropDefault(column);
        break;
      case DdlColumnChange::Kind::kRename:
        column.name = change.new_name;
        break;
      case DdlColumnChange::Kind::kVisible:
        column.invisible = false;
        break;
      case DdlColumnChange::Kind::kInvisible:
        column.invisible = true;
        break;
    }
  }

  // New columns, and those that move.
  std::string AddColumns() {
    for (const DdlColumnSpec& spec : spec_.columns) {
      if (!spec.former.empty()) {
        const bool known = KnownBefore(spec.former);
        if (!known && !spec.tolerant) return Missing(spec.former);
        if (!known || spec.place == DdlColumnSpec::Place::kDefault) continue;
      } else if (SlotNamed(spec.column.name) != slots_.size()) {
        if (spec.tolerant) continue;
        return fmt::format("column {} is there already", spec.column.name);
      }
      size_t at = slots_.size();
      if (spec.place == DdlColumnSpec::Place::kFirst) at = 0;
      if (spec.place == DdlColumnSpec::Place::kAfter) {
        at = SlotNamed(spec.after);
        if (at == slots_.size()) return Missing(spec.after);
        ++at;
      }
      slots_.insert(slots_.begin() + static_cast<ptrdiff_t>(at), {spec.column, spec.former, &spec});
    }
    if (slots_.empty()) return "it has no column left";
    return {};
  }

  bool KnownBefore(const std::string& name) const {
    return std::any_of(former_names_.begin(), former_names_.end(),
                       [&](const std::string& former) { return SameName(former, name); });
  }

  size_t SlotNamed(const std::string& name) const {
    size_t i = 0;
    while (i < slots_.size() && !SameName(slots_[i].column.name, name)) ++i;
    return i;
  }

  // Without explicit_defaults_for_timestamp: the table's first TIMESTAMP defaults to the current
  // time, others to zero.
  void SettleTimestamps() {
    bool first = true;
    for (Slot& slot : slots_) {
      MysqlColumn& column = slot.column;
      if (column.base != MysqlBase::kTimestamp) continue;
      const bool implied = slot.spec != nullptr && !column.nullable && !slot.spec->default_given &&
                           !slot.spec->row_period &&
                           column.generated == MysqlColumn::Generated::kNo;
      if (implied) {
        const bool current = first && !slot.spec->on_update;
        SetDefault(column, current ? "CURRENT_TIMESTAMP" : "'0000-00-00 00:00:00'", mode_);
      }
      first = false;
    }
  }

  // What a key's column is called in the new version; nothing: it is gone.
  std::optional<std::string> CarriedName(const std::string& name) const {
    for (const Slot& slot : slots_) {
      if (SameName(slot.former.empty() ? slot.column.name : slot.former, name)) {
        return slot.column.name;
      }
    }
    return std::nullopt;
  }

  void CarryNames(std::vector<std::string>& names) const {
    std::vector<std::string> carried;
    for (const std::string& name : names) {
      if (auto now = CarriedName(name)) carried.push_back(std::move(*now));
    }
    names = std::move(carried);
  }

  void CarryIndexes(std::vector<MysqlIndex>& indexes) const {
    std::erase_if(indexes, [this](MysqlIndex& index) {
      const bool had_columns = !index.columns.empty();
      CarryNames(index.columns);
      return had_columns && index.columns.empty();
    });
  }

  void CarryKeys() {
    CarryNames(table_.primary_key);
    CarryIndexes(table_.indexes);
    CarryIndexes(table_.plain_indexes);
  }

  std::string ChangeKeys() {
    if (spec_.drop_primary) table_.primary_key.clear();
    for (const DdlDrop& drop : spec_.dropped_keys) DropKeyFrom(table_, drop.name);
    for (const DdlDrop& drop : spec_.dropped_constraints) DropKeyFrom(table_, drop.name);
    for (const auto& [from, to] : spec_.renamed_keys) {
      for (auto* indexes : {&table_.indexes, &table_.plain_indexes}) {
        for (MysqlIndex& index : *indexes) {
          if (SameName(index.name, from)) index.name = to;
        }
      }
    }
    for (DdlKeySpec& key : spec_.keys) {
      // The columns as the table spells them.
      for (std::string& name : key.index.columns) {
        const auto at = table_.Find(name);
        if (at) {
          name = table_.columns[*at].name;
        } else if (key.index.unique) {
          return Missing(name);
        }
      }
    }
    for (DdlKeySpec& key : spec_.keys) {
      if (key.kind != DdlKeySpec::Kind::kForeign || !IsServedByOther(key)) {
        AddKeyTo(table_, std::move(key));
      }
    }
    return {};
  }

  // A foreign key needs an index on its columns; the server makes one only where there is none.
  bool IsServedByOther(const DdlKeySpec& foreign) const {
    const std::vector<std::string>& columns = foreign.index.columns;
    return IsServed(table_, columns) ||
           std::any_of(spec_.keys.begin(), spec_.keys.end(), [&](const DdlKeySpec& key) {
             return key.kind != DdlKeySpec::Kind::kForeign &&
                    BeginsWith(key.index.columns, columns);
           });
  }

  void SettleNotNull() {
    for (const auto* names : {&table_.primary_key, &spec_.period_columns}) {
      for (const std::string& name : *names) {
        const auto at = table_.Find(name);
        if (!at) continue;
        MysqlColumn& column = table_.columns[*at];
        column.nullable = false;
        if (DefaultsToNull(column)) DropDefault(column);
      }
    }
  }

  // The servers keep those without nullable columns first, which decides about the key of events.
  void SortIndexes() {
    const auto is_nullable = [this](const MysqlIndex& index) {
      return std::any_of(index.columns.begin(), index.columns.end(), [&](const std::string& name) {
        const auto at = table_.Find(name);
        return !at || table_.columns[*at].nullable;
      });
    };
    std::stable_partition(table_.indexes.begin(), table_.indexes.end(), std::not_fn(is_nullable));
  }

  static std::string Missing(const std::string& column) {
    return fmt::format("column {} is not known", column);
  }

  MysqlTable table_;
  DdlTableSpec spec_;
  const MysqlCharset& defaults_;
  const DdlMode& mode_;
  std::vector<Slot> slots_;
  std::vector<std::string> former_names_;
};

}  // namespace

Result<MysqlTable> ApplySpec(const MysqlTable& table, DdlTableSpec spec,
                             const MysqlCharset& defaults, const DdlMode& mode) {
  return SpecApplier(table, std::move(spec), defaults, mode).Run();
}

Result<MysqlTable> MakeTable(const MysqlTableId& id, DdlTableSpec spec,
                             const MysqlCharset& defaults, const DdlMode& mode) {
  MysqlTable table;
  table.database = id.first;
  table.name = id.second;
  return SpecApplier(std::move(table), std::move(spec), defaults, mode).Run();
}

}  // namespace tidewire::source
