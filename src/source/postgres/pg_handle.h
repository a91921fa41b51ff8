// Owners of libpq's objects.
#pragma once

#include <libpq-fe.h>

#include <memory>

namespace tidewire::source {

struct PgConnectionDeleter {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct PgResultDeleter {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
struct PgMemoryDeleter {
  void operator()(void* memory) const noexcept { PQfreemem(memory); }
};

using PgConnectionHandle = std::unique_ptr<PGconn, PgConnectionDeleter>;
using PgResultHandle = std::unique_ptr<PGresult, PgResultDeleter>;
template <class T>
using PgMemory = std::unique_ptr<T, PgMemoryDeleter>;

}  // namespace tidewire::source
