// The four ways in which a unit of work can end badly. They are thrown anywhere and caught in one
// place: the task loop (runtime/), or the REST and CLI front ends. Expected answers are not errors:
// see result.h.
#pragma once

#include <stdexcept>
#include <string>

namespace tidewire {

// Base of all. `what()` names the connector, table or property concerned, the position where there
// is one, and what to do about it. Never holds a secret.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The configuration is wrong: nothing was started, the user has to change a property or run a
// statement.
class ConfigError : public Error {
 public:
  using Error::Error;
};

// The surroundings failed (server gone, slot busy): the same work may succeed later. The task loop
// retries with back-off.
class RetriableError : public Error {
 public:
  using Error::Error;
};

// One record is bad: it fails the task or goes to the dead letter queue, as `errors.tolerance`
// says.
class DataError : public Error {
 public:
  using Error::Error;
};

// Retrying cannot help (corrupt log, slot invalidated, broken invariant): the task stops as FAILED.
class FatalError : public Error {
 public:
  using Error::Error;
};

// Ends the process with a message when a programmer's assumption is broken; stays on in release
// builds.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, const char* why);

}  // namespace tidewire

#define TW_CHECK(condition, why)                                    \
  do {                                                              \
    if (!(condition)) [[unlikely]]                                  \
      ::tidewire::CheckFailed(__FILE__, __LINE__, #condition, why); \
  } while (false)
