// The life of connectors and their tasks: what is stored, what runs, and how one follows the other.
#include "runtime/worker_herder.h"

#include <random>

#include "base/logging.h"
#include "runtime/json_text.h"
#include "runtime/sink_worker_task.h"
#include "runtime/source_worker_task.h"

namespace tidewire::runtime {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kPrefix = "connector/";
constexpr std::chrono::seconds kHouseKeepingInterval{5};
constexpr uint64_t kRestartDoublingsMax = 10;

TargetState TargetOf(const std::string& name) {
  if (name == "PAUSED") return TargetState::kPaused;
  return name == "STOPPED" ? TargetState::kStopped : TargetState::kStarted;
}

// As Kafka's cluster ids look: 22 characters of base64url.
std::string NewClusterId() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::random_device random;
  std::string out;
  for (int i = 0; i < 22; ++i) out += kAlphabet[random() % kAlphabet.size()];
  return out;
}

std::string Valued(const config::Properties& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found == properties.end() ? std::string() : found->second;
}

// An integer property that the class declares; `otherwise` where it does not, or has no value.
int64_t Number(const config::Config& config, const char* name, int64_t otherwise) {
  if (config.definition().Find(name) == nullptr || !config.Has(name)) return otherwise;
  return config.GetInt(name);
}

}  // namespace

log::Subscription SubscriptionOf(const config::Properties& properties) {
  return {.topics = config::SplitList(Valued(properties, "topics")),
          .topics_regex = Valued(properties, "topics.regex")};
}

WorkerHerder::WorkerHerder(const Plugins& plugins, log::Log& log, HerderOptions options)
    : plugins_(plugins),
      log_(log),
      options_(std::move(options)),
      log_size_(MakeMetric(MetricType::kGauge, "tidewire_log_size_bytes",
                           "Bytes of the log on disk.", {})) {
  executor_.Call([this] { Load(); });
}

WorkerHerder::~WorkerHerder() {
  Shutdown(steady_clock::time_point::max());
  // Tasks and jobs end by posting to the executor, so they are joined while it still lives.
  std::map<uint64_t, Thread> jobs;
  executor_.Call([&] {
    for (auto& [name, connector] : connectors_) connector->task.reset();
    jobs.swap(jobs_);
  });
  for (auto& [number, job] : jobs) job.Join();
}

void WorkerHerder::Load() {
  const auto ids = log_.ReadState("cluster/id");
  cluster_id_ = ids.empty() ? NewClusterId() : ids.begin()->second;
  if (ids.empty()) log_.WriteState({{"cluster/id", cluster_id_}});

  const auto state = log_.ReadState(kPrefix);
  constexpr std::string_view kSuffix = "/config";
  for (const auto& [key, value] : state) {
    if (!std::string_view(key).ends_with(kSuffix)) continue;
    const std::string name =
        key.substr(kPrefix.size(), key.size() - kPrefix.size() - kSuffix.size());
    const std::string base = std::string(kPrefix) + name;
    const auto config = PropertiesFromJson(value);
    if (!config) {
      Logger("runtime.herder").error("{}: its stored configuration is {}", name, config.error());
      continue;
    }
    const auto target = state.find(base + "/target");
    Connector& c = Insert(name, *config,
                          target == state.end() ? TargetState::kStarted : TargetOf(target->second));
    if (const auto topics = state.find(base + "/topics"); topics != state.end()) {
      c.topics->Set(ListFromJson(topics->second));
    }
    if (const auto status = state.find(base + "/status"); status != state.end()) {
      const auto fields = PropertiesFromJson(status->second);
      c.stored_status = status->second;
      c.tasks_made = c.target != TargetState::kStopped;  // It has run before.
      // Shown until the task has begun again.
      if (fields && Valued(*fields, "state") == "FAILED") c.task_failure = Valued(*fields, "trace");
    }
  }
}

Connector& WorkerHerder::Insert(const std::string& name, const config::Properties& config,
                                TargetState target) {
  auto made = std::make_unique<Connector>();
  made->name = name;
  made->config = config;
  made->target = target;
  made->plugin = plugins_.FindConnector(Valued(config, "connector.class"));
  made->state_metric = std::make_unique<StateMetric>("tidewire_connector_state",
                                                     "1 for the state that the connector is in.",
                                                     MetricLabels{{"connector", name}});
  made->task_state_metric = std::make_unique<StateMetric>(
      "tidewire_task_state", "1 for the state that the connector's task is in.",
      MetricLabels{{"connector", name}, {"task", "0"}});
  if (made->plugin != nullptr && made->plugin->source) {
    made->source_metrics = std::make_shared<SourceMetrics>(name);
  }
  if (made->plugin != nullptr && made->plugin->sink) {
    made->sink_metrics = std::make_shared<SinkMetrics>(name);
  }
  return *(connectors_[name] = std::move(made));
}

