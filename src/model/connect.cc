#include "model/connect.h"

#include "base/bytes.h"

namespace tidewire::model {
namespace {

// Deep enough for every shape a transform makes, small enough that hostile bytes cannot exhaust the
// stack.
constexpr int kDepthMax = 100;

constexpr uint8_t kOptional = 1;
constexpr uint8_t kHasVersion = 2;
constexpr uint8_t kHasDefault = 4;

void AppendReal(std::string& out, double v) {
  char raw[sizeof v];
  std::memcpy(raw, &v, sizeof v);
  out.append(raw, sizeof v);
}

double ReadReal(ByteReader& in) {
  double v;
  std::memcpy(&v, in.Bytes(sizeof v).data(), sizeof v);
  return v;
}

// A count of things that take at least a byte each: more than the input holds is a lie.
size_t ReadCount(ByteReader& in) {
  const uint64_t n = in.Varint();
  if (n > in.remaining()) throw DataError("general value: a count exceeds the input");
  return static_cast<size_t>(n);
}

ConnectValue DecodeValue(ByteReader& in, int depth);

std::shared_ptr<ConnectList> DecodeList(ByteReader& in, int depth) {
  auto list = std::make_shared<ConnectList>();
  for (size_t n = ReadCount(in); n > 0; --n) list->push_back(DecodeValue(in, depth));
  return list;
}

std::shared_ptr<ConnectMap> DecodeMap(ByteReader& in, int depth) {
  auto map = std::make_shared<ConnectMap>();
  for (size_t n = ReadCount(in); n > 0; --n) {
    ConnectValue key = DecodeValue(in, depth);
    map->emplace_back(std::move(key), DecodeValue(in, depth));
  }
  return map;
}

// The tags are the indexes of ConnectValue's variant.
ConnectValue DecodeValue(ByteReader& in, int depth) {
  if (depth > kDepthMax) throw DataError("general value: nested too deeply");
  switch (in.Byte()) {
    case 0:
      return {};
    case 1:
      return {in.Byte() != 0};
    case 2:
      return {in.Signed()};
    case 3:
      return {ReadReal(in)};
    case 4:
      return {std::string(in.String())};
    case 5:
      return {DecodeList(in, depth + 1)};
    case 6:
      return {DecodeMap(in, depth + 1)};
    default:
      throw DataError("general value: unknown tag");
  }
}

ConnectSchemaPtr DecodeSchema(ByteReader& in, int depth) {
  if (depth > kDepthMax) throw DataError("general schema: nested too deeply");
  const uint8_t present = in.Byte();
  if (present == 0) return nullptr;
  if (present != 1) throw DataError("general schema: unknown form");
  auto schema = std::make_shared<ConnectSchema>();
  const uint8_t type = in.Byte();
  if (type > static_cast<uint8_t>(ConnectType::kStruct))
    throw DataError("general schema: unknown type");
  schema->type = static_cast<ConnectType>(type);
  const uint8_t flags = in.Byte();
  schema->optional = (flags & kOptional) != 0;
  schema->name = in.String();
  if ((flags & kHasVersion) != 0) schema->version = static_cast<int32_t>(in.Signed());
  schema->doc = in.String();
  for (size_t n = ReadCount(in); n > 0; --n) {
    std::string name(in.String());
    schema->parameters.emplace_back(std::move(name), in.String());
  }
  if ((flags & kHasDefault) != 0) schema->default_value = DecodeValue(in, depth + 1);
  for (size_t n = ReadCount(in); n > 0; --n) {
    std::string name(in.String());
    schema->fields.push_back({std::move(name), DecodeSchema(in, depth + 1)});
  }
  schema->key = DecodeSchema(in, depth + 1);
  schema->element = DecodeSchema(in, depth + 1);
  return schema;
}

}  // namespace

void EncodeConnectSchema(const ConnectSchema* schema, std::string& out) {
  out.push_back(schema == nullptr ? 0 : 1);
  if (schema == nullptr) return;
  out.push_back(static_cast<char>(schema->type));
  out.push_back(static_cast<char>((schema->optional ? kOptional : 0) |
                                  (schema->version ? kHasVersion : 0) |
                                  (schema->default_value ? kHasDefault : 0)));
  AppendString(out, schema->name);
  if (schema->version) AppendSigned(out, *schema->version);
  AppendString(out, schema->doc);
  AppendVarint(out, schema->parameters.size());
  for (const auto& [name, value] : schema->parameters) {
    AppendString(out, name);
    AppendString(out, value);
  }
  if (schema->default_value) EncodeConnectValue(*schema->default_value, out);
  AppendVarint(out, schema->fields.size());
  for (const ConnectField& field : schema->fields) {
    AppendString(out, field.name);
    EncodeConnectSchema(field.schema.get(), out);
  }
  EncodeConnectSchema(schema->key.get(), out);
  EncodeConnectSchema(schema->element.get(), out);
}

void EncodeConnectValue(const ConnectValue& value, std::string& out) {
  out.push_back(static_cast<char>(value.v.index()));
  if (const auto* b = std::get_if<bool>(&value.v)) {
    out.push_back(*b ? 1 : 0);
  } else if (const auto* i = std::get_if<int64_t>(&value.v)) {
    AppendSigned(out, *i);
  } else if (const auto* d = std::get_if<double>(&value.v)) {
    AppendReal(out, *d);
  } else if (const auto* s = std::get_if<std::string>(&value.v)) {
    AppendString(out, *s);
  } else if (const auto* list = std::get_if<std::shared_ptr<ConnectList>>(&value.v)) {
    AppendVarint(out, *list ? (*list)->size() : 0);
    if (*list) {
      for (const ConnectValue& item : **list) EncodeConnectValue(item, out);
    }
  } else if (const auto* map = std::get_if<std::shared_ptr<ConnectMap>>(&value.v)) {
    AppendVarint(out, *map ? (*map)->size() : 0);
    if (!*map) return;
    for (const auto& [key, item] : **map) {
      EncodeConnectValue(key, out);
      EncodeConnectValue(item, out);
    }
  }
}

ConnectSchemaPtr DecodeConnectSchema(ByteReader& in) { return DecodeSchema(in, 0); }
ConnectValue DecodeConnectValue(ByteReader& in) { return DecodeValue(in, 0); }

}  // namespace tidewire::model
