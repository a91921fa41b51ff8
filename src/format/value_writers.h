// Writes single values as JSON, one function for each form.
#pragma once

#include "format/column_plan.h"

namespace tidewire::format {

WriteValue WriterOf(Form form, bool decimal_numeric, Target target);

// Bytes as binary.handling.mode has them, quoted.
void AppendBinary(model::BinaryMode mode, std::string_view bytes, std::string& out);

}  // namespace tidewire::format
