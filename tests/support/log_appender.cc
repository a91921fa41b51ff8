// log_appender DIRECTORY FIRST: appends numbered batches to a log until it is killed, and writes
// each number to its standard output when the batch is acknowledged. A program of its own, because
// a fork of a process with threads may not go on with threads under ThreadSanitizer.
#include <unistd.h>

#include <cstdlib>

#include "log/embedded/embedded_log.h"
#include "unit/log/log_fixture.h"

int main(int argc, char** argv) {
  using namespace tidewire::log;
  if (argc != 3) return 2;
  const auto log = EmbeddedLog::Open(argv[1], {});
  const auto schema = TableTopic("a");
  for (int64_t i = std::atoll(argv[2]);; ++i) {
    BatchBuilder builder;
    for (int j = 0; j < 3; ++j) builder.Add(schema, i, std::string(5'000, 'x'));
    AppendOne(*log, builder.Offset("p", std::to_string(i)).Take(), "c");
    if (write(STDOUT_FILENO, &i, sizeof i) != sizeof i) return 1;
  }
}
