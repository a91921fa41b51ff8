// Writing the API's JSON: compact, members in the order in which they are written.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidewire::rest {

// Calls can be chained. Text that is not UTF-8 (messages of servers) has the offending bytes
// replaced by '?'.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);
  JsonWriter& Text(std::string_view value);
  JsonWriter& TextOrNull(const std::optional<std::string>& value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  // A complete JSON value, as it is.
  JsonWriter& Raw(std::string_view json);
  JsonWriter& Texts(const std::vector<std::string>& values);

  std::string Take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

// {"error_code":…,"message":…}
std::string ErrorJson(int status, std::string_view message);

}  // namespace tidewire::rest
