// Values as MySQL and MariaDB take them, checked against the column: what the server would round,
// cut or reinterpret without an error is an error here. What it refuses by itself is left to it
// (strict mode). Source: MySQL 8.4 manual, "Data Types"; MariaDB's pages of the same name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/datum.h"
#include "sink/sql/mysql_types.h"
#include "sink/sql/target_table.h"

namespace tidewire::sink {

// How a value stands in a statement.
enum class MysqlForm : uint8_t {
  kNumber,  // As it is.
  kText,    // Quoted, in utf8mb4.
  kBinary,  // Bytes.
};

// How values of one field go into its column. Immutable; used by one thread.
class MysqlCodec {
 public:
  MysqlCodec(const PlannedField& field, const TargetColumn& column, const MysqlFacts& facts);

  MysqlForm form() const { return form_; }
  // The value's bytes: a view of the datum's, or of a buffer here that the next call overwrites.
  // Not for NULL. Throws ValueError.
  std::string_view Encode(const model::Datum& datum) const;
  // The value, or NULL, as SQL. Throws ValueError.
  void AppendLiteral(const model::Datum& datum, std::string& out) const;
  // `name` = the value: true for just this value, whatever the column's collation. `or_null`: NULL
  // is equal to NULL. Throws ValueError.
  void AppendEquals(std::string_view name, const model::Datum& datum, bool or_null,
                    std::string& out) const;
  // The server's = says the same as AppendEquals, and a value can stand in an IN list.
  bool plain_equality() const { return plain_equality_; }
  // Different values are different in the server's indexes: no collation makes them equal.
  bool exact() const { return exact_; }
  // A date as text: the server must take ones that no calendar has.
  bool wants_any_date() const { return wants_any_date_; }

 private:
  enum class Family : uint8_t {
    kInteger,
    kDecimal,
    kReal,
    kBit,
    kYear,
    kDate,
    kTime,
    kDateTime,
    kText,
    kLabels,  // enum, set
    kBinary,
    kJson,
    kGeometry,
    kVector,
    kOther,  // The server's own text: uuid, inet6, …
  };
  static Family FamilyOf(const MysqlType& type, const MysqlFacts& facts);
  static bool IsExactText(const TargetColumn& column, const MysqlType& type);
  std::string_view Integer(const model::Datum& datum) const;
  std::string_view Decimal(const model::Datum& datum) const;
  std::string_view Real(const model::Datum& datum) const;
  std::string_view Bits(const model::Datum& datum) const;
  std::string_view Year(const model::Datum& datum) const;
  std::string_view Date(const model::Datum& datum) const;
  std::string_view Time(const model::Datum& datum) const;
  std::string_view DateTime(const model::Datum& datum) const;
  std::string_view Text(const model::Datum& datum) const;
  std::string_view Labels(const model::Datum& datum) const;
  std::string_view Binary(const model::Datum& datum) const;
  std::string_view Json(const model::Datum& datum) const;
  std::string_view Geometry(const model::Datum& datum) const;
  std::string_view AsText(const model::Datum& datum) const;
  void CheckFraction(int64_t micros) const;

  model::Kind kind_;
  model::Kind element_;
  MysqlType type_;
  Family family_;
  MysqlForm form_;
  bool unicode_ = false;  // The column's characters are Unicode's, in UTF-8.
  bool exact_ = true;
  bool plain_equality_ = true;
  bool wants_any_date_ = false;
  mutable std::string scratch_;
};

}  // namespace tidewire::sink
