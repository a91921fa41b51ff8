#include "source/postgres/pgoutput.h"

#include "model/datum.h"

namespace tidewire::source {
namespace {

// The wire counts microseconds from 2000-01-01; events carry Unix time.
int64_t ReadTimestamp(ByteReader& in) {
  const int64_t wire = in.BigEndian<int64_t>();
  // source.ts_ns counts nanoseconds.
  constexpr int64_t kMicrosMax = std::numeric_limits<int64_t>::max() / 1000;
  if (wire < -kMicrosMax || wire > kMicrosMax - model::kEpoch2000Micros) {
    throw DataError("pgoutput: a commit time outside of the years 1678 to 2262");
  }
  return wire + model::kEpoch2000Micros;
}

Lsn ReadLsn(ByteReader& in) { return Lsn{in.BigEndian<uint64_t>()}; }

}  // namespace

BeginMessage ReadBegin(ByteReader& in) {
  BeginMessage out;
  out.final_lsn = ReadLsn(in);
  out.commit_ts_us = ReadTimestamp(in);
  out.xid = in.BigEndian<uint32_t>();
  return out;
}

CommitMessage ReadCommit(ByteReader& in) {
  CommitMessage out;
  in.Byte();  // Flags: none are defined.
  out.commit_lsn = ReadLsn(in);
  out.end_lsn = ReadLsn(in);
  out.commit_ts_us = ReadTimestamp(in);
  return out;
}

RelationMessage ReadRelation(ByteReader& in) {
  RelationMessage out;
  out.oid = in.BigEndian<uint32_t>();
  out.schema = in.CString();
  out.name = in.CString();
  out.replica_identity = static_cast<char>(in.Byte());
  const uint16_t count = in.BigEndian<uint16_t>();
  // A column takes ten bytes at least: a lying count cannot make us reserve more than the input's
  // size.
  out.columns.reserve(std::min<size_t>(count, in.remaining() / 10));
  for (uint16_t i = 0; i < count; ++i) {
    RelationMessage::Column column;
    column.key = (in.Byte() & 1) != 0;
    column.name = in.CString();
    column.type_oid = in.BigEndian<uint32_t>();
    column.type_modifier = in.BigEndian<int32_t>();
    out.columns.push_back(std::move(column));
  }
  return out;
}

LogicalMessage ReadLogicalMessage(ByteReader& in) {
  LogicalMessage out;
  out.transactional = (in.Byte() & 1) != 0;
  out.lsn = ReadLsn(in);
  out.prefix = in.CString();
  const uint32_t size = in.BigEndian<uint32_t>();
  out.content = in.Bytes(size);
  return out;
}

TruncateMessage ReadTruncate(ByteReader& in) {
  TruncateMessage out;
  const uint32_t count = in.BigEndian<uint32_t>();
  const uint8_t options = in.Byte();
  out.cascade = (options & 1) != 0;
  out.restart_identity = (options & 2) != 0;
  out.relations.reserve(std::min<size_t>(count, in.remaining() / sizeof(uint32_t)));
  for (uint32_t i = 0; i < count; ++i) out.relations.push_back(in.BigEndian<uint32_t>());
  return out;
}

}  // namespace tidewire::source
