// Statements for a MySQL or MariaDB server, many of them in one packet: one round trip.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/mysql_connection.h"
#include "sink/sql/dialect.h"

namespace tidewire::sink {

// Used by one thread; the connection outlives it. Methods that send throw RetriableError when the
// connection is lost or the server asks to try again, ConfigError where rights are missing, and
// StatementError where a statement fails for another reason. The server stops at the first that
// fails.
class MysqlPipeline {
 public:
  enum class Role : uint8_t {
    kRow,     // Writes a row.
    kUpsert,  // Likewise; its guard may have found another row.
    kCheck,   // The check of the position.
    kCommit,
    kOther,
  };
  // Of what a failed statement was about.
  struct Failed {
    Role role = Role::kOther;
    unsigned code = 0;
  };

  MysqlPipeline(client::MysqlConnection& connection, std::string target);

  // Where the next statements are to be appended, parted by semicolons; Queue ends them and tells
  // how many they are, Drop takes back what was appended.
  std::string& Begin();
  void Queue(Role role, size_t statements = 1, const RowEvent* event = nullptr);
  void Drop();
  void Queue(Role role, std::string_view sql);
  bool empty() const { return items_.empty(); }
  // Sends what is queued and waits for all of it.
  void Flush();
  // Forgets what is queued.
  void Discard();

  // Flushes, then runs one statement by itself.
  void Run(std::string_view sql, std::string_view what);
  client::MysqlConnection::Rows Query(std::string_view sql, std::string_view what);
  // A bulk: as Run, and its warnings are looked at.
  void RunBulk(Role role, std::string_view sql);
  // Throws what the session's last error means.
  [[noreturn]] void Fail(Role role, const RowEvent* event, std::string_view what);
  // Throws StatementError where the last statement's warnings say that the server changed a value.
  void CheckWarnings(const RowEvent* event);
  // A RetriableError was thrown: nothing more can be done with the connection.
  bool lost() const { return lost_; }

  // The largest packet that the server takes.
  size_t packet_max() const { return packet_max_; }
  // The last StatementError's.
  const Failed& failed() const { return failed_; }
  // Each row goes by itself, so that its warnings can be read before the commit. Becomes true when
  // the server warned about one of several.
  bool careful() const { return careful_; }
  void set_careful(bool careful) { careful_ = careful; }

 private:
  struct Item {
    Role role = Role::kOther;
    std::optional<RowEvent> event;
  };
  void CheckSize(const RowEvent* event);
  // False: the statement failed while its rows were made.
  bool TakeResult();
  void NoteWarning(const std::vector<Item>& items, size_t first);

  client::MysqlConnection& connection_;
  const std::string target_;
  size_t packet_max_ = 0;
  std::string packet_;
  size_t begun_ = 0;  // Where the statement in the making begins.
  std::vector<Item> items_;
  Failed failed_;
  bool careful_ = false;
  bool lost_ = false;
};

}  // namespace tidewire::sink
