#include "model/source_fields.h"

namespace tidewire::model {
namespace {

constexpr SourceField kPostgres[] = {
    {"version", AddedFrom::kVersion, Kind::kString, false},
    {"connector", AddedFrom::kConnector, Kind::kString, false},
    {"name", AddedFrom::kName, Kind::kString, false},
    {"ts_ms", AddedFrom::kSourceTsMs, Kind::kInt64, false},
    {"snapshot", AddedFrom::kSnapshot, Kind::kEnum, true},
    {"db", AddedFrom::kDb, Kind::kString, false},
    {"sequence", AddedFrom::kSequence, Kind::kString, true},
    {"ts_us", AddedFrom::kSourceTsUs, Kind::kInt64, true},
    {"ts_ns", AddedFrom::kSourceTsNs, Kind::kInt64, true},
    {"schema", AddedFrom::kSchema, Kind::kString, false},
    {"table", AddedFrom::kTable, Kind::kString, false},
    {"txId", AddedFrom::kTxId, Kind::kInt64, true},
    {"lsn", AddedFrom::kLsn, Kind::kInt64, true},
    {"xmin", AddedFrom::kNone, Kind::kInt64, true},
    {"origin", AddedFrom::kNone, Kind::kString, true},
    {"origin_lsn", AddedFrom::kNone, Kind::kInt64, true},
};

constexpr SourceField kBinlog[] = {
    {"version", AddedFrom::kVersion, Kind::kString, false},
    {"connector", AddedFrom::kConnector, Kind::kString, false},
    {"name", AddedFrom::kName, Kind::kString, false},
    {"ts_ms", AddedFrom::kSourceTsMs, Kind::kInt64, false},
    {"snapshot", AddedFrom::kSnapshot, Kind::kEnum, true},
    {"db", AddedFrom::kDb, Kind::kString, false},
    {"sequence", AddedFrom::kNone, Kind::kString, true},
    {"ts_us", AddedFrom::kSourceTsUs, Kind::kInt64, true},
    {"ts_ns", AddedFrom::kSourceTsNs, Kind::kInt64, true},
    {"table", AddedFrom::kTable, Kind::kString, true},
    {"server_id", AddedFrom::kServerId, Kind::kInt64, false},
    {"gtid", AddedFrom::kGtid, Kind::kString, true},
    {"file", AddedFrom::kFile, Kind::kString, false},
    {"pos", AddedFrom::kPos, Kind::kInt64, false},
    {"row", AddedFrom::kRow, Kind::kInt32, false},
    {"thread", AddedFrom::kThread, Kind::kInt64, true},
    {"query", AddedFrom::kQuery, Kind::kString, true},
};

}  // namespace

std::span<const SourceField> SourceFields(std::string_view connector_kind) {
  if (connector_kind == "postgresql") return kPostgres;
  if (ReadsBinlog(connector_kind)) return kBinlog;
  return {};
}

}  // namespace tidewire::model
