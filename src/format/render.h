// Renders typed records as Kafka would hold them: key, value and headers as the connector's
// converters write them, in Debezium's documented form. Only done when someone looks (REST, CLI,
// UI), for partitioning by key, and for a log that holds bytes (Kafka).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/batch.h"

namespace tidewire::format {

struct RenderedRecord {
  std::optional<std::string> key;                            // Empty: null key.
  std::optional<std::string> value;                          // Empty: tombstone.
  std::vector<std::pair<std::string, std::string>> headers;  // Value: the bytes as text.
};

// Keeps what it computed for each schema (schema texts, plans); used by one thread.
class Renderer {
 public:
  virtual ~Renderer() = default;
  // Overwrites `out`; hand in the same one again, so that its memory is reused. Throws DataError,
  // naming table and column, for a value that is none of its column's kind, and for rows under
  // ByteArrayConverter.
  virtual void Render(const model::ChangeBatch& batch, const model::Record& record,
                      RenderedRecord& out) = 0;
  // Only the key, appended to `out`; false: null key.
  virtual bool RenderKey(const model::ChangeBatch& batch, const model::Record& record,
                         std::string& out) = 0;
};

std::unique_ptr<Renderer> MakeRenderer();

}  // namespace tidewire::format
