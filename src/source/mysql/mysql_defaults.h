// Constants of DEFAULT as values: what a row has that a statement did not give.
#pragma once

#include "model/datum.h"
#include "model/type.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// The column's default as a Datum of `kind`; NULL where it has none, or none that is a constant
// (the server sends the values of expressions). Views point into `column`.
model::Datum MysqlConstant(const MysqlColumn& column, model::Kind kind);

}  // namespace tidewire::source
