// How far a snapshot has come, as the stored offset keeps it, and where each table's stream begins.
// docs/decisions/0004-snapshot-resume.md explains the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source/postgres/lsn.h"

namespace tidewire::source {

// Tables are read in the order of TableName, so one name tells which ones have been begun. Those
// that foreign keys pull forward are named one by one until that order has come to them.
using TableName = std::pair<std::string, std::string>;  // Schema, table.

// A value; not thread-safe.
class PostgresSnapshotState {
 public:
  // One attempt's view of the database: tables behind the last attempt's `through` and up to this
  // `through` were read as of `view`.
  struct Attempt {
    Lsn view;
    TableName through;  // The last table begun; empty: none.
  };

  // From a stored offset (a JSON object); nothing when it holds no snapshot state. Throws DataError
  // on malformed input.
  static std::optional<PostgresSnapshotState> FromOffset(const std::string& offset_json);
  // A fresh snapshot whose stream begins at `start`.
  static PostgresSnapshotState Begin(Lsn start);
  // A snapshot of tables whose rows may be in the log already (snapshot.mode=always), while the
  // stream goes on from where it was, `start`: it leaves nothing out, so that what was deleted in
  // between is deleted.
  static PostgresSnapshotState BeginAgain(Lsn start);

  // Where the slot's stream begins: the view of the first attempt.
  Lsn start() const { return start_; }
  bool completed() const { return completed_; }
  const std::vector<Attempt>& attempts() const { return attempts_; }
  // Begun, but not all of it is in the log.
  const std::vector<TableName>& partial() const { return partial_; }
  bool IsPartial(const TableName& table) const;
  // Rows of the table may be in the log from before this attempt.
  bool MayHaveRows(const TableName& table) const { return again_ || IsPartial(table); }
  // All rows of the table are in the log (or come by the stream alone).
  bool IsDone(const TableName& table) const;

  void BeginAttempt(Lsn view);
  // `ahead`: a table that comes before it by name is still to be begun.
  void BeginTable(const TableName& table, bool ahead = false);
  void FinishTable(const TableName& table);
  // The table begins again under this attempt's view, and nothing of what was read before counts.
  void RestartTable(const TableName& table);
  void Complete() {
    completed_ = true;
    partial_.clear();
  }

  // Changes of transactions that committed (BeginMessage::final_lsn) before this are in the
  // snapshot's rows: the stream leaves them out. Zero: nothing is to be left out.
  Lsn StreamFrom(const TableName& table) const;
  // The stream has passed every table's beginning: offsets need to carry this state no longer.
  bool IsPassed(Lsn commit) const;

  // `"tidewire_snapshot":{…}`: a member for the offset's JSON object; empty when completed and
  // StreamFrom is zero for all tables.
  std::string JsonMember() const;

 private:
  // The view under which the table was begun; nothing: it was not.
  std::optional<Lsn> ViewOf(const TableName& table) const;

  Lsn start_;
  bool again_ = false;
  bool completed_ = false;
  std::vector<Attempt> attempts_;
  std::vector<TableName> partial_;
  std::vector<std::pair<TableName, Lsn>> restarted_;
  std::vector<std::pair<TableName, Lsn>> ahead_;  // Begun under that view, before their turn.
};

}  // namespace tidewire::source
