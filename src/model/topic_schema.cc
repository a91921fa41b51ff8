#include "model/topic_schema.h"

#include <xxhash.h>

#include "base/bytes.h"

namespace tidewire::model {
namespace {

constexpr uint8_t kVersion = 2;  // 1 is read, too.
// Arrays of arrays are one array type, so real nesting is shallow.
constexpr int kTypeDepthMax = 16;

// Writes and reads the parts in the same order; docs/formats/log-record.md has the grammar.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void Bool(bool v) { out_.push_back(v ? 1 : 0); }
  template <class T>
  void Enum(T v) {
    out_.push_back(static_cast<char>(v));
  }
  void Text(std::string_view v) { AppendString(out_, v); }
  void Number(int64_t v) { AppendSigned(out_, v); }
  void Count(size_t v) { AppendVarint(out_, v); }

  void Write(const Converter& c) {
    Enum(c.kind);
    Bool(c.schemas_enable);
    Bool(c.decimal_numeric);
    Bool(c.replace_null_with_default);
  }

  void Write(const RenderOptions& r) {
    Text(r.connector_kind);
    Text(r.version);
    Text(r.logical_name);
    Text(r.task_id);
    Text(r.run_id);
    Bool(r.context_headers);
    Enum(r.decimal);
    Enum(r.time);
    Enum(r.binary);
    Enum(r.interval);
    Enum(r.hstore);
    Enum(r.unsigned_bigint);
    Number(r.money_fraction_digits);
    Bool(r.include_unknown_datatypes);
    Text(r.unavailable_placeholder);
    Write(r.key_converter);
    Write(r.value_converter);
  }

  void Write(const std::vector<Unwrap::AddedField>& fields) {
    Count(fields.size());
    for (const auto& field : fields) {
      Text(field.source);
      Text(field.name);
    }
  }

  void Write(const Unwrap& u) {
    Enum(u.deletes);
    Write(u.add_fields);
    Write(u.add_headers);
    Text(u.route_by_field);
    Text(u.drop_fields_header);
    Bool(u.drop_fields_from_key);
    Bool(u.drop_fields_keep_schema_compatible);
    Bool(u.replace_null_with_default);
  }

  void Write(const ColumnType& t) {
    Enum(t.kind);
    Text(t.native);
    Text(t.type_name);
    Number(t.length);
    Number(t.precision);
    Number(t.scale);
    Count(t.enum_values.size());
    for (const std::string& label : t.enum_values) Text(label);
    Bool(t.built_in);
    Text(t.base_native);
    Bool(t.documented);
    Bool(t.element != nullptr);
    if (t.element) Write(*t.element);
  }

  void Write(const Column& c) {
    Text(c.name);
    Write(c.type);
    Bool(c.nullable);
    Bool(c.has_default);
    Bool(c.default_text.has_value());
    if (c.default_text) Text(*c.default_text);
    Bool(c.generated);
    Bool(c.identity);
    Text(c.generation);
  }

