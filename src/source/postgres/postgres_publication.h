// The publication at the server.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "source/postgres/pg_connection.h"
#include "source/postgres/postgres_settings.h"

namespace tidewire::source {

// Schema and name of each captured table; only asked for in filtered mode.
using PublishedTables = std::function<std::vector<std::pair<std::string, std::string>>()>;

// Makes or alters the publication as publication.autocreate.mode says; to be called before the slot
// is made, since decoding looks publications up as they were at each change. Throws ConfigError
// when it is missing and must not be made, or grants are missing.
void EnsurePublication(const PostgresSettings& settings, PGconn* connection,
                       const PublishedTables& tables);

}  // namespace tidewire::source
