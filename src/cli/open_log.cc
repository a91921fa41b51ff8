#include "cli/open_log.h"

#include <filesystem>

#include "base/error.h"
#include "format/render.h"
#include "log/embedded/embedded_log.h"

namespace tidewire::cli {

std::unique_ptr<log::Log> OpenLog(const config::Config& worker) {
  log::EmbeddedLogOptions options;
  options.log.retention_ms = worker.GetInt("tidewire.log.retention.ms");
  options.log.total_bytes_max = worker.GetInt("tidewire.log.retention.bytes");
  options.clean_interval =
      std::chrono::milliseconds(worker.GetInt("tidewire.log.retention.check.interval.ms"));
  options.log.default_partitions = static_cast<int32_t>(worker.GetInt("tidewire.log.partitions"));
  // Kafka's partitioner hashes the key's bytes, so the log needs them as the converter writes them.
  options.log.make_render_key = [] {
    return [renderer = std::shared_ptr<format::Renderer>(format::MakeRenderer())](
               const model::ChangeBatch& batch, const model::Record& record, std::string& out) {
      return renderer->RenderKey(batch, record, out);
    };
  };
  return log::EmbeddedLog::Open(worker.Get("tidewire.data.dir"), std::move(options));
}

std::unique_ptr<log::Log> OpenLogReadOnly(const std::string& directory) {
  if (!std::filesystem::is_directory(directory)) {
    throw ConfigError(fmt::format(
        "{} is no directory; --data-dir names the tidewire.data.dir of a worker", directory));
  }
  return log::EmbeddedLog::OpenReadOnly(directory);
}

}  // namespace tidewire::cli
