// MySQL's binary JSON → the text that the server itself shows, and partial updates of it.
//
// Sources: mysql-server, "sql-common/json_binary.h" (the form), "sql/json_diff.h" (the differences
// that binlog_row_value_options=PARTIAL_JSON logs), "sql-common/json_dom.cc" (the text).
#pragma once

#include <string>
#include <string_view>

namespace tidewire::source {

// Appends the document's text: members in the server's order, ", " and ": " between them. An empty
// document (what a server without strict mode keeps for ''), is null. Throws DataError on
// malformed bytes.
void AppendJsonText(std::string& out, std::string_view binary);

// The same with the logged differences applied in their order.
void AppendJsonTextWith(std::string& out, std::string_view binary, std::string_view differences);

// A double as the server prints it inside of JSON: "1.0", "1e16".
void AppendJsonDouble(std::string& out, double value);

}  // namespace tidewire::source
