// Rates of the embedded log, in rows of six columns as in bench/'s table: encode, decode, append,
// append one row with an fsync, read back. Items are records.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "log/embedded/embedded_log.h"
#include "log/record_codec.h"

namespace {

using namespace tidewire;

model::TopicSchemaPtr BenchSchema() {
  auto table = std::make_shared<model::TableSchema>();
  const model::Kind kinds[] = {model::Kind::kInt64,       model::Kind::kInt32,
                               model::Kind::kString,      model::Kind::kDecimal,
                               model::Kind::kTimestampTz, model::Kind::kJson};
  for (const model::Kind kind : kinds) {
    model::Column column;
    column.type.kind = kind;
    table->columns.push_back(column);
  }
  table->key = {0};
  auto schema = std::make_shared<model::TopicSchema>();
  schema->topic = "bench.public.bench";
  schema->base_topic = schema->topic;
  schema->render = std::make_shared<model::RenderOptions>();
  schema->table = table;
  return schema;
}

// Hexadecimal digits, as texts made by md5() are: compression finds little in them.
std::string Noise(std::mt19937& random, size_t length) {
  std::string text(length, ' ');
  for (char& c : text) c = "0123456789abcdef"[random() % 16];
  return text;
}

// Transactions of ten changes, three of them updates that have a key in `before`.
model::ChangeBatchPtr BenchBatch(const model::TopicSchemaPtr& schema, int64_t records) {
  auto batch = std::make_unique<model::ChangeBatch>();
  const uint32_t index = batch->SchemaIndex(schema);
  std::mt19937 random(1);
  for (int64_t i = 0; i < records; ++i) {
    if (i % 10 == 0) {
      model::Transaction& t = batch->transactions.emplace_back();
      t.id = 700 + i / 10;
      t.begin_position = t.commit_position = 50'000'000 + static_cast<uint64_t>(i) * 225;
      t.commit_ts_us = 1'700'000'000'000'000 + i * 30;
    }
    model::Datum* row = batch->NewRow(*schema->table);
    row[0] = model::Datum::Integer(1'000'000 + i);
    row[1] = model::Datum::Integer(i % 1000);
    row[2] = model::Datum::View(batch->arena.Copy(Noise(random, 40)));
    row[3] = model::Datum::View(batch->arena.Copy(std::to_string(random() % 100'000) + ".25"));
    row[4] = model::Datum::Integer(800'000'000'000'000 + i * 1000);
    row[5] = model::Datum::View(
        batch->arena.Copy(R"({"k": 17, "tags": [")" + Noise(random, 4) + "\"]}"));
    model::Record record;
    record.op = i % 10 < 7 ? model::Op::kCreate : model::Op::kUpdate;
    record.schema = index;
    record.transaction = static_cast<uint32_t>(batch->transactions.size() - 1);
    record.after = row;
    record.position = 50'000'000 + static_cast<uint64_t>(i) * 225;
    record.ts_ns = 1'700'000'000'000'000'000 + i * 3000;
    batch->records.push_back(record);
  }
  return batch;
}

constexpr int64_t kRecords = 2000;

void EncodeBatch(benchmark::State& state) {
  const auto batch = BenchBatch(BenchSchema(), kRecords);
  log::Routing routing{.slots = 1, .slot_of_schema = {0}, .slot_of_record = {}};
  size_t bytes = 0;
  for (auto _ : state) bytes = log::EncodeRecords(*batch, routing).bytes.size();
  state.SetItemsProcessed(state.iterations() * kRecords);
  state.counters["bytes_per_record"] = static_cast<double>(bytes) / kRecords;
}
BENCHMARK(EncodeBatch);

log::StoredBatchPtr BenchStored(const model::ChangeBatch& batch) {
  log::Routing routing{.slots = 1, .slot_of_schema = {0}, .slot_of_record = {}};
  const auto body = log::EncodeRecords(batch, routing);
  log::BatchHeader header;
  header.records = kRecords;
  header.schemas = {0};
  header.slots = {{1, 0, 0, kRecords, body.bytes.size()}};
  return log::StoredBatch::Parse(
      log::EncodeBatchHeader(header, body.hash).append(body.bytes.view()));
}

void DecodeBatch(benchmark::State& state) {
  const auto schema = BenchSchema();
  const auto stored = BenchStored(*BenchBatch(schema, kRecords));
  const int64_t from = state.range(0) == 0 ? 0 : log::BatchDecoder::kNothing;
  for (auto _ : state) {
    log::BatchDecoder decoder(1, stored, {schema}, {from}, 0);
    model::ChangeBatch batch;
    std::vector<log::IndexRun> runs;
    decoder.Decode(SIZE_MAX, batch, runs);
    benchmark::DoNotOptimize(batch.records.data());
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
}
BENCHMARK(DecodeBatch)->Arg(0)->Arg(1)->ArgName("unsubscribed");

class BenchLog {
 public:
  BenchLog() : directory_(std::filesystem::temp_directory_path() / "tidewire-log-bench") {
    std::filesystem::remove_all(directory_);
    log_ = log::EmbeddedLog::Open(directory_, {});
  }
  ~BenchLog() {
    log_.reset();
    std::filesystem::remove_all(directory_);
  }
  log::Log& log() { return *log_; }

 private:
  const std::string directory_;
  std::unique_ptr<log::Log> log_;
};

double ResidentMegabytes() {
  std::ifstream status("/proc/self/statm");
  double size = 0;
  double resident = 0;
  status >> size >> resident;
  return resident * 4096 / 1e6;
}

void Append(benchmark::State& state) {
  BenchLog log;
  const auto batch = BenchBatch(BenchSchema(), state.range(0));
  const log::PendingAppend pending{"bench", batch.get()};
  for (auto _ : state) log.log().Append({&pending, 1});
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["resident_mb"] = ResidentMegabytes();
}
BENCHMARK(Append)->Arg(1)->Arg(100)->Arg(2000)->Arg(10000)->UseRealTime()->MeasureProcessCPUTime();

void ReadBack(benchmark::State& state) {
  BenchLog log;
  const auto batch = BenchBatch(BenchSchema(), state.range(0));
  const log::PendingAppend pending{"bench", batch.get()};
  const int64_t batches = 1'000'000 / state.range(0) / (state.range(0) < 100 ? 50 : 1);
  for (int64_t i = 0; i < batches; ++i) log.log().Append({&pending, 1});
  int64_t records = 0;
  for (auto _ : state) {
    auto reader = log.log().OpenReader({{}, ".*"}, {}, log::StartAt::kEarliest);
    while (const auto fetched =
               reader->Fetch(4 << 20, std::chrono::steady_clock::now(), {}).batch) {
      records += static_cast<int64_t>(fetched->records.size());
    }
  }
  state.SetItemsProcessed(records);
  state.counters["resident_mb"] = ResidentMegabytes();
}
BENCHMARK(ReadBack)->Arg(10)->Arg(2000)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace

BENCHMARK_MAIN();
