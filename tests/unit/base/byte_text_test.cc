#include "base/byte_text.h"

#include <gtest/gtest.h>

namespace tidewire {
namespace {

std::string Base64(std::string_view bytes) {
  std::string out;
  AppendBase64(out, bytes);
  return out;
}

TEST(Base64, PadsToFourCharacters) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64("\xff\xfe\xfd"), "//79");
  std::string url;
  AppendBase64(url, "\xff\xfe\xfd", Base64Alphabet::kUrl);
  EXPECT_EQ(url, "__79");
}

TEST(Hex, HasTwoLowerCaseDigitsForEachByte) {
  std::string out = "x";
  AppendHex(out, std::string_view("\x00\x7f\xff", 3));
  EXPECT_EQ(out, "x007fff");
}

}  // namespace
}  // namespace tidewire
