#include "sink/sql/mysql_bulk.h"

#include <fmt/format.h>
#include <mysql.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace tidewire::sink {
namespace {

using model::Datum;

// Larger statements are no faster, and cost memory on both sides.
constexpr size_t kStatementBytes = 1024 * 1024;
constexpr size_t kArrayRows = 5000;

size_t StatementBytes(const MysqlPipeline& pipeline) {
  const size_t most = pipeline.packet_max();
  return most == 0 ? kStatementBytes : std::min(kStatementBytes, most / 2);
}

struct StatementCloser {
  void operator()(MYSQL_STMT* statement) const noexcept { mysql_stmt_close(statement); }
};

// One execution's parameters, column by column.
class Arrays {
 public:
  explicit Arrays(const MysqlPlan& plan, const std::vector<uint32_t>& fields)
      : columns_(fields.size()), binds_(fields.size()) {
    for (size_t i = 0; i < fields.size(); ++i) {
      MYSQL_BIND& bind = binds_[i];
      std::memset(&bind, 0, sizeof(bind));
      bind.buffer_type =
          plan.codec(fields[i]).form() == MysqlForm::kBinary ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
    }
  }

  size_t rows() const { return columns_.empty() ? 0 : columns_.front().lengths.size(); }
  size_t bytes() const { return bytes_.size(); }

  void AddNull(size_t column) {
    columns_[column].offsets.push_back(0);
    columns_[column].lengths.push_back(0);
    columns_[column].indicators.push_back(STMT_INDICATOR_NULL);
  }
  void Add(size_t column, std::string_view value) {
    columns_[column].offsets.push_back(bytes_.size());
    columns_[column].lengths.push_back(static_cast<unsigned long>(value.size()));
    columns_[column].indicators.push_back(STMT_INDICATOR_NONE);
    bytes_ += value;
  }
  // The bytes stay where they are until the next Add or Clear.
  MYSQL_BIND* Bind() {
    for (size_t i = 0; i < columns_.size(); ++i) {
      Column& column = columns_[i];
      column.values.resize(column.offsets.size());
      for (size_t row = 0; row < column.offsets.size(); ++row)
        column.values[row] = bytes_.data() + column.offsets[row];
      binds_[i].buffer = column.values.data();
      binds_[i].length = column.lengths.data();
      binds_[i].u.indicator = column.indicators.data();
    }
    return binds_.data();
  }
  void Clear() {
    bytes_.clear();
    for (Column& column : columns_) {
      column.offsets.clear();
      column.lengths.clear();
      column.indicators.clear();
    }
  }

 private:
  struct Column {
    std::vector<size_t> offsets;
    std::vector<unsigned long> lengths;
    std::vector<char> indicators;
    std::vector<char*> values;
  };
  std::vector<Column> columns_;
  std::vector<MYSQL_BIND> binds_;
  std::string bytes_;
};

}  // namespace

bool TakesArrays(client::MysqlConnection& connection) {
  if (!connection.is_mariadb()) return false;
  unsigned long capabilities = 0;
  mariadb_get_infov(connection.raw(), MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES,
                    &capabilities);
  return (capabilities & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

void ThrowUnfit(const ValueError& error, const MysqlPlan& plan, const RowEvent* event) {
  // SQLSTATE of "data exception".
  throw StatementError(DescribeValueError(error, plan.plan(), plan.field(), event), "22000",
                       StatementError::Reason::kOther,
                       event == nullptr ? std::nullopt : std::optional<RowEvent>(*event));
}

void WriteAsText(MysqlPipeline& pipeline, MysqlPlan& plan, MysqlPipeline::Role role,
                 const std::string& tail, const std::vector<uint32_t>& fields,
                 std::span<const Datum* const> rows) {
  const std::string head = plan.InsertHead(fields);
  const size_t most = StatementBytes(pipeline);
  std::string sql;
  const auto send = [&] {
    sql += tail;
    pipeline.RunBulk(role, sql);
    sql.clear();
  };
  for (const Datum* row : rows) {
    if (sql.empty()) {
      sql = head;
    } else {
      sql += ',';
    }
    try {
      plan.AppendRow(fields, row, sql);
    } catch (const ValueError& error) {
      ThrowUnfit(error, plan, nullptr);
    }
    if (sql.size() >= most) send();
  }
  if (!sql.empty()) send();
}

void WriteAsArrays(client::MysqlConnection& connection, MysqlPipeline& pipeline, MysqlPlan& plan,
                   MysqlPipeline::Role role, const std::string& tail,
                   const std::vector<uint32_t>& fields, std::span<const Datum* const> rows) {
  constexpr const char* kWhat = "write rows in bulk";
  pipeline.Flush();
  std::string sql = plan.InsertHead(fields) + '(';
  for (size_t i = 0; i < fields.size(); ++i) sql += i == 0 ? "?" : ",?";
  sql += ')' + tail;
  const std::unique_ptr<MYSQL_STMT, StatementCloser> statement(mysql_stmt_init(connection.raw()));
  if (!statement || mysql_stmt_prepare(statement.get(), sql.data(), sql.size()) != 0)
    pipeline.Fail(role, nullptr, kWhat);
  const size_t most = StatementBytes(pipeline);
  Arrays arrays(plan, fields);
  const auto send = [&] {
    auto count = static_cast<unsigned int>(arrays.rows());
    mysql_stmt_attr_set(statement.get(), STMT_ATTR_ARRAY_SIZE, &count);
    if (mysql_stmt_bind_param(statement.get(), arrays.Bind()) != 0 ||
        mysql_stmt_execute(statement.get()) != 0) {
      pipeline.Fail(role, nullptr, kWhat);
    }
    if (mysql_warning_count(connection.raw()) > 0) pipeline.CheckWarnings(nullptr);
    arrays.Clear();
  };
  for (const Datum* row : rows) {
    for (size_t i = 0; i < fields.size(); ++i) {
      const Datum& datum = row[plan.plan().fields[fields[i]].source];
      if (!datum.has_value()) {
        arrays.AddNull(i);
        continue;
      }
      try {
        arrays.Add(i, plan.Encode(fields[i], datum));
      } catch (const ValueError& error) {
        ThrowUnfit(error, plan, nullptr);
      }
    }
    if (arrays.rows() >= kArrayRows || arrays.bytes() >= most) send();
  }
  if (arrays.rows() > 0) send();
}

}  // namespace tidewire::sink
