// How far a snapshot has come, as the stored offset keeps it, and where each table's stream begins.
// docs/decisions/0004-snapshot-resume.md explains the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidewire::source {

// Tables are read in the order of TableName, so one name tells which ones have been begun. Those
// that foreign keys pull forward are named one by one until that order has come to them.
using TableName = std::pair<std::string, std::string>;  // Schema or database, table.

// Positions of the source's stream are numbers that grow with it (PostgreSQL: an LSN); a source
// whose positions are more than a number keeps their text in the attempt's tag. A value; not
// thread-safe.
class SnapshotState {
 public:
  // One attempt's view of the database: tables behind the last attempt's `through` and up to this
  // `through` were read as of `view`.
  struct Attempt {
    uint64_t view = 0;
    TableName through;  // The last table begun; empty: none.
    std::string tag;    // The source's own word for `view` (MySQL: a GTID set); may be empty.
  };

  // From a stored offset (a JSON object); nothing when it holds no snapshot state. Throws DataError
  // on malformed input.
  static std::optional<SnapshotState> FromOffset(const std::string& offset_json);
  // A fresh snapshot whose stream begins at `start`.
  static SnapshotState Begin(uint64_t start);
  // A snapshot of tables whose rows may be in the log already (snapshot.mode=always), while the
  // stream goes on from where it was, `start`: it leaves nothing out, so that what was deleted in
  // between is deleted.
  static SnapshotState BeginAgain(uint64_t start);

  // Where the stream begins: the view of the first attempt, or a place before it.
  uint64_t start() const { return start_; }
  bool completed() const { return completed_; }
  const std::vector<Attempt>& attempts() const { return attempts_; }
  // Begun, but not all of it is in the log.
  const std::vector<TableName>& partial() const { return partial_; }
  bool IsPartial(const TableName& table) const;
  // Rows of the table may be in the log from before this attempt.
  bool MayHaveRows(const TableName& table) const { return again_ || IsPartial(table); }
  // All rows of the table are in the log (or come by the stream alone).
  bool IsDone(const TableName& table) const;

  void BeginAttempt(uint64_t view, std::string tag = {});
  // `ahead`: a table that comes before it by name is still to be begun.
  void BeginTable(const TableName& table, bool ahead = false);
  void FinishTable(const TableName& table);
  // The table begins again under this attempt's view, and nothing of what was read before counts.
  void RestartTable(const TableName& table);
  void Complete() {
    completed_ = true;
    partial_.clear();
  }

  // Changes of transactions that committed before this are in the snapshot's rows: the stream
  // leaves them out. Zero: nothing is to be left out.
  uint64_t StreamFrom(const TableName& table) const;
  // The tag of the attempt with that view; empty: there is none.
  std::string_view TagOf(uint64_t view) const;
  // The stream has passed every table's beginning: offsets need to carry this state no longer.
  bool IsPassed(uint64_t commit) const;

  // `"tidewire_snapshot":{…}`: a member for the offset's JSON object; empty when completed and
  // StreamFrom is zero for all tables.
  std::string JsonMember() const;

 private:
  // The view under which the table was begun; nothing: it was not.
  std::optional<uint64_t> ViewOf(const TableName& table) const;

  uint64_t start_ = 0;
  bool again_ = false;
  bool completed_ = false;
  std::vector<Attempt> attempts_;
  std::vector<TableName> partial_;
  std::vector<std::pair<TableName, uint64_t>> restarted_;
  std::vector<std::pair<TableName, uint64_t>> ahead_;  // Begun under that view, before their turn.
};

}  // namespace tidewire::source
