#include "rest/http.h"

#include <charconv>

namespace tidewire::rest {
namespace {

std::string PercentEncode(std::string_view text, std::string_view plain_marks) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte < 0x80 && (std::isalnum(byte) != 0 || plain_marks.find(c) != std::string_view::npos);
    if (plain) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
    }
  }
  return out;
}

}  // namespace

std::string HttpRequest::Query(const std::string& name, const std::string& otherwise) const {
  const auto it = query.find(name);
  return it == query.end() ? otherwise : it->second;
}

HttpResponse JsonResponse(std::string body, int status) {
  HttpResponse out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

HttpResponse EmptyResponse(int status) {
  HttpResponse out;
  out.status = status;
  return out;
}

std::string PercentDecode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    uint8_t byte = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const char* end = text.data() + i + 3;
      const auto [at, error] = std::from_chars(text.data() + i + 1, end, byte, 16);
      if (error == std::errc() && at == end) {
        out.push_back(static_cast<char>(byte));
        i += 2;
        continue;
      }
    }
    out.push_back(plus_is_blank && text[i] == '+' ? ' ' : text[i]);
  }
  return out;
}

std::string PercentEncodeSegment(std::string_view text) {
  return PercentEncode(text, "-._~!$&'()*+,;=:@");
}

std::string PercentEncodeQuery(std::string_view text) { return PercentEncode(text, "-._~"); }

void ParseTarget(std::string_view target, HttpRequest& request) {
  const size_t mark = target.find('?');
  std::string_view path = target.substr(0, mark);
  if (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    request.path.push_back(PercentDecode(path.substr(0, slash), false));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (!pair.empty()) {
      request.query.emplace(PercentDecode(pair.substr(0, equals), true),
                            PercentDecode(value, true));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

}  // namespace tidewire::rest
