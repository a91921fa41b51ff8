#include "source/render_settings.h"

#include "source/settings_reading.h"

namespace tidewire::source {
namespace {

using config::Config;
using config::Properties;

model::Converter ReadConverter(const Properties& given, const std::string& prefix) {
  model::Converter out;
  const std::string name = GivenOr(given, prefix, "JsonConverter");
  const std::string simple = name.substr(name.rfind('.') + 1);
  if (simple == "StringConverter") out.kind = model::ConverterKind::kString;
  if (simple == "ByteArrayConverter") out.kind = model::ConverterKind::kByteArray;
  const auto is = [&](const char* property, const char* otherwise, const char* text) {
    return Lower(GivenOr(given, prefix + "." + property, otherwise)) == text;
  };
  out.schemas_enable = is("schemas.enable", "true", "true");
  out.decimal_numeric = is("decimal.format", "base64", "numeric");
  out.replace_null_with_default = is("replace.null.with.default", "true", "true");
  return out;
}

void ReadHandlingModes(const Config& config, model::RenderOptions& out) {
  using model::BinaryMode;
  using model::DecimalMode;
  using model::HstoreMode;
  using model::IntervalMode;
  using model::TimeMode;
  using model::UnsignedBigintMode;
  out.decimal = OneOf<DecimalMode>(config, "decimal.handling.mode",
                                   {{"precise", DecimalMode::kPrecise},
                                    {"string", DecimalMode::kString},
                                    {"double", DecimalMode::kDouble}});
  out.time = OneOf<TimeMode>(config, "time.precision.mode",
                             {{"adaptive", TimeMode::kAdaptive},
                              {"adaptive_time_microseconds", TimeMode::kAdaptiveMicroseconds},
                              {"connect", TimeMode::kConnect},
                              {"isostring", TimeMode::kIsoString},
                              {"microseconds", TimeMode::kMicroseconds},
                              {"nanoseconds", TimeMode::kNanoseconds}});
  out.binary = OneOf<BinaryMode>(config, "binary.handling.mode",
                                 {{"bytes", BinaryMode::kBytes},
                                  {"base64", BinaryMode::kBase64},
                                  {"base64-url-safe", BinaryMode::kBase64UrlSafe},
                                  {"hex", BinaryMode::kHex}});
  out.interval =
      OneOf<IntervalMode>(config, "interval.handling.mode",
                          {{"numeric", IntervalMode::kNumeric}, {"string", IntervalMode::kString}});
  out.hstore = OneOf<HstoreMode>(config, "hstore.handling.mode",
                                 {{"json", HstoreMode::kJson}, {"map", HstoreMode::kMap}});
  out.unsigned_bigint = OneOf<UnsignedBigintMode>(
      config, "bigint.unsigned.handling.mode",
      {{"long", UnsignedBigintMode::kLong}, {"precise", UnsignedBigintMode::kPrecise}});
}

}  // namespace

std::shared_ptr<model::RenderOptions> MakeRenderOptions(const EventSettings& events,
                                                        const Config& config,
                                                        std::string connector_kind,
                                                        std::string run_id) {
  auto out = std::make_shared<model::RenderOptions>();
  out->connector_kind = std::move(connector_kind);
  // What consumers of source.version expect: the version of Debezium whose form this is.
  out->version = "3.5.0.Final";
  out->logical_name = events.topic_prefix;
  out->run_id = std::move(run_id);
  out->context_headers = config.GetBool("extended.headers.enabled");
  ReadHandlingModes(config, *out);
  out->unavailable_placeholder = events.unavailable_placeholder;
  out->key_converter = ReadConverter(config.given(), "key.converter");
  out->value_converter = ReadConverter(config.given(), "value.converter");
  return out;
}

}  // namespace tidewire::source
