#include "rest/answers.h"

namespace tidewire::rest {

void WriteTaskId(JsonWriter& out, const std::string& connector, int task) {
  out.BeginObject().Key("connector").Text(connector).Key("task").Int(task).EndObject();
}

void WriteProperties(JsonWriter& out, const config::Properties& properties) {
  out.BeginObject();
  for (const auto& [name, value] : properties) out.Key(name).Text(value);
  out.EndObject();
}

void WriteInfo(JsonWriter& out, const runtime::ConnectorInfo& info) {
  out.BeginObject().Key("name").Text(info.name).Key("config");
  WriteProperties(out, info.config);
  out.Key("tasks").BeginArray();
  for (int task = 0; task < info.task_count; ++task) WriteTaskId(out, info.name, task);
  out.EndArray().Key("type").Text(info.type).EndObject();
}

namespace {

// What connectors and tasks have in common: a field that has nothing to say is left out.
void WriteState(JsonWriter& out, const std::string& state, const std::string& worker_id,
                const std::string& version, const std::string& trace) {
  out.Key("state").Text(state).Key("worker_id").Text(worker_id);
  if (!version.empty()) out.Key("version").Text(version);
  if (!trace.empty()) out.Key("trace").Text(trace);
}

}  // namespace

void WriteTaskStatus(JsonWriter& out, const runtime::TaskStatus& status) {
  out.BeginObject().Key("id").Int(status.id);
  WriteState(out, status.state, status.worker_id, status.version, status.trace);
  out.EndObject();
}

void WriteStatus(JsonWriter& out, const runtime::ConnectorStatus& status) {
  out.BeginObject().Key("name").Text(status.name).Key("connector").BeginObject();
  WriteState(out, status.state, status.worker_id, status.version, status.trace);
  out.EndObject().Key("tasks").BeginArray();
  for (const auto& task : status.tasks) WriteTaskStatus(out, task);
  out.EndArray().Key("type").Text(status.type);
  if (!status.snapshot_json.empty()) out.Key("snapshot").Raw(status.snapshot_json);
  out.EndObject();
}

}  // namespace tidewire::rest
