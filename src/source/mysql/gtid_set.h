// Sets of transactions by their global ids, of both kinds.
//
// Sources: MySQL manual, "GTID Sets"; MySQL internals, "COM_BINLOG_DUMP_GTID" (binary form);
// MariaDB Knowledge Base, "Global Transaction ID".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidewire::source {

// A value. One object holds ids of one kind: MySQL's "uuid:1-5:7" (with tags: "uuid:1-5:tag:1-3"),
// or MariaDB's "0-1-270", of which each domain has the last one only.
class GtidSet {
 public:
  enum class Kind : uint8_t { kMysql, kMaria };
  GtidSet() = default;
  explicit GtidSet(Kind kind) : kind_(kind) {}

  // Throws DataError for text that is no such set. Line breaks and blanks between parts are taken.
  static GtidSet Parse(std::string_view text, Kind kind);

  Kind kind() const { return kind_; }
  bool empty() const { return sources_.empty(); }
  // In the server's own order of sources, "," between them.
  std::string ToString() const;

  // One transaction: its source ("uuid", "uuid:tag", a MariaDB domain) and number. MariaDB:
  // `server` is the one that wrote it.
  void Add(std::string_view source, uint64_t sequence, uint32_t server = 0);
  bool Contains(std::string_view source, uint64_t sequence) const;
  bool Contains(const GtidSet& other) const;
  // The sources for which `keep` says so, by their "uuid" (without tag) or "domain-server".
  GtidSet Filtered(const std::function<bool(const std::string&)>& keep) const;
  // Every transaction of both.
  GtidSet With(const GtidSet& other) const;

  // MySQL: the set as COM_BINLOG_DUMP_GTID takes it. Sources with tags need `tagged`.
  std::string Binary(bool tagged) const;
  bool has_tags() const;

  bool operator==(const GtidSet&) const = default;

 private:
  // First and last, inclusive; sorted, apart from each other. MariaDB: one, from 0.
  using Intervals = std::vector<std::pair<uint64_t, uint64_t>>;
  struct Source {
    Intervals intervals;
    uint32_t server = 0;  // MariaDB: of the last transaction.
    bool operator==(const Source&) const = default;
  };
  static void Insert(Intervals& intervals, uint64_t first, uint64_t last);

  Kind kind_ = Kind::kMysql;
  std::map<std::string, Source, std::less<>> sources_;
};

}  // namespace tidewire::source
