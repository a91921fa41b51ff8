#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "config/common.h"
#include "config/config.h"

namespace tidewire::config {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool IsWholeNumber(std::string_view text, int64_t min, int64_t max) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= min && value <= max;
}

bool IsNumber(const std::string& text) {
  if (text.empty()) return false;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return *end == '\0' && std::isfinite(value);
}

template <class T>
bool Fits(std::string_view text) {
  return IsWholeNumber(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
}

struct TypeComplaint {
  const char* kafka;
  const char* debezium;
};

// Why the text is none of that type, or nothing.
std::optional<TypeComplaint> CheckType(Type type, const std::string& text) {
  switch (type) {
    case Type::kBoolean:
      if (Lower(text) == "true" || Lower(text) == "false") return std::nullopt;
      return TypeComplaint{"Expected value to be either true or false",
                           "Either 'true' or 'false' is expected"};
    case Type::kInt:
      if (Fits<int32_t>(text)) return std::nullopt;
      return TypeComplaint{"Not a number of type INT", "An integer is expected"};
    case Type::kShort:
      if (Fits<int16_t>(text)) return std::nullopt;
      return TypeComplaint{"Not a number of type SHORT", "A short value is expected"};
    case Type::kLong:
      if (Fits<int64_t>(text)) return std::nullopt;
      return TypeComplaint{"Not a number of type LONG", "A long value is expected"};
    case Type::kDouble:
      if (IsNumber(text)) return std::nullopt;
      return TypeComplaint{"Not a number of type DOUBLE", "A double value is expected"};
    default:
      return std::nullopt;
  }
}

bool IsAllowed(const Property& property, const std::string& text) {
  const auto one = [&](const std::string& item) {
    return std::any_of(property.allowed.begin(), property.allowed.end(),
                       [&](const std::string& each) { return Lower(each) == Lower(item); });
  };
  if (property.type != Type::kList) return one(text);
  const auto items = SplitList(text);
  return std::all_of(items.begin(), items.end(), one);
}

// One property's check, in the words of its plugin's kind.
class Checker {
 public:
  Checker(const Property& property, Complaints style) : property_(property), style_(style) {}

  ValidatedProperty Run(const Properties& given) {
    out_.property = &property_;
    const auto it = given.find(property_.name);
    if (it == given.end()) {
      out_.value = property_.default_value;
      if (property_.required && !property_.default_value) ComplainAboutAbsence();
      return std::move(out_);
    }
    const std::string text = property_.type == Type::kPassword ? it->second : Trimmed(it->second);
    out_.value = text;
    if (property_.required && text.empty() && style_ == Complaints::kDebezium) {
      ComplainAboutAbsence();
      return std::move(out_);
    }
    CheckText(text);
    return std::move(out_);
  }

 private:
  void ComplainAboutAbsence() {
    if (style_ == Complaints::kDebezium) return Complain("", "A value is required");
    out_.errors.push_back(fmt::format(
        "Missing required configuration \"{}\" which has no default value.", property_.name));
  }

  void CheckText(const std::string& text) {
    if (const auto why = CheckType(property_.type, text)) {
      Complain(text, style_ == Complaints::kKafka ? why->kafka : why->debezium);
      out_.value.reset();
      return;
    }
    if (!property_.allowed.empty() && !property_.old_values.contains(Lower(text)) &&
        !IsAllowed(property_, text)) {
      ComplainAboutChoice(text);
      return;
    }
    if (!property_.check) return;
    const std::string why = property_.check(text);
    if (why.empty()) return;
    Complain(text, why);
    if (property_.type == Type::kClass) out_.value.reset();
  }

  void ComplainAboutChoice(const std::string& text) {
    if (property_.type == Type::kClass) {
      Complain(text, fmt::format("Class {} could not be found.", text));
      out_.value.reset();
      return;
    }
    const bool kafka = style_ == Complaints::kKafka;
    Complain(text, fmt::format("{}{}", kafka ? "String must be one of: " : "Value must be one of ",
                               fmt::join(property_.allowed, ", ")));
    if (!kafka) out_.value.reset();
  }

  void Complain(std::string_view text, std::string_view why) {
    if (style_ == Complaints::kDebezium) {
      out_.errors.push_back(fmt::format("The '{}' value is invalid: {}", property_.name, why));
      return;
    }
    out_.errors.push_back(fmt::format("Invalid value {} for configuration {}: {}",
                                      property_.type == Type::kPassword ? "[hidden]" : text,
                                      property_.name, why));
  }

  const Property& property_;
  const Complaints style_;
  ValidatedProperty out_;
};

std::string NotYetWarning(const std::string& name) {
  return fmt::format(
      "The property '{}' is not supported yet and has no effect; remove it, or leave "
      "it at its default",
      name);
}

void WarnOfOldValue(const Property& property, const std::string& text,
                    std::vector<std::string>& warnings) {
  const auto old = property.old_values.find(Lower(text));
  if (old == property.old_values.end()) return;
  warnings.push_back(fmt::format("{}={} is the old name of {}={}; use that", property.name, text,
                                 property.name, old->second));
}

// Names that the definition does not declare.
class Strangers {
 public:
  Strangers(const Definition& definition, std::vector<std::string>& warnings)
      : definition_(definition), warnings_(warnings) {}

  void Look(const Properties& given) {
    for (const auto& [name, value] : given) {
      if (!IsOurs(name) || definition_.Find(name) != nullptr) continue;
      const auto support = definition_.FindPattern(name);
      if (support == Support::kNotYet) warnings_.push_back(NotYetWarning(name));
      if (!support) WarnOfUnknown(name);
    }
  }

 private:
  bool IsOurs(std::string_view name) const {
    if (definition_.prefix.empty()) return !BelongsToEveryConnector(name);
    return name.starts_with(definition_.prefix);
  }

  void WarnOfUnknown(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& property : definition_.properties) names.push_back(property.name);
    if (definition_.prefix.empty()) {
      for (const auto& common : CommonNames()) names.push_back(common);
    }
    const std::string nearest = DidYouMean(name, names);
    warnings_.push_back(
        fmt::format("Unknown property '{}' of {}: it has no effect{}", name, definition_.plugin,
                    nearest.empty() ? std::string("; remove it")
                                    : fmt::format("; did you mean '{}'?", nearest)));
  }

  const Definition& definition_;
  std::vector<std::string>& warnings_;
};

}  // namespace

Complaints ComplaintsOf(const Definition& definition) {
  const bool debezium = definition.plugin.starts_with("io.debezium.connector.") &&
                        definition.plugin.find(".transforms.") == std::string::npos;
  return debezium ? Complaints::kDebezium : Complaints::kKafka;
}

Validation Validate(const Definition& definition, const Properties& given) {
  Validation out;
  const Complaints style = ComplaintsOf(definition);
  out.properties.reserve(definition.properties.size());
  for (const Property& property : definition.properties) {
    out.properties.push_back(Checker(property, style).Run(given));
    const auto it = given.find(property.name);
    if (it == given.end()) continue;
    const std::string text = Trimmed(it->second);
    WarnOfOldValue(property, text, out.warnings);
    if (property.support == Support::kNotYet && text != property.default_value.value_or("")) {
      out.warnings.push_back(NotYetWarning(property.name));
    }
  }
  if (!definition.plugin.empty()) Strangers(definition, out.warnings).Look(given);
  return out;
}

}  // namespace tidewire::config
