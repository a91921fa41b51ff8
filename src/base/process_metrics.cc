#include "base/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace tidewire {
namespace {

prometheus::MetricFamily One(const char* name, const char* help, prometheus::MetricType type,
                             double value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = value;
  metric.counter.value = value;
  return {name, help, type, {metric}};
}

std::string ReadFile(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

double OpenFiles() {
  DIR* dir = opendir("/proc/self/fd");
  if (dir == nullptr) return 0;
  double count = -3;  // Without ".", ".." and the descriptor of this very listing.
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

// The fields of /proc/self/stat behind the command name, which may itself hold blanks; [0] is
// field 3.
std::vector<std::string> StatFields() {
  const std::string stat = ReadFile("/proc/self/stat");
  const size_t end = stat.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream rest(stat.substr(end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

double BootSeconds() {
  const std::string stat = ReadFile("/proc/stat");
  const size_t at = stat.find("btime ");
  return at == std::string::npos ? 0 : std::strtod(stat.c_str() + at + 6, nullptr);
}

}  // namespace

std::vector<prometheus::MetricFamily> CollectProcessMetrics() {
  using prometheus::MetricType;
  std::vector<prometheus::MetricFamily> out;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  out.push_back(One("process_cpu_seconds_total", "CPU time used, user and system.",
                    MetricType::Counter, seconds(usage.ru_utime) + seconds(usage.ru_stime)));
  out.push_back(One("process_open_fds", "Open file descriptors.", MetricType::Gauge, OpenFiles()));
  const auto fields = StatFields();
  if (fields.size() < 22) return out;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto field = [&](size_t number) {
    return std::strtod(fields[number - 3].c_str(), nullptr);
  };
  out.push_back(One("process_threads", "Threads of the process.", MetricType::Gauge, field(20)));
  out.push_back(One("process_start_time_seconds", "Start of the process, since 1970 (UTC).",
                    MetricType::Gauge, BootSeconds() + field(22) / ticks));
  out.push_back(
      One("process_virtual_memory_bytes", "Address space in use.", MetricType::Gauge, field(23)));
  out.push_back(One("process_resident_memory_bytes", "Memory that is in RAM.", MetricType::Gauge,
                    field(24) * page));
  return out;
}

}  // namespace tidewire
