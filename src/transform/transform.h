// Single message transforms (SMTs) and predicates, on typed records.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "model/batch.h"

namespace tidewire::transform {

// Works on a whole batch in place: may swap schemas (names, routing, shape), change, drop or add
// records. Keeps a cache from schema to schema, so a record costs a pointer look-up. Used by one
// thread.
class Transform {
 public:
  virtual ~Transform() = default;
  virtual void Apply(model::ChangeBatch& batch) = 0;
};

class Predicate {
 public:
  virtual ~Predicate() = default;
  virtual bool Test(const model::ChangeBatch& batch, const model::Record& record) = 0;
};

// The connector's `transforms` and `predicates`, in order. Throws ConfigError for an unknown class
// or property.
class Chain {
 public:
  static std::unique_ptr<Chain> FromConfig(
      const std::map<std::string, std::string>& connector_config);
  virtual ~Chain() = default;
  // `kept` (if given) receives for each remaining record its former index.
  virtual void Apply(model::ChangeBatch& batch, std::vector<uint32_t>* kept) = 0;
  virtual bool empty() const = 0;
};

// The properties of a transform or predicate class, for validation ("transforms.<alias>.…"); null:
// unknown class.
const config::Definition* FindTransformDefinition(const std::string& type);
const config::Definition* FindPredicateDefinition(const std::string& type);
// All of them, for the list of plugins.
const std::vector<config::Definition>& TransformDefinitions();
const std::vector<config::Definition>& PredicateDefinitions();

}  // namespace tidewire::transform
