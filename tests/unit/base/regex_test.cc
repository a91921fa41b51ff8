#include "base/regex.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"

namespace tidewire {
namespace {

Regex Compiled(std::string_view pattern, Regex::Case mode = Regex::Case::kSensitive) {
  auto regex = Regex::Compile(pattern, mode);
  EXPECT_TRUE(regex.has_value()) << regex.error();
  return *regex;
}

TEST(Regex, MatchesOnlyTheWholeText) {
  const Regex regex = Compiled("public\\.or.*");
  EXPECT_TRUE(regex.FullMatch("public.orders"));
  EXPECT_FALSE(regex.FullMatch("xpublic.orders"));
  EXPECT_FALSE(Compiled("orders").FullMatch("orders2"));
  EXPECT_FALSE(Compiled("a|ab").FullMatch("abc"));
  EXPECT_TRUE(Compiled("a|ab").FullMatch("ab"));
}

TEST(Regex, MatchesEmptyTextAndEmptyPattern) {
  EXPECT_TRUE(Compiled("").FullMatch(""));
  EXPECT_FALSE(Compiled("").FullMatch("x"));
  EXPECT_TRUE(Compiled(".*").FullMatch(std::string_view()));
}

TEST(Regex, TakesAnAnchorBeforeALastLineEndAsPartOfTheText) {
  EXPECT_FALSE(Compiled("a$").FullMatch("a\n"));
}

TEST(Regex, DotIsACharacterAndNotAByte) {
  EXPECT_TRUE(Compiled("k.se").FullMatch("k\xc3\xa4se"));
  EXPECT_FALSE(Compiled("k..se").FullMatch("k\xc3\xa4se"));
}

TEST(Regex, DotStopsAtLineTerminators) {
  for (const char* end : {"\n", "\r", "\xc2\x85", "\xe2\x80\xa8"}) {
    EXPECT_FALSE(Compiled("a.b").FullMatch(std::string("a") + end + "b"));
  }
}

TEST(Regex, ClassesAreAsciiAsInJava) {
  EXPECT_FALSE(Compiled("\\w").FullMatch("\xc3\xa4"));
  EXPECT_FALSE(Compiled("\\d").FullMatch("\xd9\xa1"));
}

TEST(Regex, IgnoresCaseWhenAsked) {
  EXPECT_TRUE(Compiled("public\\.T", Regex::Case::kInsensitive).FullMatch("PUBLIC.t"));
  EXPECT_FALSE(Compiled("public\\.T").FullMatch("PUBLIC.t"));
}

TEST(Regex, NeverMatchesTextThatIsNoUtf8) { EXPECT_FALSE(Compiled(".*").FullMatch("\xff\xfe")); }

TEST(Regex, SaysWhereAPatternIsWrong) {
  const auto open = Regex::Compile("ab(c");
  ASSERT_FALSE(open.has_value());
  EXPECT_NE(open.error().find("at character 4"), std::string::npos) << open.error();
  EXPECT_FALSE(Regex::Compile("[").has_value());
}

TEST(Regex, RefusesJavaSyntaxThatWouldMeanSomethingElse) {
  EXPECT_FALSE(Regex::Compile("[a-z&&[^m]]").has_value());
  EXPECT_FALSE(Regex::Compile("[a[bc]]").has_value());
  EXPECT_TRUE(Regex::Compile("[a\\[b]").has_value());
  EXPECT_TRUE(Regex::Compile("\\Q[[\\E[a]").has_value());
  EXPECT_TRUE(Regex::Compile("[]a]&&").has_value());
}

TEST(RegexReplacement, FillsGroupsByNumberAndName) {
  const Regex regex = Compiled("(?<server>[^.]+)\\.(\\w+)\\.(\\w+)");
  EXPECT_EQ(regex.ReplaceFullMatch("db.public.orders", "$3_${server}"), "orders_db");
  EXPECT_EQ(regex.ReplaceFullMatch("db.public.orders", "$0"), "db.public.orders");
  EXPECT_EQ(regex.ReplaceFullMatch("other", "$1"), std::nullopt);
}

TEST(RegexReplacement, TakesOnlyDigitsOfGroupsThatExist) {
  EXPECT_EQ(Compiled("(a)(b)").ReplaceFullMatch("ab", "$21"), "b1");
}

TEST(RegexReplacement, TakesEscapedCharactersAsTheyAre) {
  EXPECT_EQ(Compiled("a").ReplaceFullMatch("a", "\\$1\\\\"), "$1\\");
}

TEST(RegexReplacement, LeavesOutGroupsThatTookNoPart) {
  EXPECT_EQ(Compiled("(a)|(b)").ReplaceFullMatch("b", "<$1$2>"), "<b>");
}

TEST(RegexReplacement, ComplainsWhereJavaDoes) {
  const Regex regex = Compiled("(a)");
  for (const char* wrong : {"$2", "$", "$x", "${nope}", "${a", "a\\"}) {
    EXPECT_THROW(regex.ReplaceFullMatch("a", wrong), ConfigError) << wrong;
  }
}

TEST(Regex, SaysWhenAPatternNeedsTooManySteps) {
  EXPECT_THROW(Compiled("(x+x+)+[yz]").FullMatch(std::string(60, 'x')), DataError);
}

TEST(Regex, MatchesOnManyThreadsAtOnce) {
  const Regex regex = Compiled("(.*)\\.(\\d+)");
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const std::string text = fmt::format("topic{}.{}", t, i);
        if (regex.ReplaceFullMatch(text, "$2.$1") != fmt::format("{}.topic{}", i, t)) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tidewire
