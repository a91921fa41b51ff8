// Column defaults as constants, where they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/type.h"

namespace tidewire::source {

enum class DefaultForm {
  kExpression,  // now(), nextval(…), anything that only the server can give.
  kNull,        // A NULL with casts: as if there were no default.
  kText,        // A constant; `text` is the value as the type's output function would print it.
  kLiteral,     // A literal with casts: constant, but the server has to say what it looks like.
};

struct ParsedDefault {
  DefaultForm form = DefaultForm::kExpression;
  std::string text;
};

// `expression` as pg_get_expr prints it: 'x''y'::text, 1.50, '-1'::integer, ('now'::text)::date.
ParsedDefault ParseDefault(std::string_view expression, const model::ColumnType& type);

}  // namespace tidewire::source
