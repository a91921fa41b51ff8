#include "log/batch_header.h"

#include <xxhash.h>

namespace tidewire::log {
namespace {

constexpr uint8_t kOpenTransaction = 1;
// Damaged offsets must not overflow when a count is added.
constexpr uint64_t kOffsetMask = INT64_MAX >> 1;
// Version, checksum.
constexpr size_t kFixedBytes = 1 + sizeof(uint64_t);

uint64_t Checksum(std::string_view rest, uint64_t body_hash) {
  return XXH3_64bits_withSeed(rest.data(), rest.size(), body_hash);
}

// A table of things that take at least a byte each: more than the input holds is a lie.
size_t ReadCount(Cursor& in) {
  const uint64_t n = in.Varint();
  if (n > in.remaining()) throw DataError("log batch: a count exceeds the header");
  return static_cast<size_t>(n);
}

Slot ReadSlot(Cursor& in) {
  Slot slot;
  slot.topic = in.Varint32();
  slot.partition = static_cast<int32_t>(in.Varint32() & INT32_MAX);
  slot.base_offset = static_cast<int64_t>(in.Varint() & kOffsetMask);
  slot.count = in.Varint32();
  slot.bytes = in.Varint();
  return slot;
}

BatchHeader ReadHeader(Cursor in) {
  BatchHeader header;
  header.open_transaction = (in.Byte() & kOpenTransaction) != 0;
  header.appended_ms = in.Signed();
  header.source = in.Raw<uint64_t>();
  header.records = in.Varint32();
  for (size_t n = ReadCount(in); n > 0; --n) header.schemas.push_back(in.Raw<uint64_t>());
  for (size_t n = ReadCount(in); n > 0; --n) header.slots.push_back(ReadSlot(in));
  return header;
}

}  // namespace

uint64_t HashBody(std::string_view body) { return XXH3_64bits(body.data(), body.size()); }

std::string EncodeBatchHeader(const BatchHeader& header, uint64_t body_hash) {
  std::string rest;
  rest.push_back(static_cast<char>(header.open_transaction ? kOpenTransaction : 0));
  AppendSigned(rest, header.appended_ms);
  rest.append(reinterpret_cast<const char*>(&header.source), sizeof header.source);
  AppendVarint(rest, header.records);
  AppendVarint(rest, header.schemas.size());
  for (const uint64_t hash : header.schemas) {
    rest.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  }
  AppendVarint(rest, header.slots.size());
  for (const Slot& slot : header.slots) {
    AppendVarint(rest, slot.topic);
    AppendVarint(rest, static_cast<uint64_t>(slot.partition));
    AppendVarint(rest, static_cast<uint64_t>(slot.base_offset));
    AppendVarint(rest, slot.count);
    AppendVarint(rest, slot.bytes);
  }
  std::string out;
  out.reserve(rest.size() + kFixedBytes + kVarintMax);
  out.push_back(static_cast<char>(header.version));
  const uint64_t checksum = Checksum(rest, body_hash);
  out.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  AppendString(out, rest);
  return out;
}

std::shared_ptr<const StoredBatch> StoredBatch::Parse(std::string value) {
  std::shared_ptr<StoredBatch> batch(new StoredBatch);
  batch->value_ = std::move(value);
  Cursor in(batch->value_);
  const uint8_t version = in.Byte();
  if (version == 0 || version > kBatchVersion) {
    throw DataError(fmt::format("log batch of version {}: this program reads up to {}", version,
                                kBatchVersion));
  }
  const auto checksum = in.Raw<uint64_t>();
  const std::string_view rest = in.Bytes(static_cast<size_t>(in.Varint()));
  batch->body_ = in.Bytes(in.remaining());
  if (Checksum(rest, HashBody(batch->body_)) != checksum) {
    throw DataError("log batch: the checksum does not match");
  }
  batch->header_ = ReadHeader(Cursor(rest));
  batch->header_.version = version;
  return batch;
}

}  // namespace tidewire::log