void WorkerHerder::Start() {
  executor_.Post([this] {
    started_ = true;
    for (auto& [name, connector] : connectors_) {
      connector->task_failure.clear();
      Reconcile(*connector);
    }
    HouseKeeping();
  });
}

bool WorkerHerder::Shutdown(steady_clock::time_point deadline) {
  std::vector<std::shared_ptr<WorkerTask>> running;
  executor_.Call([&] {
    ending_ = true;
    for (auto& [name, connector] : connectors_) {
      if (!connector->task) continue;
      connector->task->RequestStop();
      running.push_back(connector->task);
    }
  });
  bool all = true;
  for (const auto& task : running) all = task->WaitEnded(deadline) && all;
  if (all) {
    executor_.Call([&] {
      for (auto& [name, connector] : connectors_) {
        Reap(*connector);
        StoreTopics(*connector);
      }
    });
  }
  return all;
}

Connector* WorkerHerder::Find(const std::string& name) {
  const auto found = connectors_.find(name);
  if (found == connectors_.end() || found->second->deleting) return nullptr;
  Reap(*found->second);
  return found->second.get();
}

Connector& WorkerHerder::Require(const std::string& name, const char* unknown) {
  Connector* found = Find(name);
  if (found == nullptr) throw RequestError(404, fmt::format(fmt::runtime(unknown), name));
  return *found;
}

void WorkerHerder::Reap(Connector& c) {
  if (!c.task || !c.task->ended()) return;
  if (c.task->state() == TaskState::kFailed) {
    c.task_failure = c.task->trace();
    ++c.failures;
    if (!ending_) ScheduleRestart(c);
  }
  c.task.reset();
  StoreStatus(c);
}

void WorkerHerder::Reconcile(Connector& c) {
  Reap(c);
  const bool wanted = started_ && !ending_ && !c.deleting && c.target == TargetState::kStarted;
  if (c.task) {
    if (!wanted || c.restart || c.task_generation != c.generation) c.task->RequestStop();
    return;  // Its end leads back here.
  }
  if (c.jobs > 0) return;
  if (c.deleting) return FinishDeletion(c);
  const bool failed = !c.task_failure.empty() || !c.failure.empty();
  if (wanted && (!failed || c.restart || c.task_generation != c.generation)) StartTask(c);
  ShowState(c);
}

void WorkerHerder::StartTask(Connector& c) {
  c.restart = false;
  c.task_failure.clear();
  c.failure.clear();
  c.task_generation = c.generation;
  ++c.attempt;
  try {
    c.task = MakeTask(c);
    c.task->Start();
    c.tasks_made = true;
  } catch (const std::exception& e) {
    c.task.reset();
    c.failure = e.what();
    ++c.failures;
    Logger("runtime.herder").error("{}: cannot be started: {}", c.name, c.failure);
    ScheduleRestart(c);
  }
  StoreStatus(c);
}

std::shared_ptr<WorkerTask> WorkerHerder::MakeTask(Connector& c) {
  if (c.plugin == nullptr) {
    throw ConfigError(fmt::format("connector.class={} is no class of this worker",
                                  Valued(c.config, "connector.class")));
  }
  const config::Properties properties = Effective(c.config);
  return c.plugin->source ? MakeSource(c, properties) : MakeSink(c, properties);
}

