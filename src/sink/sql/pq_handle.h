// libpq's objects as owners: nothing in this room frees one by hand.
#pragma once

#include <libpq-fe.h>

#include <memory>

namespace tidewire::sink {

struct PqConnectionCloser {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct PqResultCloser {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};

using PqConnection = std::unique_ptr<PGconn, PqConnectionCloser>;
using PqResult = std::unique_ptr<PGresult, PqResultCloser>;

}  // namespace tidewire::sink
