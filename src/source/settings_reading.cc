#include "source/settings_reading.h"

namespace tidewire::source {

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string GivenOr(const config::Properties& given, const std::string& name,
                    std::string otherwise) {
  const auto it = given.find(name);
  if (it == given.end()) return otherwise;
  std::string text = config::Trimmed(it->second);
  return text.empty() ? otherwise : text;
}

std::string ValueOr(const config::Config& config, std::string_view name, std::string otherwise) {
  const config::Definition& definition = config.definition();
  if (definition.Find(name) != nullptr) return config.Get(name);
  if (!definition.FindPattern(name)) return otherwise;
  return GivenOr(config.given(), std::string(name), std::move(otherwise));
}

std::chrono::milliseconds Millis(const config::Config& config, std::string_view name) {
  return std::chrono::milliseconds(config.GetInt(name));
}

std::vector<std::string> SplitStatements(const std::string& text) {
  std::vector<std::string> out;
  std::string statement;
  const auto finish = [&] {
    std::string trimmed = config::Trimmed(statement);
    if (!trimmed.empty()) out.push_back(std::move(trimmed));
    statement.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ';') {
      statement += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == ';') {
      statement += text[i++];
    } else {
      finish();
    }
  }
  finish();
  return out;
}

}  // namespace tidewire::source
