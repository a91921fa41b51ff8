// The command line: `tidewire worker|topics|consume|check`.
#pragma once

#include <string>

namespace tidewire::cli {

inline constexpr const char* kVersion = "0.1.0";
extern const char* const kCommit;  // Of the sources; cmake/commit.cc.in.

// Returns the exit status: 0 done, 1 the command failed (one line on stderr says why), 2 or more:
// wrong usage.
int Run(int argc, char** argv);

}  // namespace tidewire::cli