  void Write(const TableSchema& t) {
    Text(t.catalog);
    Text(t.schema);
    Text(t.name);
    Count(t.columns.size());
    for (const Column& column : t.columns) Write(column);
    Count(t.key.size());
    for (const uint32_t k : t.key) Count(k);
    Enum(t.replica_identity);
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  ByteReader& bytes() { return in_; }
  void ReadVersion() {
    version_ = in_.Byte();
    if (version_ == 0 || version_ > kVersion) {
      throw DataError(fmt::format("topic schema of version {}: this program reads up to {}",
                                  version_, kVersion));
    }
  }
  bool Bool() {
    const uint8_t v = in_.Byte();
    if (v > 1) throw DataError("topic schema: malformed flag");
    return v == 1;
  }
  template <class T>
  T Enum(T last) {
    const uint8_t v = in_.Byte();
    if (v > static_cast<uint8_t>(last)) throw DataError("topic schema: value out of range");
    return static_cast<T>(v);
  }
  std::string Text() { return std::string(in_.String()); }
  int32_t Number() {
    const int64_t v = in_.Signed();
    if (v < INT32_MIN || v > INT32_MAX) throw DataError("topic schema: number out of range");
    return static_cast<int32_t>(v);
  }
  // Of things that take at least a byte each.
  size_t Count() {
    const uint64_t n = in_.Varint();
    if (n > in_.remaining()) throw DataError("topic schema: a count exceeds the input");
    return static_cast<size_t>(n);
  }

  Converter ReadConverter() {
    Converter c;
    c.kind = Enum(ConverterKind::kByteArray);
    c.schemas_enable = Bool();
    c.decimal_numeric = Bool();
    c.replace_null_with_default = Bool();
    return c;
  }

  RenderOptions ReadRender() {
    RenderOptions r;
    r.connector_kind = Text();
    r.version = Text();
    r.logical_name = Text();
    r.task_id = Text();
    r.run_id = Text();
    r.context_headers = Bool();
    r.decimal = Enum(DecimalMode::kDouble);
    r.time = Enum(TimeMode::kNanoseconds);
    r.binary = Enum(BinaryMode::kHex);
    r.interval = Enum(IntervalMode::kString);
    r.hstore = Enum(HstoreMode::kMap);
    if (version_ >= 2) r.unsigned_bigint = Enum(UnsignedBigintMode::kPrecise);
    r.money_fraction_digits = Number();
    r.include_unknown_datatypes = Bool();
    r.unavailable_placeholder = Text();
    r.key_converter = ReadConverter();
    r.value_converter = ReadConverter();
    return r;
  }

  std::vector<Unwrap::AddedField> ReadFields() {
    std::vector<Unwrap::AddedField> fields;
    for (size_t n = Count(); n > 0; --n) {
      std::string source = Text();
      fields.push_back({std::move(source), Text()});
    }
    return fields;
  }

  Unwrap ReadUnwrap() {
    Unwrap u;
    u.deletes = Enum(Unwrap::Deletes::kDeleteToTombstone);
    u.add_fields = ReadFields();
    u.add_headers = ReadFields();
    u.route_by_field = Text();
    u.drop_fields_header = Text();
    u.drop_fields_from_key = Bool();
    u.drop_fields_keep_schema_compatible = Bool();
    u.replace_null_with_default = Bool();
    return u;
  }

  ColumnType ReadType(int depth) {
    if (depth > kTypeDepthMax) throw DataError("topic schema: types nested too deeply");
    ColumnType t;
    t.kind = Enum(Kind::kVector);
    t.native = Text();
    t.type_name = Text();
    t.length = Number();
    t.precision = Number();
    t.scale = Number();
    for (size_t n = Count(); n > 0; --n) t.enum_values.push_back(Text());
    t.built_in = Bool();
    t.base_native = Text();
    t.documented = Bool();
    if (Bool()) t.element = std::make_shared<const ColumnType>(ReadType(depth + 1));
    return t;
  }

  Column ReadColumn() {
    Column c;
    c.name = Text();
    c.type = ReadType(0);
    c.nullable = Bool();
    c.has_default = Bool();
    if (Bool()) c.default_text = Text();
    c.generated = Bool();
    c.identity = Bool();
    c.generation = Text();
    return c;
  }

  TableSchema ReadTable() {
    TableSchema t;
    t.catalog = Text();
    t.schema = Text();
    t.name = Text();
    for (size_t n = Count(); n > 0; --n) t.columns.push_back(ReadColumn());
    for (size_t n = Count(); n > 0; --n) {
      const uint64_t k = in_.Varint();
      if (k >= t.columns.size()) throw DataError("topic schema: key column out of range");
      t.key.push_back(static_cast<uint32_t>(k));
    }
    t.replica_identity = Enum(ReplicaIdentity::kNothing);
    return t;
  }

 private:
  ByteReader in_;
  uint8_t version_ = kVersion;
};

}  // namespace

std::string EncodeTopicSchema(const TopicSchema& schema) {
  TW_CHECK(schema.render != nullptr, "a topic schema always says how it is rendered");
  std::string out;
  Writer writer(out);
  out.push_back(static_cast<char>(kVersion));
  writer.Text(schema.topic);
  writer.Text(schema.base_topic);
  writer.Write(*schema.render);
  writer.Bool(schema.table != nullptr);
  if (schema.table) writer.Write(*schema.table);
  writer.Bool(schema.unwrap.has_value());
  if (schema.unwrap) writer.Write(*schema.unwrap);
  EncodeConnectSchema(schema.key_schema.get(), out);
  EncodeConnectSchema(schema.value_schema.get(), out);
  return out;
}

TopicSchema DecodeTopicSchema(std::string_view encoded) {
  Reader reader(encoded);
  reader.ReadVersion();
  TopicSchema schema;
  schema.topic = reader.Text();
  schema.base_topic = reader.Text();
  schema.render = std::make_shared<const RenderOptions>(reader.ReadRender());
  if (reader.Bool()) schema.table = std::make_shared<const TableSchema>(reader.ReadTable());
  if (reader.Bool()) schema.unwrap = reader.ReadUnwrap();
  schema.key_schema = DecodeConnectSchema(reader.bytes());
  schema.value_schema = DecodeConnectSchema(reader.bytes());
  if (!reader.bytes().empty()) throw DataError("topic schema: bytes behind its end");
  return schema;
}

uint64_t HashTopicSchema(std::string_view encoded) {
  return XXH3_64bits(encoded.data(), encoded.size());
}

}  // namespace tidewire::model
