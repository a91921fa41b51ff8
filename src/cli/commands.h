// The subcommands, behind their options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/looking.h"

namespace tidewire::cli {

// Throw Error; return the exit status.

struct WorkerCommand {
  std::string properties_file;           // Empty: all defaults.
  std::vector<std::string> assignments;  // "key=value": stronger than the file.
};
// Runs until SIGTERM or SIGINT.
int RunWorker(const WorkerCommand& command);

// Where the log is: a running worker, or the directory of a stopped one.
struct Location {
  std::string worker = "127.0.0.1:8083";
  std::string data_dir;  // Not empty: this directory.
};
int RunTopics(const Location& location, const TopicsRequest& request);
int RunConsume(const Location& location, const ConsumeRequest& request);

struct CheckCommand {
  std::string file;
  std::string properties_file;  // The worker's, for its config providers; may be empty.
};
// Status 1 when there are errors.
int RunCheck(const CheckCommand& command);

}  // namespace tidewire::cli
