// A table as the binlog's rows show it: the definition of that time, what events look like, and how
// row images are read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/topic_schema.h"
#include "source/capture_filters.h"
#include "source/event_settings.h"
#include "source/mysql/binlog_rows.h"
#include "source/mysql/binlog_table_map.h"
#include "source/mysql/mysql_server.h"
#include "source/mysql/mysql_settings.h"
#include "source/mysql/mysql_table.h"
#include "source/pattern_list.h"

namespace tidewire::source {

// Why rows of the table map cannot be read with the definition; empty: they can.
std::string WhyNotFitting(const MysqlTable& table, const BinlogTableMap& map);

// The definition that a table map with names gives by itself. What only definitions know (defaults,
// comments) is taken from `known` (may be null) for columns of the same name and type.
MysqlTablePtr TableFromMap(const BinlogTableMap& map, const MysqlServer& server,
                           const MysqlTable* known, CharsetRegistry& charsets);

// `table` with what the map tells better: signs, character sets, members. The same object when
// nothing differs.
MysqlTablePtr WithMetadata(const MysqlTablePtr& table, const BinlogTableMap& map,
                           const MysqlServer& server, CharsetRegistry& charsets);

// What makes events of definitions. Immutable after construction; thread-safe.
class MysqlTableShape {
 public:
  // All referenced objects must outlive this one. Throws ConfigError.
  MysqlTableShape(const MysqlSettings& settings, const CaptureFilters& filters,
                  std::shared_ptr<const model::RenderOptions> render);

  struct Shape {
    model::TopicSchemaPtr topic;
    std::vector<int> columns;  // Of the definition's columns their places in the row; -1: filtered.
  };
  Shape Of(const MysqlTable& table) const;
  InvalidDates DatesOf(const MysqlTable& table, const MysqlColumn& column) const;

 private:
  struct Rule {
    Regex column;
    InvalidDates policy;
  };
  const MysqlSettings& settings_;
  const CaptureFilters& filters_;
  const std::shared_ptr<const model::RenderOptions> render_;
  std::vector<Rule> rules_;
};

// Reads rows of a table map. `table` and `charsets` must outlive the decoder; the arena-less
// constants of defaults point into `table` and `shape.topic`.
std::unique_ptr<BinlogRowDecoder> MakeRowDecoder(const MysqlTable& table, const BinlogTableMap& map,
                                                 const MysqlTableShape::Shape& shape,
                                                 const MysqlTableShape& shapes,
                                                 CharsetRegistry& charsets);

}  // namespace tidewire::source
