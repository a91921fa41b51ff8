#include "cli/worker_client.h"

#include <httplib.h>
#include <rapidjson/document.h>

#include "base/error.h"

namespace tidewire::cli {
namespace {

// The worker's own words, where its answer is Kafka Connect's error body.
std::string MessageOf(const std::string& body) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  if (document.HasParseError() || !document.IsObject() || !document.HasMember("message"))
    return body;
  return document["message"].IsString() ? document["message"].GetString() : body;
}

}  // namespace

void AskWorker(const std::string& address, const std::string& path_and_query,
               const TextSink& write) {
  const std::string url = address.find("://") == std::string::npos ? "http://" + address : address;
  httplib::Client client(url);
  client.set_connection_timeout(5);
  // A followed topic may be silent for a long time.
  client.set_read_timeout(24 * 3600);
  int status = 0;
  bool ended_by_us = false;
  std::string refusal;
  const auto result = client.Get(
      path_and_query,
      [&](const httplib::Response& head) {
        status = head.status;
        return true;
      },
      [&](const char* data, size_t size) {
        if (status != 200) {
          refusal.append(data, size);
          return true;
        }
        ended_by_us = !write({data, size});
        return !ended_by_us;
      });
  if (ended_by_us) return;
  if (!result) {
    throw RetriableError(fmt::format(
        "no worker answers at {} ({}); start one with `tidewire worker`, name its address "
        "with --bootstrap-server, or read a stopped worker's directory with --data-dir",
        url, httplib::to_string(result.error())));
  }
  if (status != 200) throw ConfigError(MessageOf(refusal.empty() ? result->body : refusal));
}

}  // namespace tidewire::cli
