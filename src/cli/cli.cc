#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/error.h"
#include "cli/commands.h"

namespace tidewire::cli {
namespace {

void AddLocation(CLI::App& app, Location& location) {
  auto* worker = app.add_option("--bootstrap-server", location.worker,
                                "The running worker, host:port (default 127.0.0.1:8083)");
  app.add_option("--data-dir", location.data_dir, "Read the directory of a stopped worker instead")
      ->excludes(worker);
}

void AddWorker(CLI::App& root, int& status) {
  auto command = std::make_shared<WorkerCommand>();
  CLI::App* app =
      root.add_subcommand("worker", "Run connectors, and serve the Kafka Connect REST API");
  app->add_option("properties", command->properties_file,
                  "Kafka Connect's worker.properties; everything has a default");
  app->add_option("--set", command->assignments,
                  "key=value: stronger than the file; may be repeated")
      ->type_name("KEY=VALUE");
  app->footer(
      "Examples:\n"
      "  tidewire worker\n"
      "  tidewire worker worker.properties --set listeners=HTTP://127.0.0.1:8090 --set "
      "tidewire.data.dir=/var/lib/tidewire\n"
      "  curl -i -X POST -H 'Content-Type:application/json' localhost:8083/connectors/ --data "
      "@connector.json\n"
      "SIGTERM or Ctrl-C stops it cleanly.");
  app->callback([command, &status] { status = RunWorker(*command); });
}

void AddTopics(CLI::App& root, int& status) {
  auto location = std::make_shared<Location>();
  auto request = std::make_shared<TopicsRequest>();
  CLI::App* app = root.add_subcommand("topics", "List or describe the topics of the embedded log");
  AddLocation(*app, *location);
  auto list = std::make_shared<bool>(true);
  app->add_flag("--list", *list, "List the names (the default)");
  app->add_flag("--describe", request->describe, "Partitions, offsets and settings too");
  app->add_option("--topic", request->topic, "Only this topic");
  app->footer(
      "Examples:\n  tidewire topics\n  tidewire topics --describe --topic "
      "inventory.public.customers");
  app->callback([location, request, list, &status] { status = RunTopics(*location, *request); });
}

// kafka-console-consumer's --property settings.
void SetProperty(PrintOptions& print, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  const std::string name = assignment.substr(0, equals);
  const std::string value = equals == std::string::npos ? "true" : assignment.substr(equals + 1);
  const bool yes = value == "true";
  if (name == "print.key") {
    print.print_key = yes;
  } else if (name == "print.value") {
    print.print_value = yes;
  } else if (name == "print.timestamp") {
    print.print_timestamp = yes;
  } else if (name == "print.partition") {
    print.print_partition = yes;
  } else if (name == "print.offset") {
    print.print_offset = yes;
  } else if (name == "print.headers") {
    print.print_headers = yes;
  } else if (name == "key.separator") {
    print.key_separator = value;
  } else if (name == "line.separator") {
    print.line_separator = value;
  } else if (name == "null.literal") {
    print.null_literal = value;
  } else {
    throw ConfigError(fmt::format(
        "--property {}: there are print.key, print.value, print.timestamp, print.partition, "
        "print.offset, print.headers, key.separator, line.separator and null.literal",
        name));
  }
}

struct ConsumeOptions {
  Location location;
  ConsumeRequest request;
  std::string topic;
  std::string format = "text";
  std::vector<std::string> properties;
  int64_t timeout_ms = -1;
};

int RunConsumeOptions(ConsumeOptions& options) {
  ConsumeRequest& request = options.request;
  if (!options.topic.empty()) request.subscription.topics = {options.topic};
  if (options.topic.empty() == request.subscription.topics_regex.empty()) {
    throw ConfigError(
        "give either --topic or --topics-regex; `tidewire topics` lists what there is");
  }
  for (const std::string& property : options.properties) SetProperty(request.print, property);
  request.print.jsonl = options.format == "jsonl";
  if (options.timeout_ms >= 0) request.timeout = std::chrono::milliseconds(options.timeout_ms);
  // From the end there is nothing but what is to come.
  if (!request.from_beginning && !request.timeout) request.follow = true;
  return RunConsume(options.location, request);
}

void AddConsume(CLI::App& root, int& status) {
  auto options = std::make_shared<ConsumeOptions>();
  ConsumeRequest& request = options->request;
  CLI::App* app = root.add_subcommand("consume", "Print records as Kafka would hold them");
  AddLocation(*app, options->location);
  app->add_option("--topic", options->topic, "The topic to read");
  app->add_option("--topics-regex,--include", request.subscription.topics_regex,
                  "All topics whose whole name matches, in the order of the log");
  app->add_flag("--from-beginning", request.from_beginning,
                "All there is, and then end; without it: what comes from now on");
  app->add_flag("-f,--follow", request.follow, "With --from-beginning: go on waiting at the end");
  app->add_option("--partition", request.partition, "Only this partition");
  app->add_option("--max-messages", request.messages_max, "End after so many");
  app->add_option("--timeout-ms", options->timeout_ms, "End when nothing came for so long");
  app->add_option("--property,--formatter-property", options->properties,
                  "print.key=true and the like, as kafka-console-consumer takes them")
      ->type_name("KEY=VALUE");
  app->add_option("--format", options->format, "text, or jsonl: one JSON object a line")
      ->check(CLI::IsMember({"text", "jsonl"}));
  app->footer(
      "Examples:\n"
      "  tidewire consume --topic inventory.public.customers --from-beginning --property "
      "print.key=true\n"
      "  tidewire consume --topics-regex 'inventory\\..*' --from-beginning --format jsonl\n"
      "  tidewire consume --topic inventory.public.customers --follow");
  app->callback([options, &status] { status = RunConsumeOptions(*options); });
}

void AddCheck(CLI::App& root, int& status) {
  auto command = std::make_shared<CheckCommand>();
  CLI::App* app = root.add_subcommand(
      "check", "Check a connector's configuration and its database; start nothing");
  app->add_option("file", command->file, "The JSON of POST /connectors, or its config alone")
      ->required();
  app->add_option("--worker-properties", command->properties_file,
                  "The worker's properties, for its config providers");
  app->footer(
      "Example:\n  tidewire check connector.json\nThe exit status is 1 when there are errors.");
  app->callback([command, &status] { status = RunCheck(*command); });
}

}  // namespace

int Run(int argc, char** argv) {
  CLI::App app(
      "Replicates databases: Debezium's and Kafka Connect's connectors, natively, exactly once.",
      "tidewire");
  app.set_version_flag("--version", std::string("tidewire ") + kVersion);
  app.require_subcommand(1);
  app.footer("`tidewire COMMAND --help` tells more, with examples.");
  int status = 0;
  AddWorker(app, status);
  AddTopics(app, status);
  AddConsume(app, status);
  AddCheck(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e);
  } catch (const std::exception& e) {
    fmt::print(stderr, "tidewire: {}\n", e.what());
    return 1;
  }
  return status;
}

}  // namespace tidewire::cli
