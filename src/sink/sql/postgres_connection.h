// libpq without blocking: every wait can be interrupted, and data flows both ways while we wait.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sql/dialect.h"
#include "sink/sql/pq_handle.h"

namespace tidewire::sink {

// Ends all waits of a session, for good. Signal: any thread. No file descriptor: a thousand idle
// sinks need none.
class Interrupter {
 public:
  void Signal() noexcept { signalled_.store(true, std::memory_order_relaxed); }
  bool signalled() const { return signalled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> signalled_{false};
};

// Values of one prepared statement's execution.
class ParameterList {
 public:
  void Clear();
  void AddNull();
  // Appends a value to the buffer given to `write`; binary values begin with their length, as
  // AppendBinaryField writes it.
  void Add(bool binary, const std::function<void(std::string&)>& write);
  void AddText(std::string_view text);

 private:
  friend class PostgresConnection;
  struct Item {
    size_t at = 0;
    int length = 0;
    bool null = false;
    bool binary = false;
  };
  std::string buffer_;
  std::vector<Item> items_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// Used by one thread. Every method throws RetriableError when the connection is lost, the server
// asks to try again, or the interrupter was signalled, and StatementError when a statement fails
// for another reason.
class PostgresConnection {
 public:
  // Connects within the deadline. `target` names the server in messages.
  PostgresConnection(const std::map<std::string, std::string>& keywords, std::string target,
                     const Interrupter* interrupter, std::chrono::milliseconds patience);

  // Runs one or more statements; the results of all of them.
  std::vector<PqResult> Execute(const std::string& sql);
  // For one statement that returns a single row: its values, NULL as empty optional. No row: empty
  // vector.
  std::vector<std::optional<std::string>> Row(const std::string& sql);

  // COPY … FROM STDIN: begin, any number of chunks, end.
  void BeginCopy(const std::string& sql);
  void CopyChunk(std::string_view bytes);
  void EndCopy();
  // Instead of EndCopy: the server forgets what came, and the transaction has failed.
  void AbortCopy();

  // Pipelined statements: results are looked at in FinishPipeline only. `event` goes into the
  // error.
  void SendPrepare(const std::string& name, const std::string& sql, const std::vector<Oid>& types);
  void SendPrepared(const std::string& name, ParameterList& parameters, const RowEvent* event);
  void SendSimple(const char* sql);
  // Waits for all; the first failure is thrown when everything was read. Nothing pending: returns
  // at once.
  void FinishPipeline();
  // Counts the pipelines. Statements prepared in one that failed may or may not exist; `failed` is
  // told its number.
  uint64_t pipeline() const { return pipeline_; }
  void OnFailedPipeline(std::function<void(uint64_t)> failed) { on_failed_ = std::move(failed); }

  // The transaction's state as of the last result: PQTRANS_….
  PGTransactionStatusType transaction() const { return PQtransactionStatus(connection_.get()); }
  bool usable() const { return PQstatus(connection_.get()) == CONNECTION_OK; }

 private:
  struct Expected {
    std::optional<RowEvent> event;
  };
  void Connect(std::chrono::milliseconds patience);
  void EnterPipeline();
  void Wait(short events, std::optional<std::chrono::steady_clock::time_point> deadline = {});
  void Flush();
  PqResult FinishCopy(const char* reason);
  PqResult Next();
  [[noreturn]] void Lost();
  [[noreturn]] void Fail(const PGresult* result, const std::optional<RowEvent>& event);
  void Sent(int ok, const RowEvent* event);

  PqConnection connection_;
  std::string target_;
  const Interrupter* interrupter_;
  std::deque<Expected> expected_;
  uint64_t pipeline_ = 0;
  std::function<void(uint64_t)> on_failed_;
};

}  // namespace tidewire::sink
