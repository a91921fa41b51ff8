// MySQL's character sets: bytes as the server stores them → UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/arena.h"

namespace tidewire::source {

// Immutable once made; Decode of kIconv is for one thread.
class Charset {
 public:
  enum class Form : uint8_t {
    kUtf8,    // utf8mb4, utf8mb3, ascii: as it is.
    kBinary,  // No text.
    kTable,   // One byte a character.
    kUtf16,
    kUtf16Le,
    kUcs2,
    kUtf32,
    kIconv,  // Two bytes and more: by the C library.
  };
  // Code points of all 256 bytes.
  using Table = std::array<char32_t, 256>;

  ~Charset();
  Charset(const Charset&) = delete;
  Charset& operator=(const Charset&) = delete;

  static std::unique_ptr<Charset> Of(Form form);
  static std::unique_ptr<Charset> OfTable(const Table& table);
  // Null: the C library does not know the name.
  static std::unique_ptr<Charset> OfIconv(const char* name);

  Form form() const { return form_; }
  // A view of `bytes` itself where it is UTF-8 already, else of `arena`. Bytes that are no
  // character become U+FFFD.
  std::string_view Decode(std::string_view bytes, Arena& arena) const;

 private:
  Charset() = default;
  std::string_view DecodeTable(std::string_view bytes, Arena& arena) const;
  std::string_view DecodeWide(std::string_view bytes, Arena& arena) const;
  std::string_view DecodeIconv(std::string_view bytes, Arena& arena) const;

  Form form_ = Form::kUtf8;
  bool ascii_ = false;  // kTable: the lower half is ASCII.
  struct Encoded {
    char bytes[4];
    uint8_t size;
  };
  std::unique_ptr<std::array<Encoded, 256>> table_;
  void* iconv_ = nullptr;
};

// All character sets of a server, made when they are first asked for. One thread.
class CharsetRegistry {
 public:
  // Gives the code points of a one-byte character set, as the server converts them.
  using TableLoader = std::function<Charset::Table(const std::string& name)>;
  explicit CharsetRegistry(TableLoader loader) : loader_(std::move(loader)) {}

  // By name without regard to case ("latin1"); empty is utf8mb4. The reference lives as long as the
  // registry. Throws DataError for a name that nobody knows, and what the loader throws.
  const Charset& Find(std::string_view name);

 private:
  TableLoader loader_;
  std::map<std::string, std::unique_ptr<Charset>, std::less<>> known_;
};

}  // namespace tidewire::source
