// `tidewire worker [worker.properties]`.
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/logging.h"
#include "cli/catalogue.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/open_log.h"
#include "config/properties_file.h"
#include "config/providers.h"
#include "config/worker.h"
#include "rest/rest_server.h"
#include "runtime/worker_herder.h"

namespace tidewire::cli {
namespace {

constexpr const char* kLoggers[] = {
    "log", "log.embedded", "rest", "runtime.herder", "runtime.task", "sink.sql", "source.postgres"};

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// What is left of the time to stop for closing the API and the log.
constexpr milliseconds kCloseTime{400};

config::Properties ReadProperties(const WorkerCommand& command) {
  config::Properties out;
  if (!command.properties_file.empty()) out = config::LoadPropertiesFile(command.properties_file);
  for (const std::string& assignment : command.assignments) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos) {
      throw ConfigError(fmt::format("--set {}: write it as key=value", assignment));
    }
    out[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }
  return out;
}

// Throws ConfigError with all complaints; logs the warnings.
config::Config CheckProperties(const config::Properties& given) {
  const config::Validation validation = config::Validate(config::WorkerDefinition(), given);
  std::string complaints;
  for (const config::ValidatedProperty& property : validation.properties) {
    for (const std::string& error : property.errors) complaints += "\n" + error;
  }
  if (!complaints.empty()) throw ConfigError("the worker's properties are wrong:" + complaints);
  config::Config out(config::WorkerDefinition(), given);
  const std::string format = out.Get("tidewire.log.format");
  const bool text = format == "text" || (format == "auto" && isatty(STDERR_FILENO) == 1);
  SetUpLogging(text ? LogStyle::kTerminal : LogStyle::kJson, out.Get("tidewire.log.level"));
  // Listed by /admin/loggers before they have said anything.
  for (const char* name : kLoggers) Logger(name);
  for (const std::string& warning : validation.warnings) Logger("worker").warn("{}", warning);
  return out;
}

// Called before the first thread is made: all of them inherit the mask, and the signals wait for
// Await.
class Signals {
 public:
  Signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  int Await() const {
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }

 private:
  sigset_t set_{};
};

runtime::HerderOptions MakeHerderOptions(const config::Config& worker,
                                         const std::string& worker_id) {
  runtime::HerderOptions out;
  out.worker_id = worker_id;
  for (const auto& [name, value] : worker.given()) {
    const bool converter = name.find(".converter") != std::string::npos;
    if (converter && name.find("plugin") == std::string::npos) out.converter_defaults[name] = value;
  }
  out.common.worker_version = kVersion;
  out.common.key_converter = worker.Get("key.converter");
  out.common.value_converter = worker.Get("value.converter");
  out.common.header_converter = worker.Get("header.converter");
  out.queue_bytes = static_cast<size_t>(worker.GetInt("tidewire.queue.bytes"));
  const auto providers = std::make_shared<config::ConfigProviders>(worker.given());
  out.resolve = [providers](const config::Properties& given) {
    return providers->Resolve(given).properties;
  };
  return out;
}

std::string Advertised(const config::Config& worker, const config::Listener& listener) {
  const std::string host = worker.Get("rest.advertised.host.name");
  const std::string port = worker.Get("rest.advertised.port");
  return fmt::format("{}:{}", host.empty() ? listener.host : host,
                     port.empty() ? std::to_string(listener.port) : port);
}

int Serve(const config::Config& worker, const Signals& signals, steady_clock::time_point began) {
  const runtime::Plugins plugins = MakeCatalogue();
  const auto log = OpenLog(worker);
  const auto listeners = config::ParseListeners(worker.Get("listeners"));
  runtime::WorkerHerder herder(plugins, *log,
                               MakeHerderOptions(worker, Advertised(worker, listeners[0])));
  rest::RestOptions rest_options;
  rest_options.listeners = listeners;
  rest_options.version = kVersion;
  rest_options.commit = kCommit;
  rest_options.request_bytes_max =
      static_cast<size_t>(worker.GetInt("tidewire.rest.request.bytes.max"));
  rest::RestServer rest(herder, rest_options);
  AddLookingRoutes(rest, *log);
  const int port = rest.Start();
  herder.Start();
  const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
  Logger("worker").info(
      "tidewire {} answers at http://{}:{}, {} ms after its start; its data is in {}", kVersion,
      listeners[0].host, port, took.count(), worker.Get("tidewire.data.dir"));

  const int signal = signals.Await();
  const auto deadline = steady_clock::now() +
                        milliseconds(worker.GetInt("tidewire.shutdown.timeout.ms")) - kCloseTime;
  Logger("worker").info("stops on signal {}", signal);
  if (!herder.Shutdown(deadline)) {
    // A server that does not answer holds a task. Nothing is lost by ending here: it is as safe as
    // a kill.
    Logger("worker").warn(
        "some tasks did not end in time; what they had not committed is done again at the next "
        "start");
    Logger("worker").flush();
    std::_Exit(0);
  }
  rest.Stop();
  Logger("worker").info("stopped");
  return 0;
}

}  // namespace

int RunWorker(const WorkerCommand& command) {
  const auto began = steady_clock::now();
  const Signals signals;
  const config::Config worker = CheckProperties(ReadProperties(command));
  return Serve(worker, signals, began);
}

}  // namespace tidewire::cli
