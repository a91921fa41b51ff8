// What a record of a topic looks like: the table's columns, how they are rendered for those who
// want JSON, and what the transforms made of the envelope. One object for each (topic, table
// version); a batch names its schemas, a record only an index. Transforms that change names or
// shape make a new TopicSchema once, not a new value for each record.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/connect.h"
#include "model/table_schema.h"

namespace tidewire::model {

enum class DecimalMode : uint8_t { kPrecise, kString, kDouble };
enum class TimeMode : uint8_t {
  kAdaptive,
  kAdaptiveMicroseconds,
  kConnect,
  kIsoString,
  kMicroseconds,
  kNanoseconds
};
enum class BinaryMode : uint8_t { kBytes, kBase64, kBase64UrlSafe, kHex };
enum class IntervalMode : uint8_t { kNumeric, kString };
enum class HstoreMode : uint8_t { kJson, kMap };
// bigint.unsigned.handling.mode: int64 that wraps beyond 2^63 - 1, or Decimal.
enum class UnsignedBigintMode : uint8_t { kLong, kPrecise };
enum class ConverterKind : uint8_t { kJson, kString, kByteArray };

// A converter of the connector, as `key.converter` / `value.converter` and its own properties say.
struct Converter {
  ConverterKind kind = ConverterKind::kJson;
  bool schemas_enable = true;
  bool decimal_numeric = false;           // decimal.format=NUMERIC
  bool replace_null_with_default = true;  // replace.null.with.default
  bool operator==(const Converter&) const = default;
};

// How typed rows become the events that Debezium documents. It never changes what a sink sees: rows
// stay exact.
struct RenderOptions {
  std::string connector_kind;  // "postgresql": source.connector and the source block's schema name.
  std::string version;         // source.version
  std::string logical_name;    // topic.prefix: source.name
  std::string task_id = "0";
  std::string run_id;  // Header __debezium.context.runId: one UUID for each run of the task.
  bool context_headers = true;  // extended.headers.enabled
  DecimalMode decimal = DecimalMode::kPrecise;
  TimeMode time = TimeMode::kAdaptive;
  BinaryMode binary = BinaryMode::kBytes;
  IntervalMode interval = IntervalMode::kNumeric;
  HstoreMode hstore = HstoreMode::kJson;
  UnsignedBigintMode unsigned_bigint = UnsignedBigintMode::kLong;
  int32_t money_fraction_digits = 2;
  bool include_unknown_datatypes = false;
  std::string unavailable_placeholder = "__debezium_unavailable_value";
  Converter key_converter;
  Converter value_converter;
  bool operator==(const RenderOptions&) const = default;
};

// The result of ExtractNewRecordState on an envelope topic: records are flat rows.
struct Unwrap {
  enum class Deletes : uint8_t {
    kDrop,
    kTombstone,
    kRewrite,
    kRewriteWithTombstone,
    kDeleteToTombstone
  };
  struct AddedField {
    std::string source;  // "op", "table", "source.ts_ms", "before.x", …: path in the envelope.
    std::string name;    // With its prefix: "__op".
    bool operator==(const AddedField&) const = default;
  };
  Deletes deletes = Deletes::kTombstone;
  std::vector<AddedField> add_fields;
  std::vector<AddedField> add_headers;
  std::string route_by_field;
  std::string drop_fields_header;
  bool drop_fields_from_key = false;
  bool drop_fields_keep_schema_compatible = true;
  bool replace_null_with_default = true;
  bool operator==(const Unwrap&) const = default;
};

struct TopicSchema {
  std::string topic;       // Where the record goes, after routing.
  std::string base_topic;  // Before routing: what schema names are made of ("<base>.Envelope").
  std::shared_ptr<const RenderOptions> render;  // Never null.

  // Table records (rows before/after). Null for general records.
  TableSchemaPtr table;
  std::optional<Unwrap> unwrap;  // Set: flat rows instead of envelopes.

  // General records (heartbeat, transaction metadata, logical messages, what shape-changing
  // transforms make).
  std::shared_ptr<const ConnectSchema> key_schema;
  std::shared_ptr<const ConnectSchema> value_schema;

  // A source's own records (a schema history), which its connector's transforms leave alone. Not
  // kept in the log.
  bool internal = false;

  bool is_table() const { return table != nullptr; }
};

using TopicSchemaPtr = std::shared_ptr<const TopicSchema>;

// Binary form for the log, and back. Decoding throws DataError on anything malformed. The hash of
// the encoding (64 bits of XXH3) names the schema in the log.
std::string EncodeTopicSchema(const TopicSchema& schema);
TopicSchema DecodeTopicSchema(std::string_view encoded);
uint64_t HashTopicSchema(std::string_view encoded);

}  // namespace tidewire::model
