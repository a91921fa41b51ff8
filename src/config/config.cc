#include "config/config.h"

#include <charconv>

#include "base/error.h"
#include "base/regex.h"

namespace tidewire::config {
namespace {

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours each
// cost 1.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

const Property& Declared(const Definition& definition, std::string_view name) {
  const Property* property = definition.Find(name);
  TW_CHECK(property != nullptr, std::string(name).c_str());
  return *property;
}

}  // namespace

const Property* Definition::Find(std::string_view name) const {
  for (const Property& property : properties) {
    if (property.name == name) return &property;
  }
  return nullptr;
}

std::optional<Support> Definition::FindPattern(std::string_view name) const {
  for (const auto& [pattern, support] : patterns) {
    const auto regex = Regex::Compile(pattern);
    if (regex && regex->FullMatch(name)) return support;
  }
  return std::nullopt;
}

int Validation::error_count() const {
  size_t count = 0;
  for (const auto& property : properties) count += property.errors.size();
  return static_cast<int>(count);
}

std::string Trimmed(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> out;
  std::string item;
  const auto finish = [&] {
    std::string trimmed = Trimmed(item);
    if (!trimmed.empty()) out.push_back(std::move(trimmed));
    item.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      // Other escapes belong to the item's own syntax.
      if (text[i + 1] != ',') item.push_back('\\');
      item.push_back(text[++i]);
    } else if (text[i] == ',') {
      finish();
    } else {
      item.push_back(text[i]);
    }
  }
  finish();
  return out;
}

Config::Config(const Definition& definition, Properties given)
    : definition_(&definition), given_(std::move(given)) {}

std::string Config::Get(std::string_view name) const {
  const Property& property = Declared(*definition_, name);
  const auto it = given_.find(property.name);
  if (it == given_.end()) return property.default_value.value_or("");
  return property.type == Type::kPassword ? it->second : Trimmed(it->second);
}

bool Config::Has(std::string_view name) const {
  const Property& property = Declared(*definition_, name);
  return given_.contains(property.name) || property.default_value.has_value();
}

bool Config::GetBool(std::string_view name) const { return EqualsIgnoringCase(Get(name), "true"); }

int64_t Config::GetInt(std::string_view name) const {
  const std::string text = Get(name);
  const size_t skip = text.starts_with('+') ? 1 : 0;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + skip, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw ConfigError(fmt::format("the property '{}' needs a whole number, not '{}'", name, text));
  }
  return value;
}

std::vector<std::string> Config::GetList(std::string_view name) const {
  return SplitList(Get(name));
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& names) {
  const std::string* best = nullptr;
  size_t best_distance = std::max<size_t>(2, name.size() / 5) + 1;
  for (const std::string& candidate : names) {
    // The distance is the difference of the lengths at least.
    if (std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size()) >=
        best_distance)
      continue;
    const size_t distance = EditDistance(name, candidate);
    if (distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  if (best != nullptr && best_distance < name.size()) return *best;
  // "hostname" for "database.hostname".
  const std::string suffix = fmt::format(".{}", name);
  for (const std::string& candidate : names) {
    if (candidate.ends_with(suffix)) return candidate;
  }
  return "";
}

}  // namespace tidewire::config
