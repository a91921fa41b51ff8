// The single checks of the preflight. Each adds what it finds; statements throw as PgThrow says.
#pragma once

#include <string>
#include <vector>

#include "config/finding.h"
#include "source/capture_filters.h"
#include "source/postgres/pg_connection.h"
#include "source/postgres/postgres_catalog_facts.h"
#include "source/postgres/postgres_settings.h"

namespace tidewire::source {

struct PreflightContext {
  const PostgresSettings& settings;
  PGconn* connection;
  std::vector<config::Finding>& findings;

  void Error(std::string property, std::string message, std::string remedy) const;
  void Warn(std::string property, std::string message, std::string remedy) const;
  std::string Setting(const std::string& name) const;
  // The role of the session, quoted.
  std::string Role() const;
};

void CheckServer(const PreflightContext& context);
void CheckRole(const PreflightContext& context);
void CheckSlotAtServer(const PreflightContext& context);

// A captured table and what the role may do with it.
struct PreflightTable {
  TableFacts facts;
  bool can_select = false;
  bool can_use_schema = false;
  bool owns = false;
  bool row_security = false;  // And the role is subject to it.
};
std::vector<PreflightTable> ReadCapturedTables(const PreflightContext& context,
                                               const CaptureFilters& filters);
void CheckGrants(const PreflightContext& context, const std::vector<PreflightTable>& tables);
void CheckPublication(const PreflightContext& context, const std::vector<PreflightTable>& tables);
void CheckKeys(const PreflightContext& context, const std::vector<PreflightTable>& tables,
               const CaptureFilters& filters);

}  // namespace tidewire::source
