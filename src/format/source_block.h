// The source block of an event: where in the source's log its change stands. Each kind of connector
// has its own; which fields it has stands in model/source_fields.h.
#pragma once

#include <memory>
#include <string>

#include "model/batch.h"

namespace tidewire::format {

// Of one table's topic: texts that do not change are made once. Immutable.
class SourceBlock {
 public:
  virtual ~SourceBlock() = default;
  // Appends `,"source":{…}`. `transaction` is the record's; null: none.
  virtual void Append(const model::ChangeBatch& batch, const model::Record& record,
                      const model::Transaction* transaction, std::string& out) const = 0;
};

// Throws FatalError for a connector kind whose source block is not known.
std::unique_ptr<const SourceBlock> MakeSourceBlock(const model::TopicSchema& schema);

}  // namespace tidewire::format
