// Declared properties: a connector names each of its properties once, and the validator, PUT
// …/config/validate, the docs and `tidewire check` all read that one table.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidewire::config {

using Properties = std::map<std::string, std::string>;

// org.apache.kafka.common.config.ConfigDef.Type
enum class Type { kBoolean, kString, kInt, kShort, kLong, kDouble, kList, kClass, kPassword };
enum class Importance { kHigh, kMedium, kLow };
enum class Width { kNone, kShort, kMedium, kLong };
enum class Support {
  kYes,       // Does what it says.
  kNoEffect,  // Accepted; cannot matter here (JVM, driver or pool settings); no warning.
  kNotYet,    // Known, not supported yet: using it is answered with a warning that says so.
};

struct Property {
  std::string name;
  Type type = Type::kString;
  std::optional<std::string> default_value;  // As text; empty: no default.
  bool required = false;
  Importance importance = Importance::kMedium;
  std::string documentation;  // Our own words, one or two sentences.
  std::string group;
  Width width = Width::kMedium;
  std::string display_name;
  std::vector<std::string>
      allowed;  // Values of an enumeration; matched without regard to case. Empty: any.
  // Further check of the text; returns the complaint, or empty. May be null.
  std::function<std::string(const std::string& value)> check;
  Support support = Support::kYes;
  int order =
      0;  // Inside its group, from 1; 0: its place among the plugin's properties of that group.
  std::vector<std::string> dependents;  // Properties whose choices follow from this one.
  // Old names of values and today's: accepted, with a warning.
  std::map<std::string, std::string> old_values;
};

// The declared properties of one plugin, in order.
struct Definition {
  std::string plugin;  // Class name.
  std::vector<Property> properties;
  // Names that are accepted by pattern ("column.truncate.to.<n>.chars"): full-match regexes; with
  // their support.
  std::vector<std::pair<std::string, Support>> patterns;
  // All names begin with it ("transforms.unwrap."): Validate then looks for unknown names only
  // among those. Empty for connectors.
  std::string prefix;

  const Property* Find(std::string_view name) const;
  // The support of the first pattern that the name matches; nothing: none.
  std::optional<Support> FindPattern(std::string_view name) const;
};

struct ValidatedProperty {
  const Property* property = nullptr;
  std::optional<std::string>
      value;  // As given, or the default; passwords are masked in the API's output, not here.
  std::vector<std::string> errors;
};

struct Validation {
  std::vector<ValidatedProperty> properties;  // All declared ones, in order.
  std::vector<std::string> warnings;  // Unsupported or unknown properties (with "did you mean").
  int error_count() const;
};

// Whose words complaints use: Kafka's ConfigDef ("Invalid value x for configuration y: …"), or
// those of Debezium's connectors ("The 'y' value is invalid: …"), as the plugin's name says.
enum class Complaints { kKafka, kDebezium };
Complaints ComplaintsOf(const Definition& definition);

// Checks types, required ones, ranges and enumerations. Complaints read as Kafka Connect's. Unknown
// names are looked for when the definition has a plugin; those that belong to every connector (see
// common.h) are left to their definitions.
Validation Validate(const Definition& definition, const Properties& given);

// A value as the types take it: without outer blanks, except for passwords.
std::string Trimmed(std::string_view text);
// At commas, trimmed, empty items dropped; "\," is a comma inside an item (regular expressions need
// it).
std::vector<std::string> SplitList(std::string_view text);

// Typed access to validated properties: the given value, else the declared default. Reading an
// undeclared name is a programmer's error (TW_CHECK). Cheap to copy; immutable.
class Config {
 public:
  Config(const Definition& definition, Properties given);

  std::string Get(std::string_view name) const;  // Empty when it has neither value nor default.
  bool Has(std::string_view name) const;         // A value was given or there is a default.
  bool GetBool(std::string_view name) const;
  int64_t GetInt(std::string_view name) const;
  std::vector<std::string> GetList(
      std::string_view name) const;  // Comma-separated, trimmed, empty items dropped.
  const Properties& given() const { return given_; }
  const Definition& definition() const { return *definition_; }

 private:
  const Definition* definition_;
  Properties given_;
};

// "slot.nmae" → "slot.name": the nearest of `names`, or empty when none is near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& names);

}  // namespace tidewire::config
