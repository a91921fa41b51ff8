#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace tidewire {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, RendersCountersWithTheirLabels) {
  const auto metric =
      MakeMetric(MetricType::kCounter, "test_events_total", "Events.", {{"op", "c"}});
  metric->Add(2);
  metric->Add(1);
  const std::string out = RenderMetrics();
  EXPECT_THAT(out, HasSubstr("# HELP test_events_total Events.\n"));
  EXPECT_THAT(out, HasSubstr("# TYPE test_events_total counter\n"));
  EXPECT_THAT(out, HasSubstr("test_events_total{op=\"c\"} 3\n"));
}

TEST(Metrics, SharesASeriesAndDropsItWithItsLastHandle) {
  auto first = MakeMetric(MetricType::kGauge, "test_shared", "", {{"x", "1"}});
  auto second = MakeMetric(MetricType::kGauge, "test_shared", "", {{"x", "1"}});
  first->Set(5);
  second->Add(2);
  first.reset();
  EXPECT_THAT(RenderMetrics(), HasSubstr("test_shared{x=\"1\"} 7\n"));
  second.reset();
  EXPECT_THAT(RenderMetrics(), Not(HasSubstr("test_shared")));
  const auto again = MakeMetric(MetricType::kGauge, "test_shared", "", {{"x", "1"}});
  EXPECT_THAT(RenderMetrics(), HasSubstr("test_shared{x=\"1\"} 0\n"));
}

TEST(Metrics, PicksHistogramBucketsByTheUnit) {
  const auto seconds = MakeMetric(MetricType::kHistogram, "test_wait_seconds", "", {});
  const auto bytes = MakeMetric(MetricType::kHistogram, "test_batch_bytes", "", {});
  const auto rows = MakeMetric(MetricType::kHistogram, "test_batch_rows", "", {});
  seconds->Observe(0.003);
  bytes->Observe(100);
  rows->Observe(20);
  const std::string out = RenderMetrics();
  EXPECT_THAT(out, HasSubstr("test_wait_seconds_bucket{le=\"0.0025\"} 0\n"));
  EXPECT_THAT(out, HasSubstr("test_wait_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(out, HasSubstr("test_batch_bytes_bucket{le=\"256\"} 1\n"));
  EXPECT_THAT(out, HasSubstr("test_batch_rows_bucket{le=\"10\"} 0\n"));
  EXPECT_THAT(out, HasSubstr("test_batch_rows_bucket{le=\"30\"} 1\n"));
}

TEST(Metrics, ShowsTheProcess) {
  const std::string out = RenderMetrics();
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_open_fds", "process_threads", "process_start_time_seconds"}) {
    EXPECT_THAT(out, HasSubstr(std::string("\n") + name + " "));
  }
}

TEST(Metrics, CanBeMadeAndDroppedOnManyThreads) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 500; ++i) {
        MakeMetric(MetricType::kCounter, "test_race_total", "", {{"x", "y"}})->Add(1);
      }
    });
  }
  threads.clear();
  EXPECT_THAT(RenderMetrics(), Not(HasSubstr("test_race_total")));
}

TEST(MetricsDeathTest, EndsOnAMisuse) {
  const auto counter = MakeMetric(MetricType::kCounter, "test_misuse_total", "", {});
  EXPECT_DEATH(counter->Set(1), "Set is for gauges");
  EXPECT_DEATH(MakeMetric(MetricType::kGauge, "test_misuse_total", "", {}), "two types");
}

}  // namespace
}  // namespace tidewire
