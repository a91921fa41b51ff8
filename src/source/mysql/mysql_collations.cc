#include "source/mysql/mysql_collations.h"

#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

constexpr std::string_view kOfAnyCharset = "uca1400_";

struct Width {
  std::string_view charset;
  uint32_t bytes;
};
constexpr Width kWidths[] = {
    {"utf8mb4", 4}, {"utf8mb3", 3}, {"utf8", 3},   {"utf16", 4},   {"utf16le", 4}, {"utf32", 4},
    {"ucs2", 2},    {"big5", 2},    {"gb2312", 2}, {"gbk", 2},     {"gb18030", 4}, {"sjis", 2},
    {"cp932", 2},   {"euckr", 2},   {"ujis", 3},   {"eucjpms", 3},
};

}  // namespace

std::string CharsetOfCollation(std::string_view collation) {
  const std::string name = LowerAscii(collation);
  if (name.starts_with(kOfAnyCharset)) return {};
  return name.substr(0, name.find('_'));
}

uint32_t BytesPerCharacter(std::string_view charset) {
  for (const Width& width : kWidths) {
    if (SameWord(width.charset, charset)) return width.bytes;
  }
  return 1;
}

MysqlCharset ResolveCharset(std::string_view charset, std::string_view collation,
                            const MysqlCharset& inherited) {
  MysqlCharset out;
  if (SameWord(collation, "DEFAULT")) collation = {};
  if (SameWord(charset, "DEFAULT")) {
    out = inherited;
  } else if (!charset.empty()) {
    out.charset = LowerAscii(charset);
  } else if (!collation.empty()) {
    out.charset = CharsetOfCollation(collation);
    if (out.charset.empty()) out.charset = inherited.charset;
  } else {
    return inherited;
  }
  if (!collation.empty()) {
    out.collation = LowerAscii(collation);
    if (out.collation.starts_with(kOfAnyCharset) && !out.charset.empty()) {
      out.collation = out.charset + "_" + out.collation;
    }
  }
  return out;
}

}  // namespace tidewire::source
