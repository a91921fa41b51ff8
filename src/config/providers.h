// Config providers: ${file:/path:key}, ${env:NAME}, ${dir:/path:file} in a connector's properties
// stand for a value that the REST API never shows. They are resolved when a connector starts, and
// at no other time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/regex.h"
#include "config/config.h"

namespace tidewire::config {

struct Resolved {
  Properties properties;
  // Those in whose value a provider had a part: to be treated as secrets.
  std::set<std::string> secret_names;
};

// `file`, `env` and `dir` exist without being declared. `config.providers=a,b` in the worker's
// properties gives further names, with `config.providers.<name>.class` (FileConfigProvider,
// EnvVarConfigProvider, DirectoryConfigProvider of org.apache.kafka.common.config.provider) and
// `….param.allowed.paths` or `….param.allowlist.pattern`. Immutable.
class ConfigProviders {
 public:
  // Throws ConfigError for a class that there is not.
  explicit ConfigProviders(const Properties& worker);

  // ${file:path} and ${dir:path} without a key are the whole file, without its last line end. Names
  // of unknown providers are left as they are, as Kafka does: "${topic}" and the like are other
  // people's syntax. Throws ConfigError, which names the property, the file or variable, and the
  // missing key, never a value.
  Resolved Resolve(const Properties& given) const;

 private:
  enum class Kind { kFile, kEnv, kDir };
  struct Provider {
    Kind kind = Kind::kFile;
    std::vector<std::string> allowed_paths;  // Empty: all.
    std::optional<Regex> allowed_names;      // Of environment variables.
  };

  void Declare(const std::string& name, const Properties& worker);
  // Nothing when `reference` (the text between the braces) is not ours.
  std::optional<std::string> LookUp(std::string_view reference) const;
  static std::string FromEnvironment(const Provider& provider, const std::string& name);
  static std::string FromFile(const Provider& provider, const std::string& path,
                              const std::string& key);

  std::map<std::string, Provider, std::less<>> providers_;
};

// How Kafka Connect shows a secret.
inline constexpr const char* kHidden = "[hidden]";

// The properties as they may be shown: passwords and `secret_names` as "[hidden]", and so are
// values of undeclared names that look like secrets (password, secret, token, …).
Properties Masked(const Definition& definition, const Properties& properties,
                  const std::set<std::string>& secret_names);

}  // namespace tidewire::config
