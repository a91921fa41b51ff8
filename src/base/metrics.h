// Figures about the running process, in Prometheus' data model. A thin front of prometheus-cpp, so
// that rooms name no vendor types and one registry serves the whole process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace tidewire {

using MetricLabels = std::map<std::string, std::string>;

// A single series; thread-safe; removed from the output when the last handle is gone.
class Metric {
 public:
  virtual ~Metric() = default;
  virtual void Add(double amount) = 0;     // Counters and gauges.
  virtual void Set(double value) = 0;      // Gauges.
  virtual void Observe(double value) = 0;  // Histograms.
};

enum class MetricType { kCounter, kGauge, kHistogram };

// The series `name`{labels}; names end in a unit (_total, _bytes, _seconds). Made on first use,
// shared when it exists.
std::shared_ptr<Metric> MakeMetric(MetricType type, std::string_view name, std::string_view help,
                                   MetricLabels labels);

// The whole registry in the text exposition format.
std::string RenderMetrics();

}  // namespace tidewire
