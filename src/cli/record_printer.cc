#include "cli/record_printer.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tidewire::cli {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void WriteText(Writer& writer, const std::string& text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteOptional(Writer& writer, const std::optional<std::string>& text) {
  if (text) {
    WriteText(writer, *text);
  } else {
    writer.Null();
  }
}

}  // namespace

void RecordPrinter::Print(const model::ChangeBatch& batch, const model::Record& record,
                          std::string& out) {
  rendered_ = {};
  renderer_->Render(batch, record, rendered_);
  if (options_.jsonl) {
    PrintJson(batch, record, out);
  } else {
    PrintPlain(record, out);
  }
}

void RecordPrinter::PrintJson(const model::ChangeBatch& batch, const model::Record& record,
                              std::string& out) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("topic");
  WriteText(writer, batch.schemas[record.schema]->topic);
  writer.Key("partition");
  writer.Int(record.partition);
  writer.Key("offset");
  writer.Int64(record.offset);
  writer.Key("timestamp");
  writer.Int64(record.timestamp_ms);
  writer.Key("headers");
  writer.StartArray();
  for (const auto& [name, value] : rendered_.headers) {
    writer.StartArray();
    WriteText(writer, name);
    WriteText(writer, value);
    writer.EndArray();
  }
  writer.EndArray();
  writer.Key("key");
  WriteOptional(writer, rendered_.key);
  writer.Key("value");
  WriteOptional(writer, rendered_.value);
  writer.EndObject();
  out.append(buffer.GetString(), buffer.GetSize());
  out += '\n';
}

// The order of the fields is that of Kafka's DefaultMessageFormatter.
void RecordPrinter::PrintPlain(const model::Record& record, std::string& out) {
  const size_t begin = out.size();
  const auto field = [&](const std::string& text) {
    if (out.size() > begin) out += options_.key_separator;
    out += text;
  };
  if (options_.print_timestamp) field(fmt::format("CreateTime:{}", record.timestamp_ms));
  if (options_.print_partition) field(fmt::format("Partition:{}", record.partition));
  if (options_.print_offset) field(fmt::format("Offset:{}", record.offset));
  if (options_.print_headers) {
    std::string headers;
    for (const auto& [name, value] : rendered_.headers) {
      headers += fmt::format("{}{}:{}", headers.empty() ? "" : ",", name, value);
    }
    field(headers.empty() ? "NO_HEADERS" : headers);
  }
  if (options_.print_key) field(rendered_.key.value_or(options_.null_literal));
  if (options_.print_value) field(rendered_.value.value_or(options_.null_literal));
  out += options_.line_separator;
}

}  // namespace tidewire::cli
