// General values in Kafka Connect's data model: only for records that are no rows (heartbeats,
// transaction metadata, messages) and for what shape-changing transforms make. Rows never take this
// form inside the process. Source of the model: org.apache.kafka.connect.data (Schema, Struct).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidewire {
class ByteReader;
}

namespace tidewire::model {

enum class ConnectType : uint8_t {
  kBoolean,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat32,
  kFloat64,
  kString,
  kBytes,
  kArray,
  kMap,
  kStruct
};

struct ConnectValue;
using ConnectList = std::vector<ConnectValue>;
using ConnectMap = std::vector<std::pair<ConnectValue, ConnectValue>>;  // kMap: keys and values.

// A struct is a ConnectList with one value a field, in the schema's order. Bytes and strings are
// std::string.
struct ConnectValue {
  std::variant<std::monostate, bool, int64_t, double, std::string, std::shared_ptr<ConnectList>,
               std::shared_ptr<ConnectMap>>
      v;
  bool is_null() const { return std::holds_alternative<std::monostate>(v); }
};

struct ConnectSchema;
using ConnectSchemaPtr = std::shared_ptr<const ConnectSchema>;

struct ConnectField {
  std::string name;
  ConnectSchemaPtr schema;
};

struct ConnectSchema {
  ConnectType type = ConnectType::kString;
  bool optional = false;
  std::string name;  // Empty: none.
  std::optional<int32_t> version;
  std::string doc;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::optional<ConnectValue> default_value;
  std::vector<ConnectField> fields;  // kStruct.
  ConnectSchemaPtr key;              // kMap.
  ConnectSchemaPtr element;          // kArray: items; kMap: values.
};

void EncodeConnectSchema(const ConnectSchema* schema,
                         std::string& out);  // Null pointers are allowed.
void EncodeConnectValue(const ConnectValue& value, std::string& out);
// The inverse; each takes its bytes from the front of `in`. Throw DataError on anything malformed.
ConnectSchemaPtr DecodeConnectSchema(ByteReader& in);
ConnectValue DecodeConnectValue(ByteReader& in);

}  // namespace tidewire::model
