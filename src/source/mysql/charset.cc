#include "source/mysql/charset.h"

#include <fmt/format.h>
#include <iconv.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Of names whose characters have two bytes and more, as the C library calls them.
constexpr std::pair<std::string_view, const char*> kIconvNames[] = {
    {"gbk", "GBK"},     {"gb2312", "EUC-CN"},     {"gb18030", "GB18030"},
    {"big5", "BIG5"},   {"sjis", "SHIFT_JIS"},    {"cp932", "CP932"},
    {"ujis", "EUC-JP"}, {"eucjpms", "EUC-JP-MS"}, {"euckr", "UHC"},
};

constexpr std::pair<std::string_view, Charset::Form> kForms[] = {
    {"utf8mb4", Charset::Form::kUtf8},    {"utf8mb3", Charset::Form::kUtf8},
    {"utf8", Charset::Form::kUtf8},       {"ascii", Charset::Form::kUtf8},
    {"binary", Charset::Form::kBinary},   {"utf16", Charset::Form::kUtf16},
    {"utf16le", Charset::Form::kUtf16Le}, {"ucs2", Charset::Form::kUcs2},
    {"utf32", Charset::Form::kUtf32},
};

char* PutUtf8(char* out, char32_t c) {
  const auto put = [&](char32_t value) { *out++ = static_cast<char>(value); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
  return out;
}

bool IsSurrogate(char32_t c) { return c >= 0xD800 && c < 0xE000; }

bool IsAscii(std::string_view bytes) {
  unsigned char seen = 0;
  for (const char c : bytes)
    seen = static_cast<unsigned char>(seen | static_cast<unsigned char>(c));
  return seen < 0x80;
}

std::string_view View(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

std::unique_ptr<Charset> Charset::Of(Form form) {
  std::unique_ptr<Charset> out(new Charset);
  out->form_ = form;
  return out;
}

std::unique_ptr<Charset> Charset::OfTable(const Table& table) {
  std::unique_ptr<Charset> out = Of(Form::kTable);
  out->table_ = std::make_unique<std::array<Encoded, 256>>();
  out->ascii_ = true;
  for (size_t i = 0; i < table.size(); ++i) {
    const char32_t c = IsSurrogate(table[i]) || table[i] > 0x10FFFF ? kReplacement : table[i];
    Encoded& entry = (*out->table_)[i];
    entry.size = static_cast<uint8_t>(PutUtf8(entry.bytes, c) - entry.bytes);
    if (i < 0x80 && c != i) out->ascii_ = false;
  }
  return out;
}

std::unique_ptr<Charset> Charset::OfIconv(const char* name) {
  const iconv_t handle = iconv_open("UTF-8", name);
  if (handle == reinterpret_cast<iconv_t>(-1)) return nullptr;
  std::unique_ptr<Charset> out = Of(Form::kIconv);
  out->iconv_ = handle;
  return out;
}

Charset::~Charset() {
  if (iconv_ != nullptr) iconv_close(iconv_);
}

std::string_view Charset::Decode(std::string_view bytes, Arena& arena) const {
  switch (form_) {
    case Form::kUtf8:
    case Form::kBinary:
      return bytes;
    case Form::kTable:
      return ascii_ && IsAscii(bytes) ? bytes : DecodeTable(bytes, arena);
    case Form::kIconv:
      return IsAscii(bytes) ? bytes : DecodeIconv(bytes, arena);
    default:
      return DecodeWide(bytes, arena);
  }
}

std::string_view Charset::DecodeTable(std::string_view bytes, Arena& arena) const {
  size_t size = 0;
  for (const char c : bytes) size += (*table_)[static_cast<unsigned char>(c)].size;
  char* const begin = arena.Allocate(size);
  char* out = begin;
  for (const char c : bytes) {
    const Encoded& entry = (*table_)[static_cast<unsigned char>(c)];
    std::memcpy(out, entry.bytes, entry.size);
    out += entry.size;
  }
  return View(begin, out);
}

std::string_view Charset::DecodeWide(std::string_view bytes, Arena& arena) const {
  const size_t unit = form_ == Form::kUtf32 ? 4 : 2;
  const auto load = [&](size_t i) {
    char32_t value = 0;
    for (size_t k = 0; k < unit; ++k) {
      const size_t at = form_ == Form::kUtf16Le ? i + unit - 1 - k : i + k;
      value = value << 8 | static_cast<unsigned char>(bytes[at]);
    }
    return value;
  };
  char* const begin = arena.Allocate(bytes.size() / unit * 4 + 4);
  char* out = begin;
  size_t i = 0;
  for (; i + unit <= bytes.size(); i += unit) {
    char32_t c = load(i);
    if (unit == 2 && c >= 0xD800 && c < 0xDC00 && form_ != Form::kUcs2 &&
        i + 2 * unit <= bytes.size()) {
      const char32_t low = load(i + unit);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
        i += unit;
      }
    }
    out = PutUtf8(out, IsSurrogate(c) || c > 0x10FFFF ? kReplacement : c);
  }
  if (i != bytes.size()) out = PutUtf8(out, kReplacement);
  return View(begin, out);
}

std::string_view Charset::DecodeIconv(std::string_view bytes, Arena& arena) const {
  // No character of two bytes has more than four in UTF-8.
  const size_t room = bytes.size() * 4;
  char* const begin = arena.Allocate(room);
  char* out = begin;
  size_t left = room;
  char* in = const_cast<char*>(bytes.data());
  size_t in_left = bytes.size();
  iconv(iconv_, nullptr, nullptr, nullptr, nullptr);
  while (in_left > 0) {
    if (iconv(iconv_, &in, &in_left, &out, &left) != static_cast<size_t>(-1)) break;
    ++in;
    --in_left;
    char* const next = PutUtf8(out, kReplacement);
    left -= static_cast<size_t>(next - out);
    out = next;
  }
  return View(begin, out);
}

const Charset& CharsetRegistry::Find(std::string_view name) {
  std::string lower(name.empty() ? "utf8mb4" : name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto found = known_.find(lower);
  if (found != known_.end()) return *found->second;
  std::unique_ptr<Charset> made;
  for (const auto& [known, form] : kForms) {
    if (known == lower) made = Charset::Of(form);
  }
  for (const auto& [known, library] : kIconvNames) {
    if (known == lower) made = Charset::OfIconv(library);
  }
  if (made == nullptr && loader_) made = Charset::OfTable(loader_(lower));
  if (made == nullptr) {
    throw DataError(fmt::format(
        "character set {} is not known; ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4", lower));
  }
  return *known_.emplace(lower, std::move(made)).first->second;
}

}  // namespace tidewire::source
