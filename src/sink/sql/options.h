// What a SQL sink is to do, in one form for both connector classes: each translates its own
// properties into it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/topic_schema.h"
#include "sink/sql/jdbc_url.h"

namespace tidewire::sink {

enum class InsertMode : uint8_t { kInsert, kUpsert, kUpdate };
enum class KeyMode : uint8_t { kNone, kKafka, kRecordKey, kRecordValue };
// kTransaction: every commit at the target is a whole number of source transactions. kRow: only the
// order per row holds.
enum class Consistency : uint8_t { kTransaction, kRow };
// How a topic becomes a table: Confluent's sink splits it at dots, Debezium's replaces the dots by
// underscores.
enum class TableNaming : uint8_t { kSplitAtDots, kDotsToUnderscores };

struct TableName {
  std::string schema;  // Empty: found through the search path.
  std::string name;
  bool operator==(const TableName&) const = default;
};

struct SqlSinkOptions {
  std::string connector;  // The connector's name: the key of its position.
  JdbcUrl connection;     // With the login that the connector's own properties name.
  InsertMode insert_mode = InsertMode::kInsert;
  KeyMode key_mode = KeyMode::kNone;
  std::vector<std::string> key_fields;  // kKafka: names of the three columns, or none.
  bool deletes = false;
  bool truncates = false;
  bool create_tables = false;
  bool evolve_tables = false;
  // False: names fold their case, as the target does with names without quotes. MySQL folds none.
  bool quote = true;
  std::string table_format = "${topic}";
  TableNaming naming = TableNaming::kSplitAtDots;
  std::vector<std::string> include_fields;  // "field" or "topic:field"; empty: all.
  std::vector<std::string> exclude_fields;  // Likewise.
  Consistency consistency = Consistency::kTransaction;
  size_t batch_records_max = 32 * 1024;  // What is gathered before it is applied, while more waits.
  size_t batch_bytes_max = 16 * 1024 * 1024;
  size_t snapshot_connections = 2;        // That apply a snapshot's rows side by side,
  size_t snapshot_bulk_records = 20'000;  // so many or somewhat more each.
  size_t small_batch_max = 50;            // Up to so many rows go one by one, in one round trip.
};

// The table that records of this schema go to. Throws DataError when the format names a field that
// it has not.
TableName ResolveTableName(const SqlSinkOptions& options, const model::TopicSchema& schema);
// The name as the target will store it.
std::string ResolveIdentifier(const SqlSinkOptions& options, std::string_view name);
// Whether the field is written, by the include and exclude lists. Keys always are; the caller adds
// them.
bool TakesField(const SqlSinkOptions& options, std::string_view topic, std::string_view field);

}  // namespace tidewire::sink
