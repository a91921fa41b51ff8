#include "source/common_properties.h"

namespace tidewire::source {

std::vector<std::pair<std::string, config::Support>> CommonPatterns() {
  using config::Support;
  return {
      {"topic\\.delimiter", Support::kYes},
      {"topic\\.transaction", Support::kYes},
      {"topic\\.heartbeat\\.prefix", Support::kYes},
      {"topic\\.cache\\.size", Support::kNoEffect},
      {"column\\.truncate\\.to\\.\\d+\\.chars", Support::kNotYet},
      {"column\\.mask\\.with\\.\\d+\\.chars", Support::kNotYet},
      {"column\\.mask\\.hash\\.(v2\\.)?[^.]+\\.with\\.salt\\..+", Support::kNotYet},
      {"snapshot\\.select\\.statement\\.overrides\\..+", Support::kNotYet},
      {"signal\\..+", Support::kNotYet},
      {"skip\\.messages\\.without\\.change", Support::kNotYet},
      {"read\\.only", Support::kNotYet},
      {"statistics\\.metrics\\.enabled", Support::kNoEffect},
      {"driver\\..+", Support::kNoEffect},
  };
}

}  // namespace tidewire::source
