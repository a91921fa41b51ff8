// Which topics a sink's position speaks of.
#pragma once

#include <optional>
#include <string>

#include "log/log.h"

namespace tidewire::runtime {

// A position is one place in the log's sequence, so it would count a topic that joins the
// subscription later as read up to there. Kafka Connect keeps an offset for each topic: one that
// joins is read from its beginning, one that comes back from where it was left. So is it here: the
// log's state holds the subscription that a sink's position was made with, and where topics that
// left it stood.
struct SinkCoverage {
  // From where a sink with the present subscription goes on; to be stored in the target before
  // `note` is written.
  log::Position position;
  // To be written with NoteCoverage; empty: the state says so already.
  std::optional<std::string> note;
};

// `position` is the target's; empty: none, so everything is still to be read. Throws what the log
// throws: FatalError where the position is of another log, or where something was missed.
SinkCoverage CoverageOf(log::Log& log, const std::string& connector,
                        const log::Subscription& subscription, const log::Position& position);
// Durable on return.
void NoteCoverage(log::Log& log, const std::string& connector, const SinkCoverage& coverage);

}  // namespace tidewire::runtime
