// `tidewire topics` and `tidewire consume`.
#include <cstdio>

#include "cli/commands.h"
#include "cli/open_log.h"
#include "cli/worker_client.h"

namespace tidewire::cli {
namespace {

// False when the reader of our output has gone (`tidewire consume | head`): then we end, too.
bool ToStdout(std::string_view piece) {
  if (std::fwrite(piece.data(), 1, piece.size(), stdout) != piece.size()) return false;
  return std::fflush(stdout) == 0;
}

}  // namespace

int RunTopics(const Location& location, const TopicsRequest& request) {
  if (location.data_dir.empty()) {
    AskWorker(location.worker, "/tidewire/topics" + ToQuery(request), ToStdout);
  } else {
    ToStdout(DescribeTopics(*OpenLogReadOnly(location.data_dir), request));
  }
  return 0;
}

int RunConsume(const Location& location, const ConsumeRequest& request) {
  if (location.data_dir.empty()) {
    AskWorker(location.worker, "/tidewire/consume" + ToQuery(request), ToStdout);
  } else {
    const auto log = OpenLogReadOnly(location.data_dir);
    ConsumeRequest to_the_end = request;
    to_the_end.follow = false;  // Nobody writes there.
    Consume(*log, to_the_end, ToStdout, {});
  }
  return 0;
}

}  // namespace tidewire::cli
