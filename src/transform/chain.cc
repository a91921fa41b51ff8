#include "base/error.h"
#include "base/regex.h"
#include "config/common.h"
#include "transform/step.h"

namespace tidewire::transform {
namespace {

using config::Config;
using config::Definition;
using config::Properties;
using model::ChangeBatch;
using model::Record;

std::string Given(const Properties& given, const std::string& name) {
  const auto found = given.find(name);
  return found == given.end() ? std::string() : config::Trimmed(found->second);
}

std::vector<std::string> PluginNames(const std::vector<Definition>& definitions) {
  std::vector<std::string> names;
  names.reserve(definitions.size());
  for (const Definition& definition : definitions) names.push_back(definition.plugin);
  return names;
}

[[noreturn]] void FailUnknownClass(const std::string& property, const std::string& type,
                                   const std::vector<std::string>& known) {
  if (type.empty()) throw ConfigError(fmt::format("{} is missing; name a class", property));
  const std::string near = config::DidYouMean(type, known);
  throw ConfigError(
      fmt::format("{}: the class '{}' is not known; {} {}", property, type,
                  near.empty() ? "supported are" : "did you mean",
                  near.empty() ? fmt::format("{}", fmt::join(known, ", ")) : near + "?"));
}

bool Accepts(const Definition& definition, const std::string& name) {
  if (definition.Find(name) != nullptr) return true;
  return std::any_of(definition.patterns.begin(), definition.patterns.end(),
                     [&](const auto& pattern) {
                       const auto regex = Regex::Compile(pattern.first);
                       return regex && regex->FullMatch(name);
                     });
}

// Aliases may have dots: "transforms.a.b.type" belongs to the alias "a.b" where there is one.
bool BelongsToLongerAlias(const std::string& name, const std::string& prefix,
                          const std::string& list, const std::vector<std::string>& aliases) {
  return std::any_of(aliases.begin(), aliases.end(), [&](const std::string& alias) {
    const std::string other = list + '.' + alias + '.';
    return other.size() > prefix.size() && name.starts_with(other);
  });
}

void CheckNames(const Definition& definition, const Properties& given, const std::string& list,
                const std::vector<std::string>& aliases) {
  const std::string& prefix = definition.prefix;
  for (auto it = given.lower_bound(prefix); it != given.end() && it->first.starts_with(prefix);
       ++it) {
    const std::string& name = it->first;
    if (Accepts(definition, name) || BelongsToLongerAlias(name, prefix, list, aliases)) continue;
    std::vector<std::string> known;
    for (const config::Property& property : definition.properties) known.push_back(property.name);
    const std::string near = config::DidYouMean(name, known);
    throw ConfigError(fmt::format("the property '{}' is not known{}", name,
                                  near.empty()
                                      ? fmt::format("; remove it: {} has none of that name",
                                                    given.at(definition.prefix + "type"))
                                      : fmt::format("; did you mean '{}'?", near)));
  }
}

// Throws ConfigError with every complaint.
void CheckAll(const Definition& definition, const Properties& given, const std::string& list,
              const std::vector<std::string>& aliases) {
  CheckNames(definition, given, list, aliases);
  std::string complaints;
  for (const config::ValidatedProperty& property : config::Validate(definition, given).properties) {
    for (const std::string& error : property.errors) {
      if (!complaints.empty()) complaints += "; ";
      complaints += error;
    }
  }
  if (!complaints.empty()) throw ConfigError(complaints);
}

struct Link {
  std::unique_ptr<Step> step;
  Predicate* predicate = nullptr;  // Of the chain; null: every record.
  bool negate = false;
};

// Moves the records that are kept to the front, and their former indexes with them.
class Compaction {
 public:
  Compaction(ChangeBatch& batch, std::vector<uint32_t>* kept) : batch_(batch), kept_(kept) {}
  void Keep(size_t i) {
    if (next_ != i) {
      batch_.records[next_] = batch_.records[i];
      if (kept_ != nullptr) (*kept_)[next_] = (*kept_)[i];
    }
    ++next_;
  }
  void Finish() {
    batch_.records.resize(next_);
    if (kept_ != nullptr) kept_->resize(next_);
  }

 private:
  ChangeBatch& batch_;
  std::vector<uint32_t>* kept_;
  size_t next_ = 0;
};

class StepChain : public Chain {
 public:
  StepChain(std::vector<Link> links, std::map<std::string, std::unique_ptr<Predicate>> predicates)
      : predicates_(std::move(predicates)), links_(std::move(links)) {}

  bool empty() const override { return links_.empty(); }

