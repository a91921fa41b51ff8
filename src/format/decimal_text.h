// Decimal texts ("-12.50") and java.math.BigDecimal's parts: unscaled two's complement bytes and a
// scale. Source: org.apache.kafka.connect.data.Decimal; java.math.BigDecimal,
// BigInteger.toByteArray.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidewire::format {

// False for "NaN", "Infinity" and "-Infinity", which BigDecimal does not have.
bool IsFiniteDecimal(std::string_view text);

// Digits behind the point once trailing zeros are gone; 0 when there are none.
int32_t SignificantScale(std::string_view text);

// Appends the unscaled value of `text` at `scale` as BigInteger.toByteArray writes it: big-endian
// two's complement, as short as possible. `scale` may be negative. Throws DataError when `text` is
// no finite decimal or has digits beyond the scale.
void AppendUnscaled(std::string& out, std::string_view text, int32_t scale);

// Likewise for an unsigned number without a fraction.
void AppendUnscaledUnsigned(std::string& out, uint64_t value);

// `text` with exactly `scale` digits behind the point, halves rounded away from zero, without
// needless zeros in front: "+007.125" at 2 is "7.13". `scale` is not negative. Throws DataError
// when `text` is no finite decimal.
std::string RoundedDecimal(std::string_view text, int32_t scale);

// The decimal text, with all digits of the scale, of unscaled big-endian two's complement bytes.
std::string UnscaledToText(std::string_view bytes, int32_t scale);

// BigDecimal.toString of a plain decimal text: the same, but scientific where the number is very
// small ("1E-10").
void AppendBigDecimal(std::string& out, std::string_view text);

}  // namespace tidewire::format
