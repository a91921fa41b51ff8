// What each run of a source's task needs, whatever its database.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "base/clock.h"

namespace tidewire::source {

// A version 7 UUID, which sorts by time: model::RenderOptions::run_id.
std::string NewRunId(Clock& clock);

// Returns when the time is over or a stop is requested; at once when there is no time to wait.
void PauseFor(std::chrono::milliseconds time, std::stop_token stop);

}  // namespace tidewire::source
