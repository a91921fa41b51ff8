// What a client sends to the REST API, and the small JSON texts that are kept for later: parsers
// end with an Error or a result, and what was understood is understood again when it is written.
#include <cstdlib>

#include "fuzz/one_of.h"
#include "log/position.h"
#include "rest/http.h"
#include "rest/request_body.h"
#include "runtime/json_text.h"
#include "source/postgres/postgres_position.h"

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

void FuzzCanonicalJson(const std::string& text) {
  const std::string canonical = runtime::CanonicalJson(text);
  Expect(runtime::CanonicalJson(canonical) == canonical);
}

void FuzzProperties(const std::string& text) {
  if (const auto properties = runtime::PropertiesFromJson(text)) {
    Expect(*runtime::PropertiesFromJson(runtime::PropertiesToJson(*properties)) == *properties);
  }
}

void FuzzLogPosition(const std::string& text) {
  Expect(log::LogPosition::Parse(log::LogPosition::Parse(text).Text()).Text() ==
         log::LogPosition::Parse(text).Text());
}

void FuzzPostgresPosition(const std::string& text) {
  source::PostgresPosition::FromJson(source::PostgresPosition::FromJson(text).ToJson());
}

// Errors are an answer that a client can read.
template <auto parser>
void Try(std::string_view bytes) {
  try {
    parser(std::string(bytes));
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return fuzz::OneOf(
      data, size,
      {Try<rest::ParseCreateRequest>, Try<rest::ParseConfig>, Try<rest::ParseConfigPatch>,
       Try<rest::ParseOffsets>, Try<rest::ParseLevel>, Try<FuzzCanonicalJson>, Try<FuzzProperties>,
       Try<FuzzLogPosition>, Try<FuzzPostgresPosition>,
       Try<[](const std::string& text) { runtime::ParseSinkOffset(text, text); }>,
       Try<FuzzTarget>});
}