std::shared_ptr<WorkerTask> WorkerHerder::MakeSource(Connector& c,
                                                     const config::Properties& properties) {
  const config::Config config(c.plugin->source->definition(), properties);
  SourceEnvironment environment;
  environment.connector = c.name;
  environment.log = &log_;
  environment.clock = options_.clock;
  environment.metrics = c.source_metrics.get();
  environment.topics = c.topics.get();
  const int64_t queue = Number(config, "max.queue.size.in.bytes", 0);
  environment.queue_bytes = queue > 0 ? static_cast<size_t>(queue) : options_.queue_bytes;
  // Its default bounds the memory of a queue of Java objects; here bytes do.
  if (properties.contains("max.queue.size"))
    environment.queue_records = static_cast<size_t>(Number(config, "max.queue.size", 1));
  SourceTaskOptions options;
  options.retries_max = Number(config, "errors.max.retries", -1);
  options.retry_wait =
      std::chrono::milliseconds(Number(config, "retriable.restart.connector.wait.ms", 10'000));
  return std::make_shared<SourceWorkerTask>(
      std::move(environment), transform::Chain::FromConfig(properties),
      c.plugin->source->CreateTask(config), options, [this, name = c.name] {
        executor_.Post([this, name] {
          if (connectors_.count(name) > 0) Reconcile(*connectors_[name]);
        });
      });
}

std::shared_ptr<WorkerTask> WorkerHerder::MakeSink(Connector& c,
                                                   const config::Properties& properties) {
  const config::Config config(c.plugin->sink->definition(), properties);
  SinkEnvironment environment;
  environment.connector = c.name;
  environment.log = &log_;
  environment.clock = options_.clock;
  environment.metrics = c.sink_metrics.get();
  environment.topics = c.topics.get();
  environment.subscription = SubscriptionOf(properties);
  if (Valued(properties, "consumer.override.auto.offset.reset") == "latest") {
    environment.start = log::StartAt::kLatest;
  }
  return std::make_shared<SinkWorkerTask>(
      std::move(environment), transform::Chain::FromConfig(properties),
      c.plugin->sink->CreateTask(config), [this, name = c.name] {
        executor_.Post([this, name] {
          if (connectors_.count(name) > 0) Reconcile(*connectors_[name]);
        });
      });
}

void WorkerHerder::ScheduleRestart(Connector& c) {
  if (options_.failed_restart.count() == 0) return;
  const auto delay =
      options_.failed_restart * static_cast<int64_t>(std::min<uint64_t>(
                                    c.failures > 0 ? c.failures : 1, kRestartDoublingsMax));
  executor_.PostAt(steady_clock::now() + delay, [this, name = c.name, attempt = c.attempt] {
    Connector* again = Find(name);
    if (again == nullptr || again->attempt != attempt || again->task) return;
    Logger("runtime.herder").info("{}: tries again after its failure", name);
    again->restart = true;
    Reconcile(*again);
  });
}

void WorkerHerder::FinishDeletion(Connector& c) {
  if (c.plugin != nullptr && c.plugin->source && !c.cleaned) {
    c.cleaned = true;
    RunJob(
        c,
        [this, plugin = c.plugin, config = c.config, name = c.name] {
          try {
            const config::Config typed(plugin->source->definition(), Effective(config));
            plugin->source->CreateTask(typed)->CleanUp();
          } catch (const std::exception& e) {
            Logger("runtime.herder")
                .warn("{}: what it made at the server is left: {}", name, e.what());
          }
        },
        [] {});
    return;
  }
  const auto deleted = c.deleted;
  connectors_.erase(c.name);
  deleted->set_value();
}

void WorkerHerder::RunJob(Connector& c, std::function<void()> work, std::function<void()> done) {
  ++c.jobs;
  const uint64_t number = ++jobs_begun_;
  jobs_[number] = Thread("job-" + c.name, [this, number, name = c.name, work = std::move(work),
                                           done = std::move(done)](std::stop_token) {
    work();
    executor_.Post([this, number, name, done] {
      jobs_.erase(number);
      Connector& after = *connectors_.at(name);
      --after.jobs;
      // Last but one: who waits for it may go on at once, and must find the connector free.
      done();
      Reconcile(after);
    });
  });
}

void WorkerHerder::HouseKeeping() {
  if (ending_) return;
  log_size_->Set(static_cast<double>(log_.SizeBytes()));
  for (auto& [name, connector] : connectors_) {
    StoreTopics(*connector);
    ShowState(*connector);
  }
  executor_.PostAt(steady_clock::now() + kHouseKeepingInterval, [this] { HouseKeeping(); });
}

void WorkerHerder::StoreTopics(Connector& c) {
  if (c.deleting || !c.topics->TakeChanged()) return;
  try {
    log_.WriteState({{std::string(kPrefix) + c.name + "/topics", ListToJson(c.topics->Get())}});
  } catch (const Error& e) {
    Logger("runtime.herder").warn("{}: its topics could not be stored: {}", c.name, e.what());
  }
}

void WorkerHerder::StoreStatus(Connector& c) {
  if (c.deleting) return;
  const TaskStatus status = TaskStatusOf(c);
  std::string text = StatusToJson(c.failure.empty() ? status.state : "FAILED",
                                  c.failure.empty() ? c.task_failure : c.failure);
  if (text == c.stored_status) return;
  try {
    log_.WriteState({{std::string(kPrefix) + c.name + "/status", text}});
    c.stored_status = std::move(text);
  } catch (const Error& e) {
    Logger("runtime.herder").warn("{}: its status could not be stored: {}", c.name, e.what());
  }
}

config::Properties WorkerHerder::Effective(const config::Properties& config) const {
  config::Properties out = options_.resolve ? options_.resolve(config) : config;
  for (const char* name : {"key.converter", "value.converter", "header.converter"}) {
    // A connector that names its converter configures it too; the worker's settings are for another
    // one.
    if (out.count(name) > 0) continue;
    for (const auto& [key, value] : options_.converter_defaults) {
      if (key.starts_with(name)) out.emplace(key, value);
    }
  }
  return out;
}

}  // namespace tidewire::runtime
