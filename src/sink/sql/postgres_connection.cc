#include "sink/sql/postgres_connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "base/bytes.h"

namespace tidewire::sink {
namespace {

// Statements on their way before their results are read: bounds the memory that answers take.
constexpr size_t kPipelinedMax = 1000;
// How often a wait for the server looks whether it is to end.
constexpr std::chrono::milliseconds kInterruptLook{100};

std::string Trimmed(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string Field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

// Conditions that pass by themselves (appendix A of PostgreSQL's manual): connection trouble,
// resources, shutdown, lost races between transactions.
bool IsTransient(std::string_view state) {
  return state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") ||
         state.starts_with("58") || state == "40001" || state == "40P01" || state == "55P03" ||
         state == "25P03" || state == "57014" || state == "25006";
}

}  // namespace

void ParameterList::Clear() {
  buffer_.clear();
  items_.clear();
}
void ParameterList::AddNull() { items_.push_back({0, 0, true, false}); }
void ParameterList::Add(bool binary, const std::function<void(std::string&)>& write) {
  const size_t at = buffer_.size();
  write(buffer_);
  if (binary) {
    items_.push_back({at + 4, static_cast<int>(buffer_.size() - at - 4), false, true});
  } else {
    items_.push_back({at, static_cast<int>(buffer_.size() - at), false, false});
    buffer_ += '\0';
  }
}
void ParameterList::AddText(std::string_view text) {
  Add(false, [text](std::string& out) { out.append(text); });
}

PostgresConnection::PostgresConnection(const std::map<std::string, std::string>& keywords,
                                       std::string target, const Interrupter* interrupter,
                                       std::chrono::milliseconds patience)
    : target_(std::move(target)), interrupter_(interrupter) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (!connection_)
    throw RetriableError(fmt::format("cannot connect to {}: out of memory", target_));
  Connect(patience);
  PQsetnonblocking(connection_.get(), 1);
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
}

void PostgresConnection::Connect(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (PQstatus(connection_.get()) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
         next != PGRES_POLLING_FAILED) {
    Wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
    next = PQconnectPoll(connection_.get());
  }
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    throw RetriableError(fmt::format("cannot connect to {}: {}", target_,
                                     Trimmed(PQerrorMessage(connection_.get()))));
  }
}

void PostgresConnection::Wait(short events,
                              std::optional<std::chrono::steady_clock::time_point> deadline) {
  pollfd descriptor{PQsocket(connection_.get()), events, 0};
  while (true) {
    if (interrupter_ != nullptr && interrupter_->signalled()) {
      throw RetriableError(fmt::format("{}: interrupted because the task is to stop", target_));
    }
    auto timeout = kInterruptLook;
    if (deadline) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          *deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        throw RetriableError(
            fmt::format("{} does not answer; is it frozen or unreachable?", target_));
      }
      timeout = std::min(timeout, left + std::chrono::milliseconds(1));
    }
    const int ready = poll(&descriptor, 1, static_cast<int>(timeout.count()));
    if (ready < 0 && errno != EINTR) Lost();
    if (ready > 0) return;
  }
}

void PostgresConnection::Lost() {
  const std::string why = Trimmed(PQerrorMessage(connection_.get()));
  throw RetriableError(
      fmt::format("connection to {} lost: {}", target_, why.empty() ? "closed" : why));
}

void PostgresConnection::Fail(const PGresult* result, const std::optional<RowEvent>& event) {
  const std::string state = Field(result, PG_DIAG_SQLSTATE);
  std::string message = Field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = Trimmed(PQresultErrorMessage(result));
  if (const std::string detail = Field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty())
    message += " (" + detail + ")";
  if (const std::string hint = Field(result, PG_DIAG_MESSAGE_HINT); !hint.empty())
    message += " Hint: " + hint;
  if (state.empty() || !usable())
    throw RetriableError(fmt::format("connection to {} lost: {}", target_, message));
  if (IsTransient(state))
    throw RetriableError(fmt::format("{} answers: {} [{}]", target_, message, state));
  std::string text = fmt::format("{} answers: {} [{}]", target_, message, state);
  if (event) text = DescribeEvent(*event) + ": " + text;
  const auto reason =
      state == "23505" ? StatementError::Reason::kDuplicateKey : StatementError::Reason::kOther;
  throw StatementError(text, state, reason, event);
}

void PostgresConnection::Flush() {
  while (true) {
    const int rest = PQflush(connection_.get());
    if (rest == 0) return;
    if (rest < 0) Lost();
    // Answers must be taken in meanwhile, or both sides wait for the other to read.
    Wait(POLLIN | POLLOUT);
    if (PQconsumeInput(connection_.get()) == 0) Lost();
  }
}

PqResult PostgresConnection::Next() {
  while (PQisBusy(connection_.get()) != 0) {
    Wait(POLLIN);
    if (PQconsumeInput(connection_.get()) == 0) Lost();
  }
  return PqResult(PQgetResult(connection_.get()));
}

