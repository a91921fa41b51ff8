#include "source/mysql/ddl_lexer.h"

#include <gmock/gmock.h>

namespace tidewire::source {
namespace {

using Kind = DdlTokenKind;
using ::testing::ElementsAre;

// "word:CREATE", …; tokens in executable comments have a '!' in front.
std::vector<std::string> Tokens(std::string_view text, const DdlMode& mode = {}) {
  static constexpr std::string_view kNames[] = {"end", "word", "name",   "string",
                                                "hex", "bits", "number", "symbol"};
  DdlLexer lexer(text, mode);
  std::vector<std::string> out;
  for (DdlToken token = lexer.Next(); token.kind != Kind::kEnd; token = lexer.Next()) {
    out.push_back(fmt::format("{}{}:{}", token.conditional ? "!" : "",
                              kNames[static_cast<size_t>(token.kind)], token.text));
  }
  return out;
}

DdlMode MariaDb(uint32_t version) {
  DdlMode mode;
  mode.mariadb = true;
  mode.version = version;
  return mode;
}

DdlMode MySql(uint32_t version) {
  DdlMode mode;
  mode.version = version;
  return mode;
}

TEST(DdlLexer, TellsWordsNamesAndSymbols) {
  EXPECT_THAT(Tokens("a `b c`.d(1)"), ElementsAre("word:a", "name:`b c`", "symbol:.", "word:d",
                                                  "symbol:(", "number:1", "symbol:)"));
  EXPECT_THAT(Tokens("ünï $x _y a1"), ElementsAre("word:ünï", "word:$x", "word:_y", "word:a1"));
  EXPECT_THAT(Tokens("`a``b`"), ElementsAre("name:`a``b`"));
  EXPECT_THAT(Tokens(" \t\r\n\f"), ElementsAre());
}

TEST(DdlLexer, LetsNamesBeginWithDigits) {
  EXPECT_THAT(Tokens("1x 2e 3e4 3e4x 0xg 0x1F 0b102 0b10"),
              ElementsAre("word:1x", "word:2e", "number:3e4", "number:3e4", "word:x", "word:0xg",
                          "hex:0x1F", "word:0b102", "bits:0b10"));
  EXPECT_THAT(Tokens("db.1x, db.12"), ElementsAre("word:db", "symbol:.", "word:1x", "symbol:,",
                                                  "word:db", "symbol:.", "number:12"));
}

TEST(DdlLexer, ReadsNumbers) {
  EXPECT_THAT(Tokens("1 1.5 .5 1. 1e+3 1.5E-3"),
              ElementsAre("number:1", "number:1.5", "number:.5", "number:1.", "number:1e+3",
                          "number:1.5E-3"));
  EXPECT_THAT(Tokens("(10,2)"),
              ElementsAre("symbol:(", "number:10", "symbol:,", "number:2", "symbol:)"));
}

TEST(DdlLexer, ReadsStringsWithBothKindsOfEscapes) {
  EXPECT_THAT(Tokens(R"('a''b' 'c\'d' "e""f" "g'h" 'i\\')"),
              ElementsAre("string:'a''b'", R"(string:'c\'d')", "string:\"e\"\"f\"",
                          "string:\"g'h\"", R"(string:'i\\')"));
  EXPECT_THAT(Tokens("N'x' n'y' x'4142' X'' b'01' B'1'"),
              ElementsAre("string:N'x'", "string:n'y'", "hex:x'4142'", "hex:X''", "bits:b'01'",
                          "bits:B'1'"));
  EXPECT_THAT(Tokens("_utf8mb4'x'"), ElementsAre("word:_utf8mb4", "string:'x'"));
}

TEST(DdlLexer, FollowsTheSqlMode) {
  DdlMode ansi;
  ansi.ansi_quotes = true;
  EXPECT_THAT(Tokens(R"("a""b" "c\" 'd')", ansi),
              ElementsAre("name:\"a\"\"b\"", "name:\"c\\\"", "string:'d'"));
  DdlMode plain;
  plain.no_backslash_escapes = true;
  EXPECT_THAT(Tokens(R"('a\' 'b')", plain), ElementsAre(R"(string:'a\')", "string:'b'"));
}

TEST(DdlLexer, PassesOverComments) {
  EXPECT_THAT(Tokens("a -- b\nc # d\n e /* f */ g"),
              ElementsAre("word:a", "word:c", "word:e", "word:g"));
  EXPECT_THAT(Tokens("a--b\n"), ElementsAre("word:a", "symbol:-", "symbol:-", "word:b"));
  EXPECT_THAT(Tokens("a --"), ElementsAre("word:a"));
  EXPECT_THAT(Tokens("/* a /* b */ c */ d"), ElementsAre("word:d"));
  EXPECT_THAT(Tokens("'-- a' `# b` '/* c */'"),
              ElementsAre("string:'-- a'", "name:`# b`", "string:'/* c */'"));
}

TEST(DdlLexer, ReadsExecutableCommentsForItsServer) {
  EXPECT_THAT(Tokens("a /*!50100 b */ c"), ElementsAre("word:a", "!word:b", "word:c"));
  EXPECT_THAT(Tokens("a /*! b */ c"), ElementsAre("word:a", "!word:b", "word:c"));
  EXPECT_THAT(Tokens("/*!80023 INVISIBLE */", MySql(80403)), ElementsAre("!word:INVISIBLE"));
  EXPECT_THAT(Tokens("/*!90100 x */ y", MySql(80403)), ElementsAre("word:y"));
  EXPECT_THAT(Tokens("/*!100100 x */ y", MariaDb(101119)), ElementsAre("!word:x", "word:y"));
  EXPECT_THAT(Tokens("/*M!100100 x */ y", MariaDb(101119)), ElementsAre("!word:x", "word:y"));
  EXPECT_THAT(Tokens("/*M!110100 x */ y", MariaDb(101119)), ElementsAre("word:y"));
  // MySQL takes it for a comment.
  EXPECT_THAT(Tokens("/*M!100100 x */ y", MySql(80403)), ElementsAre("word:y"));
  // MariaDB takes it for MySQL's.
  EXPECT_THAT(Tokens("/*!80023 INVISIBLE */ y", MariaDb(101119)), ElementsAre("word:y"));
  EXPECT_THAT(Tokens("/*!40101 a /* inner */ b */ c"), ElementsAre("!word:a", "!word:b", "word:c"));
  // Fewer than five digits are no version.
  EXPECT_THAT(Tokens("/*!123 */ c"), ElementsAre("!number:123", "word:c"));
}

TEST(DdlLexer, EndsWithTheText) {
  for (const char* text : {"'abc", "\"abc", "`abc", "/* abc", "x'41", "'abc\\", "'abc''",
                           "/*!50100", "N'", "/*", "b'", "`"}) {
    DdlLexer lexer(text, {});
    int tokens = 0;
    while (lexer.Next().kind != Kind::kEnd) ++tokens;
    EXPECT_LE(tokens, 1) << text;
    EXPECT_EQ(lexer.Next().kind, Kind::kEnd);
  }
}

TEST(DecodeString, ResolvesEscapes) {
  const DdlMode mode;
  EXPECT_EQ(DecodeString("'it''s'", mode), "it's");
  EXPECT_EQ(DecodeString(R"('a\nb\tc\\d\'e\"f')", mode), "a\nb\tc\\d'e\"f");
  EXPECT_EQ(DecodeString(R"('\0\b\r\Z\x')", mode), std::string("\0\b\r\x1Ax", 5));
  EXPECT_EQ(DecodeString(R"('\%\_')", mode), R"(\%\_)");
  EXPECT_EQ(DecodeString(R"("d""q'")", mode), R"(d"q')");
  EXPECT_EQ(DecodeString("N'nat'", mode), "nat");
  EXPECT_EQ(DecodeString("'open", mode), "open");
  DdlMode plain;
  plain.no_backslash_escapes = true;
  EXPECT_EQ(DecodeString(R"('a\nb''')", plain), R"(a\nb')");
}

TEST(DecodeName, ResolvesDoubledQuotes) {
  EXPECT_EQ(DecodeName("plain"), "plain");
  EXPECT_EQ(DecodeName("`a``b`"), "a`b");
  EXPECT_EQ(DecodeName("\"a\"\"b\""), "a\"b");
  EXPECT_EQ(DecodeName("``"), "");
}

TEST(DecodeHex, GivesBytes) {
  EXPECT_EQ(DecodeHex("x'4a4B'"), "JK");
  EXPECT_EQ(DecodeHex("0x4A"), "J");
  EXPECT_EQ(DecodeHex("0x141"), "\x01\x41");
  EXPECT_EQ(DecodeHex("x''"), "");
  EXPECT_EQ(BitDigits("b'0101'"), "0101");
  EXPECT_EQ(BitDigits("0b11"), "11");
}

}  // namespace
}  // namespace tidewire::source
