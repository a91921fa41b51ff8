#include "model/batch.h"

namespace tidewire::model {

uint32_t ChangeBatch::SchemaIndex(const TopicSchemaPtr& schema) {
  for (size_t i = schemas.size(); i-- > 0;) {
    if (schemas[i] == schema) return static_cast<uint32_t>(i);
  }
  schemas.push_back(schema);
  return static_cast<uint32_t>(schemas.size() - 1);
}

uint32_t ChangeBatch::AddStatement(std::string_view text) {
  statements.emplace_back(text);
  statement_bytes_ += sizeof(std::string) + text.size();
  return static_cast<uint32_t>(statements.size());
}

size_t ChangeBatch::bytes() const {
  return statement_bytes_ + arena.allocated_bytes() + records.capacity() * sizeof(Record) +
         transactions.capacity() * sizeof(Transaction) + generals.size() * 256;
}

}  // namespace tidewire::model
