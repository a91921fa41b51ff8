// Records as text lines: as kafka-console-consumer prints them, or one JSON object a line.
#pragma once

#include <memory>
#include <string>

#include "format/render.h"
#include "model/batch.h"

namespace tidewire::cli {

struct PrintOptions {
  bool jsonl = false;  // {"topic","partition","offset","timestamp","headers","key","value"}
  // The rest: kafka-console-consumer's properties.
  bool print_timestamp = false;
  bool print_partition = false;
  bool print_offset = false;
  bool print_headers = false;
  bool print_key = false;
  bool print_value = true;
  std::string key_separator = "\t";
  std::string line_separator = "\n";
  std::string null_literal = "null";
};

// Used by one thread.
class RecordPrinter {
 public:
  explicit RecordPrinter(PrintOptions options)
      : options_(std::move(options)), renderer_(format::MakeRenderer()) {}
  // Appends the record's line to `out`.
  void Print(const model::ChangeBatch& batch, const model::Record& record, std::string& out);

 private:
  void PrintJson(const model::ChangeBatch& batch, const model::Record& record, std::string& out);
  void PrintPlain(const model::Record& record, std::string& out);

  const PrintOptions options_;
  const std::unique_ptr<format::Renderer> renderer_;
  format::RenderedRecord rendered_;
};

}  // namespace tidewire::cli
