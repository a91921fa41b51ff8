// Expected answers as values: end of input, a torn tail, a key not found, "this text is no
// timestamp".
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace tidewire {

// Either a T or the reason, in words for a person, why there is none.
template <class T>
using Result = tl::expected<T, std::string>;

// `return Failure("...")` from a function that returns Result<T>.
inline tl::unexpected<std::string> Failure(std::string why) {
  return tl::unexpected<std::string>(std::move(why));
}

}  // namespace tidewire
