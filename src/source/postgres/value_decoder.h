// From PostgreSQL's text and binary output to Datums, exactly. Used by the stream (pgoutput) and
// the snapshot (COPY).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "model/datum.h"
#include "model/type.h"

namespace tidewire::source {

// The value that `text` stands for, `text` being the output function's text under the session
// settings that PgConnect makes (so not NULL, and without COPY's escapes). Views of the result
// point into `text` itself unless CopiesText(type): the caller keeps `text` alive as long as the
// batch (its arena, or the batch's `backing`). Thread-safe. Throws DataError, without naming the
// column, when `text` is not of that type.
model::Datum DecodeText(const model::ColumnType& type, std::string_view text, Arena& arena);

// True when the result never points into `text`: numbers, dates, times, bytes, money.
bool CopiesText(const model::ColumnType& type);

}  // namespace tidewire::source