  void Apply(ChangeBatch& batch, std::vector<uint32_t>* kept) override {
    if (kept != nullptr) {
      kept->resize(batch.records.size());
      for (uint32_t i = 0; i < kept->size(); ++i) (*kept)[i] = i;
    }
    for (Link& link : links_) {
      if (link.predicate == nullptr) {
        ApplyToAll(*link.step, batch, kept);
      } else {
        ApplyWhere(link, batch, kept);
      }
    }
  }

 private:
  static constexpr uint32_t kNotMapped = UINT32_MAX;

  // Schemas are exchanged in place, so that records which are kept need no change.
  void ApplyToAll(Step& step, ChangeBatch& batch, std::vector<uint32_t>* kept) {
    changed_.assign(batch.schemas.size(), false);
    for (size_t i = 0; i < batch.schemas.size(); ++i) {
      if (batch.schemas[i]->internal) continue;
      model::TopicSchemaPtr mapped = step.Map(batch.schemas[i]);
      changed_[i] = mapped != batch.schemas[i];
      batch.schemas[i] = std::move(mapped);
    }
    Compaction compaction(batch, kept);
    for (size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (!changed_[record.schema] || step.Keep(batch, record)) compaction.Keep(i);
    }
    compaction.Finish();
  }

  // Records of one schema may differ, so the mapped schemas are added to the others.
  void ApplyWhere(Link& link, ChangeBatch& batch, std::vector<uint32_t>* kept) {
    targets_.assign(batch.schemas.size(), kNotMapped);
    Compaction compaction(batch, kept);
    for (size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (batch.schemas[record.schema]->internal ||
          link.predicate->Test(batch, record) == link.negate ||
          KeepMapped(*link.step, batch, record)) {
        compaction.Keep(i);
      }
    }
    compaction.Finish();
  }

  bool KeepMapped(Step& step, ChangeBatch& batch, Record& record) {
    uint32_t& target = targets_[record.schema];
    if (target == kNotMapped) target = batch.SchemaIndex(step.Map(batch.schemas[record.schema]));
    if (target == record.schema) return true;
    record.schema = target;
    return step.Keep(batch, record);
  }

  std::map<std::string, std::unique_ptr<Predicate>> predicates_;
  std::vector<Link> links_;
  std::vector<bool> changed_;
  std::vector<uint32_t> targets_;
};

std::map<std::string, std::unique_ptr<Predicate>> MakePredicates(const Properties& given) {
  const std::vector<std::string> aliases = config::SplitList(Given(given, "predicates"));
  std::map<std::string, std::unique_ptr<Predicate>> predicates;
  for (const std::string& alias : aliases) {
    const std::string prefix = "predicates." + alias + '.';
    const std::string type = Given(given, prefix + "type");
    const Definition* own = FindPredicateDefinition(type);
    if (own == nullptr)
      FailUnknownClass(prefix + "type", type, PluginNames(PredicateDefinitions()));
    const Definition definition = config::PredicateDefinition(alias, own, "");
    CheckAll(definition, given, "predicates", aliases);
    predicates[alias] = MakePredicate(type, Config(definition, given), prefix);
  }
  return predicates;
}

std::unique_ptr<Step> MakeStep(const Definition& own, const Config& config,
                               const std::string& prefix) {
  return own.plugin.ends_with("RegexRouter") ? MakeRegexRouter(config, prefix)
                                             : MakeExtractNewRecordState(config, prefix);
}

}  // namespace

std::unique_ptr<Chain> Chain::FromConfig(const std::map<std::string, std::string>& given) {
  auto predicates = MakePredicates(given);
  std::vector<std::string> predicate_names;
  predicate_names.reserve(predicates.size());
  for (const auto& [alias, predicate] : predicates) predicate_names.push_back(alias);
  const std::vector<std::string> aliases = config::SplitList(Given(given, "transforms"));
  std::vector<Link> links;
  for (const std::string& alias : aliases) {
    const std::string prefix = "transforms." + alias + '.';
    const std::string type = Given(given, prefix + "type");
    const Definition* own = FindTransformDefinition(type);
    if (own == nullptr)
      FailUnknownClass(prefix + "type", type, PluginNames(TransformDefinitions()));
    const Definition definition = config::TransformDefinition(alias, own, "", predicate_names);
    CheckAll(definition, given, "transforms", aliases);
    const Config config(definition, given);
    Link link;
    link.step = MakeStep(*own, config, prefix);
    const std::string predicate = config.Get(prefix + "predicate");
    if (!predicate.empty()) link.predicate = predicates.at(predicate).get();
    link.negate = config.GetBool(prefix + "negate");
    links.push_back(std::move(link));
  }
  return std::make_unique<StepChain>(std::move(links), std::move(predicates));
}

}  // namespace tidewire::transform
