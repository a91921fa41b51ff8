// Names in MySQL and MariaDB: columns and indexes are compared without regard to case, databases
// and tables as lower_case_table_names says.
#pragma once

#include <string>
#include <string_view>

namespace tidewire::source {

// The lower-case form of a UTF-8 name: ASCII, Latin-1, Greek and Cyrillic letters. Others stay as
// they are.
std::string FoldName(std::string_view name);

// Whether both are one name but for case.
bool SameName(std::string_view a, std::string_view b);

// Whether both are equal but for the case of ASCII letters: keywords, character sets.
bool SameWord(std::string_view a, std::string_view b);

std::string UpperAscii(std::string_view text);
std::string LowerAscii(std::string_view text);

}  // namespace tidewire::source
