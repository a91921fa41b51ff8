#include "source/task_run.h"

#include <gtest/gtest.h>

#include <thread>

namespace tidewire::source {
namespace {

using namespace std::chrono_literals;

TEST(NewRunId, IsAVersion7UuidThatSortsByTime) {
  class FixedClock : public Clock {
   public:
    int64_t WallNanos() override { return 1'700'000'000'123'000'000; }
    std::chrono::steady_clock::time_point Steady() override { return {}; }
  } clock;
  const std::string id = NewRunId(clock);
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id.substr(0, 15), "018bcfe5-687b-7");
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  EXPECT_NE(id, NewRunId(clock));
}

TEST(PauseFor, EndsAtAStopRequest) {
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  PauseFor(1h, stop.get_token());
  PauseFor(0ms, {});
}

}  // namespace
}  // namespace tidewire::source
