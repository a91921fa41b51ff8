#include "source/mysql/gtid_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace tidewire::source {
namespace {

constexpr size_t kUuidText = 36;

[[noreturn]] void NoSet(std::string_view text) {
  throw DataError(fmt::format("'{}' is no set of GTIDs", text.substr(0, 200)));
}

uint64_t Number(std::string_view text, std::string_view whole) {
  uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) NoSet(whole);
  return out;
}

// Cuts the text up to the separator off.
std::string_view Cut(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::string WithoutBlanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') out += c;
  }
  return out;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool IsTag(std::string_view part) { return !part.empty() && (part[0] < '0' || part[0] > '9'); }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool IsUuid(std::string_view text) {
  if (text.size() != kUuidText) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : HexDigit(text[i]) < 0) return false;
  }
  return true;
}

void AppendLittle(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xFF);
}

void AppendUuid(std::string& out, std::string_view text) {
  int high = -1;
  for (const char c : text) {
    const int digit = HexDigit(c);
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      out += static_cast<char>(high << 4 | digit);
      high = -1;
    }
  }
}

}  // namespace

void GtidSet::Insert(Intervals& intervals, uint64_t first, uint64_t last) {
  // The usual case: the next one of a source.
  if (!intervals.empty() && first == intervals.back().second + 1) {
    intervals.back().second = last;
    return;
  }
  intervals.emplace_back(first, last);
  std::sort(intervals.begin(), intervals.end());
  Intervals merged;
  for (const auto& interval : intervals) {
    if (!merged.empty() && interval.first <= merged.back().second + 1) {
      merged.back().second = std::max(merged.back().second, interval.second);
    } else {
      merged.push_back(interval);
    }
  }
  intervals = std::move(merged);
}

GtidSet GtidSet::Parse(std::string_view given, Kind kind) {
  GtidSet out(kind);
  const std::string whole = WithoutBlanks(given);
  std::string_view text = whole;
  while (!text.empty()) {
    std::string_view item = Cut(text, ',');
    if (item.empty()) continue;
    if (kind == Kind::kMaria) {
      const std::string domain(Cut(item, '-'));
      const uint64_t server = Number(Cut(item, '-'), given);
      Number(domain, given);
      out.Add(domain, Number(item, given), static_cast<uint32_t>(server));
      continue;
    }
    const std::string uuid = Lower(Cut(item, ':'));
    if (!IsUuid(uuid)) NoSet(given);
    std::string source = uuid;
    while (!item.empty()) {
      std::string_view part = Cut(item, ':');
      if (IsTag(part)) {
        source = uuid + ':' + Lower(part);
        continue;
      }
      const uint64_t first = Number(Cut(part, '-'), given);
      const uint64_t last = part.empty() ? first : Number(part, given);
      if (first == 0 || last < first) NoSet(given);
      Insert(out.sources_[source].intervals, first, last);
    }
  }
  return out;
}

std::string GtidSet::ToString() const {
  std::string out;
  std::string_view uuid;
  for (const auto& [source, entry] : sources_) {
    if (kind_ == Kind::kMaria) {
      fmt::format_to(std::back_inserter(out), "{}{}-{}-{}", out.empty() ? "" : ",", source,
                     entry.server, entry.intervals.back().second);
      continue;
    }
    const std::string_view own = std::string_view(source).substr(0, kUuidText);
    if (own != uuid) {
      if (!out.empty()) out += ',';
      out += own;
      uuid = own;
    }
    if (source.size() > kUuidText) out += source.substr(kUuidText);
    for (const auto& [first, last] : entry.intervals) {
      fmt::format_to(std::back_inserter(out), ":{}", first);
      if (last != first) fmt::format_to(std::back_inserter(out), "-{}", last);
    }
  }
  return out;
}

void GtidSet::Add(std::string_view source, uint64_t sequence, uint32_t server) {
  auto found = sources_.find(source);
  if (found == sources_.end()) found = sources_.emplace(source, Source{}).first;
  Source& entry = found->second;
  if (kind_ == Kind::kMysql) {
    Insert(entry.intervals, sequence, sequence);
    return;
  }
  entry.intervals.assign(1, {0, sequence});
  entry.server = server;
}

bool GtidSet::Contains(std::string_view source, uint64_t sequence) const {
  const auto found = sources_.find(source);
  if (found == sources_.end()) return false;
  const Intervals& intervals = found->second.intervals;
  return std::any_of(intervals.begin(), intervals.end(), [&](const auto& interval) {
    return interval.first <= sequence && sequence <= interval.second;
  });
}

bool GtidSet::Contains(const GtidSet& other) const {
  return std::all_of(other.sources_.begin(), other.sources_.end(), [&](const auto& theirs) {
    const auto found = sources_.find(theirs.first);
    if (found == sources_.end()) return false;
    const Intervals& own = found->second.intervals;
    return std::all_of(
        theirs.second.intervals.begin(), theirs.second.intervals.end(), [&](const auto& wanted) {
          return std::any_of(own.begin(), own.end(), [&](const auto& interval) {
            return interval.first <= wanted.first && wanted.second <= interval.second;
          });
        });
  });
}

GtidSet GtidSet::Filtered(const std::function<bool(const std::string&)>& keep) const {
  GtidSet out(kind_);
  for (const auto& [source, entry] : sources_) {
    const std::string name = kind_ == Kind::kMysql ? source.substr(0, kUuidText)
                                                   : fmt::format("{}-{}", source, entry.server);
    if (keep(name)) {
      out.sources_.emplace(source, entry);
    }
  }
  return out;
}

GtidSet GtidSet::With(const GtidSet& other) const {
  GtidSet out = *this;
  for (const auto& [source, entry] : other.sources_) {
    auto [own, added] = out.sources_.emplace(source, entry);
    if (added) continue;
    if (kind_ == Kind::kMaria) {
      if (entry.intervals.back().second > own->second.intervals.back().second) own->second = entry;
      continue;
    }
    for (const auto& [first, last] : entry.intervals) Insert(own->second.intervals, first, last);
  }
  return out;
}

bool GtidSet::has_tags() const {
  return kind_ == Kind::kMysql && std::any_of(sources_.begin(), sources_.end(), [](const auto& s) {
           return s.first.size() > kUuidText;
         });
}

// Source: mysql-server, "sql/rpl_gtid_set.cc", Gtid_set::encode.
std::string GtidSet::Binary(bool tagged) const {
  std::string out;
  const uint64_t count = sources_.size();
  if (tagged) {
    // The format stands in the first and in the last byte, the count between them.
    constexpr uint64_t kTagged = 1;
    AppendLittle(out, kTagged << 56 | count << 8 | kTagged, 8);
  } else {
    AppendLittle(out, count, 8);
  }
  for (const auto& [source, entry] : sources_) {
    AppendUuid(out, std::string_view(source).substr(0, kUuidText));
    if (tagged) {
      const std::string_view tag =
          source.size() > kUuidText ? std::string_view(source).substr(kUuidText + 1) : "";
      out += static_cast<char>(tag.size() << 1);
      out += tag;
    }
    AppendLittle(out, entry.intervals.size(), 8);
    for (const auto& [first, last] : entry.intervals) {
      AppendLittle(out, first, 8);
      AppendLittle(out, last + 1, 8);
    }
  }
  return out;
}

}  // namespace tidewire::source