std::vector<PqResult> PostgresConnection::Execute(const std::string& sql) {
  FinishPipeline();
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) Lost();
  Flush();
  std::vector<PqResult> results;
  PqResult failed;
  while (PqResult result = Next()) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR || status == PGRES_NONFATAL_ERROR ||
        status == PGRES_BAD_RESPONSE) {
      failed = std::move(result);
      if (!usable()) break;
    } else {
      results.push_back(std::move(result));
    }
  }
  if (failed) Fail(failed.get(), {});
  return results;
}

std::vector<std::optional<std::string>> PostgresConnection::Row(const std::string& sql) {
  const std::vector<PqResult> results = Execute(sql);
  std::vector<std::optional<std::string>> row;
  if (results.empty() || PQntuples(results.back().get()) == 0) return row;
  const PGresult* result = results.back().get();
  for (int i = 0; i < PQnfields(result); ++i) {
    row.push_back(PQgetisnull(result, 0, i) != 0
                      ? std::nullopt
                      : std::optional<std::string>(PQgetvalue(result, 0, i)));
  }
  return row;
}

void PostgresConnection::BeginCopy(const std::string& sql) {
  FinishPipeline();
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) Lost();
  Flush();
  const PqResult result = Next();
  if (!result) Lost();
  if (PQresultStatus(result.get()) == PGRES_COPY_IN) return;
  while (PqResult rest = Next()) {
  }
  Fail(result.get(), {});
}

void PostgresConnection::CopyChunk(std::string_view bytes) {
  while (true) {
    const int taken =
        PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (taken < 0) Lost();
    Flush();
    if (taken > 0) return;
  }
}

void PostgresConnection::EndCopy() {
  const PqResult failed = FinishCopy(nullptr);
  if (failed) Fail(failed.get(), {});
}

void PostgresConnection::AbortCopy() { FinishCopy("a value cannot be written"); }

// `reason`: the copy is to fail. Returns the failure, if it did.
PqResult PostgresConnection::FinishCopy(const char* reason) {
  while (true) {
    const int taken = PQputCopyEnd(connection_.get(), reason);
    if (taken < 0) Lost();
    Flush();
    if (taken > 0) break;
  }
  PqResult failed;
  while (PqResult result = Next()) {
    if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) failed = std::move(result);
    if (!usable()) break;
  }
  return failed;
}

void PostgresConnection::EnterPipeline() {
  if (PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF) return;
  if (PQenterPipelineMode(connection_.get()) == 0) Lost();
}

void PostgresConnection::Sent(int ok, const RowEvent* event) {
  if (ok == 0) Lost();
  expected_.push_back({event == nullptr ? std::nullopt : std::optional<RowEvent>(*event)});
}

void PostgresConnection::SendPrepare(const std::string& name, const std::string& sql,
                                     const std::vector<Oid>& types) {
  EnterPipeline();
  Sent(PQsendPrepare(connection_.get(), name.c_str(), sql.c_str(), static_cast<int>(types.size()),
                     types.data()),
       nullptr);
}

void PostgresConnection::SendPrepared(const std::string& name, ParameterList& parameters,
                                      const RowEvent* event) {
  if (expected_.size() >= kPipelinedMax) FinishPipeline();
  EnterPipeline();
  const size_t count = parameters.items_.size();
  parameters.values_.resize(count);
  parameters.lengths_.resize(count);
  parameters.formats_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const ParameterList::Item& item = parameters.items_[i];
    parameters.values_[i] = item.null ? nullptr : parameters.buffer_.data() + item.at;
    parameters.lengths_[i] = item.length;
    parameters.formats_[i] = item.binary ? 1 : 0;
  }
  Sent(PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(count),
                           parameters.values_.data(), parameters.lengths_.data(),
                           parameters.formats_.data(), 0),
       event);
}

void PostgresConnection::SendSimple(const char* sql) {
  EnterPipeline();
  Sent(PQsendQueryParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0),
       nullptr);
}

void PostgresConnection::FinishPipeline() {
  if (PQpipelineStatus(connection_.get()) == PQ_PIPELINE_OFF) return;
  if (PQpipelineSync(connection_.get()) == 0) Lost();
  Flush();
  PqResult failed;
  std::optional<RowEvent> failed_event;
  std::deque<Expected> expected;
  expected.swap(expected_);
  while (true) {
    PqResult result = Next();
    if (!result) {
      if (!usable()) Lost();
      if (!expected.empty()) expected.pop_front();
      continue;
    }
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_FATAL_ERROR && !failed) {
      if (!expected.empty()) failed_event = expected.front().event;
      failed = std::move(result);
    }
  }
  PQexitPipelineMode(connection_.get());
  ++pipeline_;
  if (failed && on_failed_) on_failed_(pipeline_ - 1);
  if (failed) Fail(failed.get(), failed_event);
}

}  // namespace tidewire::sink
