#include "base/logging.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "base/utf8.h"

namespace tidewire {
namespace {

constexpr std::string_view kRoot = "root";

void AppendJsonText(spdlog::memory_buf_t& out, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out.append(std::string_view("\\n"));
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else if (const size_t length = Utf8SequenceLength(text.substr(i)); length > 0) {
      out.append(text.substr(i, length));
      i += length - 1;
    } else {
      // Messages of servers may be in any encoding; a line that is no JSON would be lost
      // altogether.
      out.push_back('?');
    }
  }
}

std::string_view LevelName(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return "TRACE";
    case spdlog::level::debug:
      return "DEBUG";
    case spdlog::level::info:
      return "INFO";
    case spdlog::level::warn:
      return "WARN";
    case spdlog::level::err:
    case spdlog::level::critical:
      return "ERROR";
    default:
      return "OFF";
  }
}

// Log4j's names, so that scripts written for Kafka Connect's /admin/loggers go on working.
std::optional<spdlog::level::level_enum> ParseLevel(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (upper == "TRACE" || upper == "ALL") return spdlog::level::trace;
  if (upper == "DEBUG") return spdlog::level::debug;
  if (upper == "INFO") return spdlog::level::info;
  if (upper == "WARN") return spdlog::level::warn;
  if (upper == "ERROR") return spdlog::level::err;
  if (upper == "FATAL") return spdlog::level::critical;
  if (upper == "OFF") return spdlog::level::off;
  return std::nullopt;
}

// {"ts":"2024-05-01T12:00:00.123456Z","level":"INFO","logger":"source.postgres","msg":"…"}
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& msg, spdlog::memory_buf_t& out) override {
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(msg.time.time_since_epoch()).count();
    const time_t seconds = static_cast<time_t>(micros / 1'000'000);
    tm utc{};
    gmtime_r(&seconds, &utc);
    fmt::format_to(std::back_inserter(out),
                   "{{\"ts\":\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z\",\"level\":\"{}\","
                   "\"logger\":\"",
                   utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                   utc.tm_sec, micros % 1'000'000, LevelName(msg.level));
    AppendJsonText(out, {msg.logger_name.data(), msg.logger_name.size()});
    out.append(std::string_view("\",\"msg\":\""));
    AppendJsonText(out, {msg.payload.data(), msg.payload.size()});
    out.append(std::string_view("\"}\n"));
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

spdlog::sink_ptr MakeSink(LogStyle style) {
  if (style == LogStyle::kJson) {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(std::make_unique<JsonFormatter>());
    return sink;
  }
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  sink->set_pattern("%H:%M:%S.%e %^%-5l%$ %n  %v");
  return sink;
}

bool IsAtOrBelow(std::string_view name, std::string_view ancestor) {
  if (ancestor == kRoot || name == ancestor) return true;
  return name.size() > ancestor.size() && name.substr(0, ancestor.size()) == ancestor &&
         name[ancestor.size()] == '.';
}

// All loggers of the process. Never destroyed: threads may log until the very end.
class LoggerTree {
 public:
  LoggerTree() {
    sink_ = MakeSink(isatty(STDERR_FILENO) == 1 ? LogStyle::kTerminal : LogStyle::kJson);
    Make(std::string(kRoot), spdlog::level::info);
  }

  static LoggerTree& Instance() {
    static auto* tree = new LoggerTree;
    return *tree;
  }

  spdlog::logger& Get(std::string_view name) {
    std::lock_guard lock(mutex_);
    return *FindOrMake(name).logger;
  }

  void SetUp(LogStyle style, std::string_view level) {
    std::lock_guard lock(mutex_);
    sink_ = MakeSink(style);
    const auto parsed = ParseLevel(level).value_or(spdlog::level::info);
    for (auto& [name, entry] : entries_) {
      entry.logger->sinks().assign(1, sink_);
      entry.logger->set_level(parsed);
    }
  }

  std::map<std::string, LoggerLevel> Levels() {
    std::lock_guard lock(mutex_);
    std::map<std::string, LoggerLevel> out;
    for (auto& [name, entry] : entries_) {
      out[name] = {std::string(LevelName(entry.logger->level())), entry.modified_ms};
    }
    return out;
  }

  std::optional<std::vector<std::string>> SetLevel(std::string_view name, std::string_view level,
                                                   int64_t now_ms) {
    const auto parsed = ParseLevel(level);
    if (!parsed) return std::nullopt;
    std::lock_guard lock(mutex_);
    FindOrMake(name);
    std::vector<std::string> changed;
    for (auto& [each, entry] : entries_) {
      if (!IsAtOrBelow(each, name)) continue;
      entry.logger->set_level(*parsed);
      entry.modified_ms = now_ms;
      changed.push_back(each);
    }
    return changed;
  }

 private:
  struct Entry {
    std::unique_ptr<spdlog::logger> logger;
    std::optional<int64_t> modified_ms;
  };

  Entry& FindOrMake(std::string_view name) {
    if (const auto it = entries_.find(name); it != entries_.end()) return it->second;
    auto* ancestor = &entries_.find(kRoot)->second;
    for (size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0;
         dot = name.rfind('.', dot - 1)) {
      if (const auto it = entries_.find(name.substr(0, dot)); it != entries_.end()) {
        ancestor = &it->second;
        break;
      }
    }
    Entry& made = Make(std::string(name), ancestor->logger->level());
    made.modified_ms = ancestor->modified_ms;
    return made;
  }

  Entry& Make(std::string name, spdlog::level::level_enum level) {
    auto logger = std::make_unique<spdlog::logger>(name, sink_);
    logger->set_level(level);
    logger->flush_on(spdlog::level::trace);
    return entries_[std::move(name)] = {std::move(logger), std::nullopt};
  }

  std::mutex mutex_;
  spdlog::sink_ptr sink_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace

spdlog::logger& Logger(std::string_view name) { return LoggerTree::Instance().Get(name); }

void SetUpLogging(LogStyle style, std::string_view level) {
  LoggerTree::Instance().SetUp(style, level);
}

std::map<std::string, LoggerLevel> LoggerLevels() { return LoggerTree::Instance().Levels(); }

std::optional<std::vector<std::string>> SetLoggerLevel(std::string_view name,
                                                       std::string_view level, int64_t now_ms) {
  return LoggerTree::Instance().SetLevel(name, level, now_ms);
}

}  // namespace tidewire
