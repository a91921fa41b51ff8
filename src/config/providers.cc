#include "config/providers.h"

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "config/properties_file.h"

namespace tidewire::config {
namespace {

constexpr std::string_view kPackage = "org.apache.kafka.common.config.provider.";

std::string WithoutLastLineEnd(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

bool IsInside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const auto inner = std::filesystem::weakly_canonical(path);
  const auto outer = std::filesystem::weakly_canonical(folder);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

void CheckPath(const std::vector<std::string>& allowed, const std::string& path) {
  if (allowed.empty()) return;
  for (const std::string& folder : allowed) {
    if (IsInside(path, folder)) return;
  }
  throw ConfigError(fmt::format(
      "'{}' is outside of the provider's allowed.paths; move the file or add its folder", path));
}

bool LooksSecret(std::string_view name) {
  for (const std::string_view mark : {"password", "secret", "token", "credential", "jaas"}) {
    if (name.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

ConfigProviders::ConfigProviders(const Properties& worker) {
  providers_["file"] = {Kind::kFile, {}, {}};
  providers_["env"] = {Kind::kEnv, {}, {}};
  providers_["dir"] = {Kind::kDir, {}, {}};
  const auto it = worker.find("config.providers");
  if (it == worker.end()) return;
  for (const std::string& name : SplitList(it->second)) Declare(name, worker);
}

void ConfigProviders::Declare(const std::string& name, const Properties& worker) {
  const std::string prefix = fmt::format("config.providers.{}.", name);
  const auto get = [&](const char* key) {
    const auto it = worker.find(prefix + key);
    return it == worker.end() ? std::string() : Trimmed(it->second);
  };
  Provider provider;
  std::string type = get("class");
  if (type.starts_with(kPackage)) type.erase(0, kPackage.size());
  if (type == "FileConfigProvider") {
    provider.kind = Kind::kFile;
  } else if (type == "EnvVarConfigProvider") {
    provider.kind = Kind::kEnv;
  } else if (type == "DirectoryConfigProvider") {
    provider.kind = Kind::kDir;
  } else {
    throw ConfigError(fmt::format(
        "'{}class' is '{}'; it must be one of {}FileConfigProvider, EnvVarConfigProvider or "
        "DirectoryConfigProvider",
        prefix, type, kPackage));
  }
  provider.allowed_paths = SplitList(get("param.allowed.paths"));
  if (const std::string pattern = get("param.allowlist.pattern"); !pattern.empty()) {
    auto regex = Regex::Compile(pattern);
    if (!regex)
      throw ConfigError(fmt::format("'{}param.allowlist.pattern': {}", prefix, regex.error()));
    provider.allowed_names = std::move(*regex);
  }
  providers_[name] = std::move(provider);
}

Resolved ConfigProviders::Resolve(const Properties& given) const {
  Resolved out;
  for (const auto& [name, text] : given) {
    std::string value;
    size_t from = 0;
    for (size_t open = text.find("${"); open != std::string::npos; open = text.find("${", from)) {
      const size_t close = text.find('}', open);
      if (close == std::string::npos) break;
      value.append(text, from, open - from);
      try {
        const auto found = LookUp(std::string_view(text).substr(open + 2, close - open - 2));
        if (found) out.secret_names.insert(name);
        value.append(found ? *found : text.substr(open, close + 1 - open));
      } catch (const std::filesystem::filesystem_error& error) {
        throw ConfigError(fmt::format("the property '{}': {}", name, error.what()));
      } catch (const ConfigError& error) {
        throw ConfigError(fmt::format("the property '{}': {}", name, error.what()));
      }
      from = close + 1;
    }
    value.append(text, from);
    out.properties[name] = std::move(value);
  }
  return out;
}

std::optional<std::string> ConfigProviders::LookUp(std::string_view reference) const {
  const size_t colon = reference.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto it = providers_.find(reference.substr(0, colon));
  if (it == providers_.end()) return std::nullopt;
  const std::string_view rest = reference.substr(colon + 1);
  const size_t second = rest.find(':');
  const bool has_key = second != std::string_view::npos;
  const std::string path(rest.substr(0, second));
  const std::string key(has_key ? rest.substr(second + 1) : std::string_view());
  const Provider& provider = it->second;
  switch (provider.kind) {
    case Kind::kEnv:
      // ${env:NAME}, and ${env::NAME} with an empty path.
      return FromEnvironment(provider, has_key ? key : path);
    case Kind::kFile:
      return FromFile(provider, path, key);
    case Kind::kDir:
      break;
  }
  const std::string file = key.empty() ? path : (std::filesystem::path(path) / key).string();
  return FromFile(provider, file, "");
}

std::string ConfigProviders::FromEnvironment(const Provider& provider, const std::string& name) {
  if (provider.allowed_names && !provider.allowed_names->FullMatch(name)) {
    throw ConfigError(fmt::format(
        "the environment variable '{}' is not in the provider's allowlist.pattern", name));
  }
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) {
    throw ConfigError(
        fmt::format("the environment variable '{}' is not set for the worker; set it and start the "
                    "worker again",
                    name));
  }
  return value;
}

std::string ConfigProviders::FromFile(const Provider& provider, const std::string& path,
                                      const std::string& key) {
  CheckPath(provider.allowed_paths, path);
  if (key.empty()) return WithoutLastLineEnd(ReadTextFile(path));
  Properties properties = LoadPropertiesFile(path);
  const auto it = properties.find(key);
  if (it == properties.end()) {
    throw ConfigError(fmt::format("'{}' has no key '{}'; add the line '{}=…'", path, key, key));
  }
  return std::move(it->second);
}

Properties Masked(const Definition& definition, const Properties& properties,
                  const std::set<std::string>& secret_names) {
  Properties out = properties;
  for (auto& [name, value] : out) {
    const Property* property = definition.Find(name);
    const bool secret = property != nullptr ? property->type == Type::kPassword : LooksSecret(name);
    if (secret || secret_names.contains(name)) value = kHidden;
  }
  return out;
}

}  // namespace tidewire::config
