// `tidewire check FILE.json`: validates a connector's configuration and looks at its database;
// starts nothing.
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdio>

#include "cli/catalogue.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "config/properties_file.h"
#include "config/providers.h"
#include "runtime/connector_validation.h"

namespace tidewire::cli {
namespace {

using config::Finding;

struct Counts {
  int errors = 0;
  int warnings = 0;
};

void Print(Counts& counts, Finding::Severity severity, const std::string& property,
           const std::string& message, const std::string& remedy) {
  const char* mark = "info   ";
  if (severity == Finding::Severity::kError) {
    mark = "ERROR  ";
    ++counts.errors;
  } else if (severity == Finding::Severity::kWarning) {
    mark = "warning";
    ++counts.warnings;
  }
  const bool named = property.empty() || message.find(property) != std::string::npos;
  fmt::print("{} {}{}{}\n", mark, named ? "" : property, named ? "" : ": ", message);
  if (!remedy.empty()) fmt::print("        remedy: {}\n", remedy);
}

config::Properties ReadConfig(const std::string& file) {
  const std::string text = config::ReadTextFile(file);
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  if (document.HasParseError()) {
    throw ConfigError(fmt::format("{}: no valid JSON at byte {}: {}", file,
                                  document.GetErrorOffset(),
                                  rapidjson::GetParseError_En(document.GetParseError())));
  }
  if (!document.IsObject()) throw ConfigError(file + ": a JSON object is expected");
  const bool wrapped = document.HasMember("config") && document["config"].IsObject();
  config::Properties out;
  for (const auto& member : (wrapped ? document["config"] : document).GetObject()) {
    if (member.value.IsNull()) continue;
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    member.value.Accept(writer);
    out[member.name.GetString()] =
        member.value.IsString()
            ? std::string(member.value.GetString(), member.value.GetStringLength())
            : std::string(buffer.GetString(), buffer.GetSize());
  }
  if (wrapped && document.HasMember("name") && document["name"].IsString()) {
    out["name"] = document["name"].GetString();
  }
  // A bare configuration has no name yet; that is no fault of it.
  out.emplace("name", "checked");
  return out;
}

void LookAtDatabase(const runtime::Plugin& plugin, const config::Properties& properties,
                    Counts& counts) {
  const config::Config typed(*plugin.definition, properties);
  const auto findings = plugin.source ? plugin.source->Preflight(typed, config::Depth::kFull)
                                      : plugin.sink->Preflight(typed, config::Depth::kFull);
  for (const Finding& finding : findings) {
    Print(counts, finding.severity, finding.property, finding.message, finding.remedy);
  }
}

}  // namespace

int RunCheck(const CheckCommand& command) {
  config::Properties worker;
  if (!command.properties_file.empty())
    worker = config::LoadPropertiesFile(command.properties_file);
  const config::Properties properties =
      config::ConfigProviders(worker).Resolve(ReadConfig(command.file)).properties;
  const runtime::Plugins plugins = MakeCatalogue();
  config::CommonDefaults defaults;
  defaults.worker_version = kVersion;
  const runtime::ValidatedConfig validated =
      runtime::ValidateConnector(plugins, defaults, properties);
  Counts counts;
  for (const config::ValidatedProperty& property : validated.properties) {
    for (const std::string& error : property.errors) {
      Print(counts, Finding::Severity::kError, property.property->name, error, "");
    }
  }
  for (const std::string& warning : validated.warnings) {
    Print(counts, Finding::Severity::kWarning, "", warning, "");
  }
  if (counts.errors == 0) {
    try {
      LookAtDatabase(*validated.plugin, properties, counts);
    } catch (const Error& e) {
      Print(counts, Finding::Severity::kError, "", e.what(), "");
    }
  }
  fmt::print("{}: {} error(s), {} warning(s); {}\n", command.file, counts.errors, counts.warnings,
             counts.errors == 0 ? "it can be started" : "it would not run");
  return counts.errors == 0 ? 0 : 1;
}

}  // namespace tidewire::cli
