// PostgreSQL's arrays and hstores as JSON, and what MySQL's JSON does to numbers.
#pragma once

#include <string>
#include <string_view>

#include "model/type.h"

namespace tidewire::sink {

// "{1,2,NULL}" → "[1,2,null]": integers, decimals and reals as numbers, booleans as such, JSON as
// it is, all others as strings; NaN and the infinities as strings, too. An array whose bounds do
// not begin at 1 goes as a string that holds its literal, for JSON has no bounds. Throws ValueError
// for what is no array literal.
void AppendJsonArray(std::string_view literal, model::Kind element, std::string& out);
// "\"a\"=>\"1\", \"b\"=>NULL" → {"a": "1", "b": null}. Throws ValueError for what is no hstore
// literal.
void AppendJsonObject(std::string_view hstore, std::string& out);
void AppendJsonString(std::string_view text, std::string& out);

// MySQL keeps the numbers of a JSON value as 64-bit integers and doubles. Throws ValueError when
// that changes one.
void CheckJsonNumbers(std::string_view json);

// Whether `text`, a decimal number perhaps with an exponent, is the shortest text of a double
// (float: with `single`) or the same number written otherwise.
bool HoldsAsReal(std::string_view text, bool single);

}  // namespace tidewire::sink
