// Figures of the process itself, under the names that Prometheus' client libraries share.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace tidewire {

// CPU time, memory, threads, open files and start time, read from /proc/self (proc(5)).
// Thread-safe.
std::vector<prometheus::MetricFamily> CollectProcessMetrics();

}  // namespace tidewire
