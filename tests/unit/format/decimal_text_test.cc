#include "format/decimal_text.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::format {
namespace {

std::string HexOf(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::string Hex(std::string_view text, int32_t scale) {
  std::string bytes;
  AppendUnscaled(bytes, text, scale);
  return HexOf(bytes);
}

std::string BigDecimal(std::string_view text) {
  std::string out;
  AppendBigDecimal(out, text);
  return out;
}

TEST(Unscaled, IsTheShortestTwosComplement) {
  EXPECT_EQ(Hex("0", 0), "00");
  EXPECT_EQ(Hex("-0.00", 2), "00");
  EXPECT_EQ(Hex("1.27", 2), "7f");
  EXPECT_EQ(Hex("1.28", 2), "0080");
  EXPECT_EQ(Hex("-1.28", 2), "80");
  EXPECT_EQ(Hex("-1.29", 2), "ff7f");
  EXPECT_EQ(Hex("-0.01", 2), "ff");
  EXPECT_EQ(Hex("92233720368547758.07", 2), "7fffffffffffffff");
  EXPECT_EQ(Hex("-92233720368547758.08", 2), "8000000000000000");
}

TEST(Unscaled, ContinuesBeyondMachineNumbers) {
  EXPECT_EQ(Hex("170141183460469231731687303715884105727", 0), "7fffffffffffffffffffffffffffffff");
  EXPECT_EQ(Hex("170141183460469231731687303715884105728", 0),
            "0080000000000000000000000000000000");
  EXPECT_EQ(Hex("-170141183460469231731687303715884105728", 0), "80000000000000000000000000000000");
  EXPECT_EQ(Hex("-340282366920938463463374607431768211456", 0),
            "ff00000000000000000000000000000000");
  // 2^256
  EXPECT_EQ(
      Hex("115792089237316195423570985008687907853269984665640564039457584007913129639936", 0),
      "01" + std::string(64, '0'));
}

TEST(Unscaled, FillsUpToTheScale) {
  EXPECT_EQ(Hex("1.5", 2), "0096");
  EXPECT_EQ(Hex("7", 3), "1b58");
  EXPECT_EQ(Hex(".5", 1), "05");
  EXPECT_EQ(Hex("12000", -3), "0c");
  EXPECT_EQ(Hex("1.500", 1), "0f");
}

TEST(Unscaled, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Hex("1.55", 1), DataError);
  EXPECT_THROW(Hex("12500", -3), DataError);
  EXPECT_THROW(Hex("NaN", 2), DataError);
  EXPECT_THROW(Hex("", 2), DataError);
  EXPECT_THROW(Hex("1e5", 2), DataError);
}

TEST(UnscaledToText, IsTheInverse) {
  for (const char* text :
       {"0.00", "1.28", "-1.28", "-0.01", "123456789012345678901234567890123456789.99"}) {
    std::string bytes;
    AppendUnscaled(bytes, text, 2);
    EXPECT_EQ(UnscaledToText(bytes, 2), text);
  }
  std::string bytes;
  AppendUnscaled(bytes, "12000", -3);
  EXPECT_EQ(UnscaledToText(bytes, -3), "12000");
}

TEST(UnscaledUnsigned, KeepsTheSignBitClear) {
  const auto hex = [](uint64_t value) {
    std::string bytes;
    AppendUnscaledUnsigned(bytes, value);
    return HexOf(bytes);
  };
  EXPECT_EQ(hex(0), "00");
  EXPECT_EQ(hex(127), "7f");
  EXPECT_EQ(hex(128), "0080");
  EXPECT_EQ(hex(UINT64_MAX), "00ffffffffffffffff");
}

TEST(RoundedDecimal, HasTheScalesDigits) {
  EXPECT_EQ(RoundedDecimal("+007.125", 2), "7.13");
  EXPECT_EQ(RoundedDecimal("-7.125", 2), "-7.13");
  EXPECT_EQ(RoundedDecimal("7.1249", 2), "7.12");
  EXPECT_EQ(RoundedDecimal("9.995", 2), "10.00");
  EXPECT_EQ(RoundedDecimal("-0.004", 2), "0.00");
  EXPECT_EQ(RoundedDecimal(".5", 0), "1");
  EXPECT_EQ(RoundedDecimal("0", 0), "0");
  EXPECT_EQ(RoundedDecimal("12", 3), "12.000");
  EXPECT_THROW(RoundedDecimal("1e1", 2), DataError);
  EXPECT_THROW(RoundedDecimal("", 2), DataError);
}

TEST(SignificantScale, LeavesTrailingZerosOut) {
  EXPECT_EQ(SignificantScale("1.500"), 1);
  EXPECT_EQ(SignificantScale("0.000"), 0);
  EXPECT_EQ(SignificantScale("1000"), 0);
  EXPECT_EQ(SignificantScale("-0.05"), 2);
}

TEST(FiniteDecimal, TellsSpecialValuesApart) {
  EXPECT_TRUE(IsFiniteDecimal("-1"));
  EXPECT_TRUE(IsFiniteDecimal(".5"));
  EXPECT_FALSE(IsFiniteDecimal("NaN"));
  EXPECT_FALSE(IsFiniteDecimal("-Infinity"));
  EXPECT_FALSE(IsFiniteDecimal(""));
}

TEST(BigDecimal, IsScientificWhereJavaIs) {
  EXPECT_EQ(BigDecimal("12.50"), "12.50");
  EXPECT_EQ(BigDecimal("0.000001"), "0.000001");
  EXPECT_EQ(BigDecimal("0.0000001"), "1E-7");
  EXPECT_EQ(BigDecimal("-0.00000001230"), "-1.230E-8");
  EXPECT_EQ(BigDecimal("0.00"), "0.00");
  EXPECT_EQ(BigDecimal("0.0000000000"), "0E-10");
}

}  // namespace
}  // namespace tidewire::format
