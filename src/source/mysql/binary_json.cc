#include "source/mysql/binary_json.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <optional>
#include <vector>

#include "base/byte_text.h"
#include "source/mysql/binlog_table_map.h"
#include "source/mysql/binlog_values.h"

namespace tidewire::source {
namespace {

// The server's own limit of nesting.
constexpr int kDepthMax = 100;
// A scalar of two bytes has at most six characters, a control character in a string six; offsets
// that point at one value many times must not make more of it.
constexpr size_t kExpansionMax = 16;

enum class JsonType : uint8_t {
  kSmallObject = 0,
  kLargeObject = 1,
  kSmallArray = 2,
  kLargeArray = 3,
  kLiteral = 4,
  kInt16 = 5,
  kUInt16 = 6,
  kInt32 = 7,
  kUInt32 = 8,
  kInt64 = 9,
  kUInt64 = 10,
  kDouble = 11,
  kString = 12,
  kOpaque = 15,
};

[[noreturn]] void Malformed(const char* what) {
  throw DataError(fmt::format("malformed binary JSON ({})", what));
}

// Lengths take seven bits of each byte, lowest first.
std::string_view SizedBytes(BinlogReader& in) { return in.Bytes(static_cast<size_t>(in.Varint())); }

void AppendJsonQuoted(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

template <class Integer>
void AppendNumber(std::string& out, Integer value) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

// Times inside of JSON: the whole part in the upper bits, microseconds in the lower 24.
CivilTime UnpackDateTime(int64_t packed) {
  const int64_t whole = (packed < 0 ? -packed : packed) >> 24;
  CivilTime out;
  const int64_t months = whole >> 22;
  out.year = months / 13;
  out.month = months % 13;
  out.day = whole >> 17 & 0x1F;
  out.hour = whole >> 12 & 0x1F;
  out.minute = whole >> 6 & 0x3F;
  out.second = whole & 0x3F;
  out.micros = (packed < 0 ? -packed : packed) & 0xFFFFFF;
  return out;
}

void AppendTime(std::string& out, int64_t packed) {
  const int64_t value = packed < 0 ? -packed : packed;
  const int64_t whole = value >> 24;
  fmt::format_to(std::back_inserter(out), "\"{}{:02}:{:02}:{:02}.{:06}\"", packed < 0 ? "-" : "",
                 whole >> 12 & 0x3FF, whole >> 6 & 0x3F, whole & 0x3F, value & 0xFFFFFF);
}

void AppendOpaque(std::string& out, BinlogReader in) {
  const auto type = static_cast<BinlogType>(in.Byte());
  const std::string_view bytes = SizedBytes(in);
  BinlogReader value(bytes);
  switch (type) {
    case BinlogType::kDecimal: {
      const int precision = value.Byte();
      const int scale = value.Byte();
      Arena arena(128);
      out += ReadDecimal(value, precision, scale, arena);
      return;
    }
    case BinlogType::kTime:
    case BinlogType::kTimeOld:
      return AppendTime(out, value.Little<int64_t>());
    case BinlogType::kDate:
    case BinlogType::kNewDate:
    case BinlogType::kDateTime:
    case BinlogType::kDateTimeOld:
    case BinlogType::kTimestamp:
    case BinlogType::kTimestampOld: {
      const bool with_time = type != BinlogType::kDate && type != BinlogType::kNewDate;
      out += '"';
      out += CivilText(UnpackDateTime(value.Little<int64_t>()), with_time, 6);
      out += '"';
      return;
    }
    default:
      fmt::format_to(std::back_inserter(out), "\"base64:type{}:", static_cast<int>(type));
      AppendBase64(out, bytes);
      out += '"';
  }
}

// One value inside of a document.
struct JsonView {
  JsonType type = JsonType::kLiteral;
  std::string_view bytes;  // From the value's begin to the document's end, or the inlined value.

  bool is_object() const { return type <= JsonType::kLargeObject; }
  bool is_array() const { return type == JsonType::kSmallArray || type == JsonType::kLargeArray; }
  bool is_container() const { return type <= JsonType::kLargeArray; }
};

// Of an object or array: offsets and counts of two bytes (small) or four.
class JsonContainer {
 public:
  explicit JsonContainer(const JsonView& view)
      : large_(view.type == JsonType::kLargeObject || view.type == JsonType::kLargeArray),
        object_(view.is_object()),
        width_(large_ ? 4 : 2) {
    BinlogReader in(view.bytes);
    count_ = in.Little(width_);
    const uint64_t size = in.Little(width_);
    if (size > view.bytes.size()) Malformed("size");
    bytes_ = view.bytes.substr(0, static_cast<size_t>(size));
    const uint64_t entries = count_ * (ValueEntry() + (object_ ? KeyEntry() : 0));
    if (2 * width_ + entries > bytes_.size()) Malformed("count");
  }

  size_t size() const { return static_cast<size_t>(count_); }

  std::string_view Key(size_t i) const {
    BinlogReader in(bytes_.substr(2 * width_ + i * KeyEntry()));
    const uint64_t offset = in.Little(width_);
    const uint64_t length = in.Little(2);
    if (offset > bytes_.size() || length > bytes_.size() - offset) Malformed("key");
    return bytes_.substr(static_cast<size_t>(offset), static_cast<size_t>(length));
  }

  JsonView Value(size_t i) const {
    const size_t entries = 2 * width_ + (object_ ? size() * KeyEntry() : 0);
    const std::string_view entry = bytes_.substr(entries + i * ValueEntry(), ValueEntry());
    JsonView out;
    out.type = static_cast<JsonType>(entry[0]);
    if (IsInlined(out.type)) {
      out.bytes = entry.substr(1);
      return out;
    }
    const uint64_t offset = LoadLittleEndian(entry.data() + 1, width_);
    if (offset >= bytes_.size()) Malformed("offset");
    out.bytes = bytes_.substr(static_cast<size_t>(offset));
    return out;
  }

 private:
  size_t KeyEntry() const { return width_ + 2; }
  size_t ValueEntry() const { return width_ + 1; }
  bool IsInlined(JsonType type) const {
    switch (type) {
      case JsonType::kLiteral:
      case JsonType::kInt16:
      case JsonType::kUInt16:
        return true;
      case JsonType::kInt32:
      case JsonType::kUInt32:
        return large_;
      default:
        return false;
    }
  }

  const bool large_;
  const bool object_;
  const size_t width_;
  uint64_t count_ = 0;
  std::string_view bytes_;
};

void AppendLiteral(std::string& out, uint8_t literal) {
  constexpr std::string_view kLiterals[] = {"null", "true", "false"};
  if (literal >= std::size(kLiterals)) Malformed("literal");
  out += kLiterals[literal];
}

void AppendScalar(std::string& out, const JsonView& view) {
  BinlogReader in(view.bytes);
  switch (view.type) {
    case JsonType::kLiteral:
      return AppendLiteral(out, in.Byte());
    case JsonType::kInt16:
      return AppendNumber(out, in.Little<int16_t>());
    case JsonType::kUInt16:
      return AppendNumber(out, in.Little<uint16_t>());
    case JsonType::kInt32:
      return AppendNumber(out, in.Little<int32_t>());
    case JsonType::kUInt32:
      return AppendNumber(out, in.Little<uint32_t>());
    case JsonType::kInt64:
      return AppendNumber(out, in.Little<int64_t>());
    case JsonType::kUInt64:
      return AppendNumber(out, in.Little<uint64_t>());
    case JsonType::kDouble:
      return AppendJsonDouble(out, in.Little<double>());
    case JsonType::kString:
      return AppendJsonQuoted(out, SizedBytes(in));
    case JsonType::kOpaque:
      return AppendOpaque(out, in);
    default:
      Malformed("type");
  }
}

JsonView RootOf(std::string_view binary) {
  JsonView out;
  if (binary.empty()) {
    out.bytes = std::string_view("\0", 1);
    return out;
  }
  out.type = static_cast<JsonType>(binary[0]);
  out.bytes = binary.substr(1);
  return out;
}

class JsonWriter {
 public:
  JsonWriter(std::string& out, size_t binary_size)
      : out_(out), limit_(out.size() + kExpansionMax * binary_size + 64) {}

  void Write(const JsonView& view, int depth) {
    if (depth > kDepthMax) Malformed("depth");
    if (!view.is_container()) {
      AppendScalar(out_, view);
    } else {
      const JsonContainer container(view);
      const bool object = view.is_object();
      out_ += object ? '{' : '[';
      for (size_t i = 0; i < container.size(); ++i) {
        if (i > 0) out_ += ", ";
        if (object) {
          AppendJsonQuoted(out_, container.Key(i));
          out_ += ": ";
        }
        Write(container.Value(i), depth + 1);
      }
      out_ += object ? '}' : ']';
    }
    if (out_.size() > limit_) Malformed("expansion");
  }

 private:
  std::string& out_;
  const size_t limit_;
};

// A document that can be changed.
struct JsonNode {
  enum class Kind : uint8_t { kScalar, kObject, kArray };
  Kind kind = Kind::kScalar;
  std::string text;  // Scalars.
  std::vector<std::string> keys;
  std::vector<std::unique_ptr<JsonNode>> items;  // Values of an object, in the order of its keys.
};
using JsonNodePtr = std::unique_ptr<JsonNode>;

JsonNodePtr Parse(const JsonView& view, int depth, size_t& budget) {
  if (depth > kDepthMax) Malformed("depth");
  if (budget == 0) Malformed("expansion");
  --budget;
  auto node = std::make_unique<JsonNode>();
  if (!view.is_container()) {
    AppendScalar(node->text, view);
    return node;
  }
  node->kind = view.is_object() ? JsonNode::Kind::kObject : JsonNode::Kind::kArray;
  const JsonContainer container(view);
  for (size_t i = 0; i < container.size(); ++i) {
    if (view.is_object()) node->keys.emplace_back(container.Key(i));
    node->items.push_back(Parse(container.Value(i), depth + 1, budget));
  }
  return node;
}

JsonNodePtr Parse(std::string_view binary) {
  // Each value has an entry of three bytes at least.
  size_t budget = binary.size() / 3 + 2;
  return Parse(RootOf(binary), 0, budget);
}

void Write(std::string& out, const JsonNode& node) {
  if (node.kind == JsonNode::Kind::kScalar) {
    out += node.text;
    return;
  }
  const bool object = node.kind == JsonNode::Kind::kObject;
  out += object ? '{' : '[';
  for (size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (object) {
      AppendJsonQuoted(out, node.keys[i]);
      out += ": ";
    }
    Write(out, *node.items[i]);
  }
  out += object ? '}' : ']';
}

struct PathLeg {
  bool member = false;
  std::string key;
  size_t index = 0;
};

// What a quoted member name of a path stands for.
std::string UnquoteKey(std::string_view& path) {
  std::string out;
  size_t i = 1;
  for (; i < path.size() && path[i] != '"'; ++i) {
    if (path[i] != '\\' || i + 1 >= path.size()) {
      out += path[i];
      continue;
    }
    const char c = path[++i];
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kStands = "\b\f\n\r\t";
    const size_t at = kLetters.find(c);
    if (at != std::string_view::npos) {
      out += kStands[at];
    } else if (c == 'u' && i + 4 < path.size()) {
      int code = 0;
      std::from_chars(path.data() + i + 1, path.data() + i + 5, code, 16);
      out += static_cast<char>(code);  // Only control characters are written so.
      i += 4;
    } else {
      out += c;
    }
  }
  if (i >= path.size()) Malformed("path");
  path.remove_prefix(i + 1);
  return out;
}

// "$.a.\"b c\"[3]"
std::vector<PathLeg> ParsePath(std::string_view path) {
  if (path.empty() || path[0] != '$') Malformed("path");
  path.remove_prefix(1);
  std::vector<PathLeg> out;
  while (!path.empty()) {
    PathLeg leg;
    if (path[0] == '.') {
      leg.member = true;
      path.remove_prefix(1);
      if (!path.empty() && path[0] == '"') {
        leg.key = UnquoteKey(path);
      } else {
        const size_t end = std::min(path.find_first_of(".["), path.size());
        leg.key = path.substr(0, end);
        path.remove_prefix(end);
      }
    } else if (path[0] == '[') {
      const size_t close = path.find(']');
      if (close == std::string_view::npos) Malformed("path");
      const auto [end, error] = std::from_chars(path.data() + 1, path.data() + close, leg.index);
      if (error != std::errc() || end != path.data() + close) Malformed("path");
      path.remove_prefix(close + 1);
    } else {
      Malformed("path");
    }
    out.push_back(std::move(leg));
  }
  return out;
}

std::optional<size_t> Locate(const JsonNode& node, const PathLeg& leg) {
  if (leg.member) {
    if (node.kind != JsonNode::Kind::kObject) return std::nullopt;
    for (size_t i = 0; i < node.keys.size(); ++i) {
      if (node.keys[i] == leg.key) return i;
    }
    return std::nullopt;
  }
  if (node.kind != JsonNode::Kind::kArray || leg.index >= node.items.size()) return std::nullopt;
  return leg.index;
}

// Keys stand by length, then by bytes.
bool KeyBefore(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

void Insert(JsonNode& parent, const PathLeg& leg, JsonNodePtr value) {
  if (!leg.member) {
    if (parent.kind != JsonNode::Kind::kArray) Malformed("difference of no array");
    const size_t at = std::min(leg.index, parent.items.size());
    parent.items.insert(parent.items.begin() + static_cast<ptrdiff_t>(at), std::move(value));
    return;
  }
  if (parent.kind != JsonNode::Kind::kObject) Malformed("difference of no object");
  size_t at = 0;
  while (at < parent.keys.size() && KeyBefore(parent.keys[at], leg.key)) ++at;
  parent.keys.insert(parent.keys.begin() + static_cast<ptrdiff_t>(at), leg.key);
  parent.items.insert(parent.items.begin() + static_cast<ptrdiff_t>(at), std::move(value));
}

void Apply(JsonNodePtr& root, BinlogReader& in) {
  enum : uint8_t { kReplace = 0, kInsert = 1, kRemove = 2 };
  const uint8_t operation = in.Byte();
  if (operation > kRemove) Malformed("difference");
  const std::vector<PathLeg> path = ParsePath(in.LengthEncodedBytes());
  JsonNodePtr value;
  if (operation != kRemove) value = Parse(in.LengthEncodedBytes());
  if (path.empty()) {
    if (operation != kReplace) Malformed("difference of the whole document");
    root = std::move(value);
    return;
  }
  JsonNode* parent = root.get();
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    const auto at = Locate(*parent, path[i]);
    if (!at) Malformed("difference at a path that is not there");
    parent = parent->items[*at].get();
  }
  const auto at = Locate(*parent, path.back());
  if (operation == kInsert) return Insert(*parent, path.back(), std::move(value));
  if (!at) Malformed("difference at a path that is not there");
  const auto place = static_cast<ptrdiff_t>(*at);
  if (operation == kReplace) {
    parent->items[*at] = std::move(value);
    return;
  }
  parent->items.erase(parent->items.begin() + place);
  if (path.back().member) parent->keys.erase(parent->keys.begin() + place);
}

}  // namespace

void AppendJsonText(std::string& out, std::string_view binary) {
  JsonWriter(out, binary.size()).Write(RootOf(binary), 0);
}

void AppendJsonTextWith(std::string& out, std::string_view binary, std::string_view differences) {
  JsonNodePtr root = Parse(binary);
  BinlogReader in(differences);
  while (!in.empty()) Apply(root, in);
  Write(out, *root);
}

void AppendJsonDouble(std::string& out, double value) {
  // Shortest digits, "d.ddde±xx"; the server writes an exponent only beyond 15 places.
  constexpr int kPlacesMax = 15;
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<size_t>(end - buffer));
  if (text[0] == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  if (e == std::string_view::npos) Malformed("double");
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const char* from = text.data() + e + 1;
  if (*from == '+') ++from;
  std::from_chars(from, text.data() + text.size(), exponent);
  const int point = exponent + 1;  // Digits in front of the point.
  const int count = static_cast<int>(digits.size());
  if (point > kPlacesMax || point < 1 - kPlacesMax) {
    out += digits[0];
    if (count > 1) out.append(1, '.').append(digits, 1);
    fmt::format_to(std::back_inserter(out), "e{}", exponent);
  } else if (point <= 0) {
    out.append("0.").append(static_cast<size_t>(-point), '0').append(digits);
  } else if (count <= point) {
    out.append(digits).append(static_cast<size_t>(point - count), '0').append(".0");
  } else {
    out.append(digits, 0, static_cast<size_t>(point))
        .append(1, '.')
        .append(digits, static_cast<size_t>(point));
  }
}

}  // namespace tidewire::source
