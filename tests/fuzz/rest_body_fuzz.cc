// What a client sends to the REST API, and the small JSON texts that are kept for later: parsers
// end with an Error or a result, and what was understood is understood again when it is written.
#include <cstdlib>

#include "log/position.h"
#include "rest/http.h"
#include "rest/request_body.h"
#include "runtime/json_text.h"
#include "source/postgres/postgres_position.h"
#include "source/postgres/postgres_snapshot_state.h"

namespace {

using namespace tidewire;

void Expect(bool holds) {
  if (!holds) std::abort();
}

void FuzzTarget(const std::string& text) {
  rest::HttpRequest request;
  rest::ParseTarget(text, request);
  std::string again = "/";
  for (const std::string& segment : request.path) {
    again += rest::PercentEncodeSegment(segment) + "/";
  }
  again += "?";
  for (const auto& [name, value] : request.query) {
    again += rest::PercentEncodeQuery(name) + "=" + rest::PercentEncodeQuery(value) + "&";
  }
  rest::HttpRequest back;
  rest::ParseTarget(again, back);
  Expect(back.path == request.path && back.query == request.query);
}

void FuzzBody(uint8_t which, const std::string& text) {
  switch (which) {
    case 0:
      rest::ParseCreateRequest(text);
      break;
    case 1:
      rest::ParseConfig(text);
      break;
    case 2:
      rest::ParseConfigPatch(text);
      break;
    case 3:
      rest::ParseOffsets(text);
      break;
    default:
      rest::ParseLevel(text);
  }
}

void FuzzKept(uint8_t which, const std::string& text) {
  switch (which) {
    case 0: {
      const std::string canonical = runtime::CanonicalJson(text);
      Expect(runtime::CanonicalJson(canonical) == canonical);
      break;
    }
    case 1:
      if (const auto properties = runtime::PropertiesFromJson(text)) {
        Expect(*runtime::PropertiesFromJson(runtime::PropertiesToJson(*properties)) == *properties);
      }
      break;
    case 2:
      Expect(log::LogPosition::Parse(log::LogPosition::Parse(text).Text()).Text() ==
             log::LogPosition::Parse(text).Text());
      break;
    case 3:
      source::PostgresPosition::FromJson(source::PostgresPosition::FromJson(text).ToJson());
      break;
    default:
      runtime::ParseSinkOffset(text, text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const uint8_t which = data[0] % 11;
  try {
    if (which == 10) {
      FuzzTarget(text);
    } else if (which < 5) {
      FuzzBody(which, text);
    } else {
      FuzzKept(static_cast<uint8_t>(which - 5), text);
    }
  } catch (const Error&) {
  }
  return 0;
}
