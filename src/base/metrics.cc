#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

#include "base/error.h"
#include "base/process_metrics.h"

namespace tidewire {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

// By the unit in the name: times from 100 µs to a minute, sizes from 64 bytes to 1 GB, counts from
// 1 to a million.
Histogram::BucketBoundaries BucketsFor(std::string_view name) {
  if (name.ends_with("_seconds")) {
    return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
            0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30,    60};
  }
  Histogram::BucketBoundaries out;
  if (name.ends_with("_bytes")) {
    for (int64_t bound = 64; bound <= 1'100'000'000; bound *= 4) {
      out.push_back(static_cast<double>(bound));
    }
  } else {
    for (int64_t bound = 1; bound <= 1'000'000; bound *= 10) {
      out.push_back(static_cast<double>(bound));
      if (bound < 1'000'000) out.push_back(static_cast<double>(bound * 3));
    }
  }
  return out;
}

// A name, its type and its series.
class AnyFamily {
 public:
  virtual ~AnyFamily() = default;
  virtual MetricType type() const = 0;
  // The same object for the same labels.
  virtual void* Add(const MetricLabels& labels) = 0;
  virtual void Remove(void* series) = 0;
};

template <class T, MetricType kType>
class TypedFamily final : public AnyFamily {
 public:
  TypedFamily(prometheus::Family<T>& family, std::string name)
      : family_(family), name_(std::move(name)) {}
  MetricType type() const override { return kType; }
  void* Add(const MetricLabels& labels) override {
    if constexpr (kType == MetricType::kHistogram) {
      return &family_.Add(labels, BucketsFor(name_));
    } else {
      return &family_.Add(labels);
    }
  }
  void Remove(void* series) override { family_.Remove(static_cast<T*>(series)); }

 private:
  prometheus::Family<T>& family_;
  std::string name_;
};

class MetricRegistry {
 public:
  // Never destroyed: handles held by other static objects stay usable until the very end.
  static MetricRegistry& Instance() {
    static auto* registry = new MetricRegistry;
    return *registry;
  }

  void* Acquire(MetricType type, const std::string& name, const std::string& help,
                const MetricLabels& labels) {
    std::lock_guard lock(mutex_);
    auto& family = families_[name];
    if (!family) family = MakeFamily(type, name, help);
    TW_CHECK(family->type() == type, "a metric name is used with two types");
    ++handles_[{name, labels}];
    return family->Add(labels);
  }

  // Counted here and not by a weak_ptr, so that a series made again while its last handle goes is
  // never removed under the new one.
  void Release(const std::string& name, const MetricLabels& labels, void* series) {
    std::lock_guard lock(mutex_);
    const auto handle = handles_.find({name, labels});
    if (--handle->second > 0) return;
    handles_.erase(handle);
    families_.at(name)->Remove(series);
  }

  std::string Render() {
    auto families = registry_.Collect();
    for (auto& family : CollectProcessMetrics()) families.push_back(std::move(family));
    return prometheus::TextSerializer().Serialize(families);
  }

 private:
  std::unique_ptr<AnyFamily> MakeFamily(MetricType type, const std::string& name,
                                        const std::string& help) {
    switch (type) {
      case MetricType::kCounter:
        return std::make_unique<TypedFamily<Counter, MetricType::kCounter>>(
            prometheus::BuildCounter().Name(name).Help(help).Register(registry_), name);
      case MetricType::kGauge:
        return std::make_unique<TypedFamily<Gauge, MetricType::kGauge>>(
            prometheus::BuildGauge().Name(name).Help(help).Register(registry_), name);
      case MetricType::kHistogram:
        break;
    }
    return std::make_unique<TypedFamily<Histogram, MetricType::kHistogram>>(
        prometheus::BuildHistogram().Name(name).Help(help).Register(registry_), name);
  }

  std::mutex mutex_;
  prometheus::Registry registry_;
  std::map<std::string, std::unique_ptr<AnyFamily>> families_;
  std::map<std::pair<std::string, MetricLabels>, int> handles_;
};

class MetricHandle final : public Metric {
 public:
  MetricHandle(MetricType type, std::string_view name, std::string_view help, MetricLabels labels)
      : type_(type),
        name_(name),
        labels_(std::move(labels)),
        series_(MetricRegistry::Instance().Acquire(type, name_, std::string(help), labels_)) {}
  ~MetricHandle() override { MetricRegistry::Instance().Release(name_, labels_, series_); }
  MetricHandle(const MetricHandle&) = delete;
  MetricHandle& operator=(const MetricHandle&) = delete;

  void Add(double amount) override {
    TW_CHECK(type_ != MetricType::kHistogram, "Add on a histogram; use Observe");
    if (type_ == MetricType::kCounter) {
      static_cast<Counter*>(series_)->Increment(amount);
    } else {
      static_cast<Gauge*>(series_)->Increment(amount);
    }
  }
  void Set(double value) override {
    TW_CHECK(type_ == MetricType::kGauge, "Set is for gauges");
    static_cast<Gauge*>(series_)->Set(value);
  }
  void Observe(double value) override {
    TW_CHECK(type_ == MetricType::kHistogram, "Observe is for histograms");
    static_cast<Histogram*>(series_)->Observe(value);
  }

 private:
  const MetricType type_;
  const std::string name_;
  const MetricLabels labels_;
  void* const series_;
};

}  // namespace

std::shared_ptr<Metric> MakeMetric(MetricType type, std::string_view name, std::string_view help,
                                   MetricLabels labels) {
  return std::make_shared<MetricHandle>(type, name, help, std::move(labels));
}

std::string RenderMetrics() { return MetricRegistry::Instance().Render(); }

}  // namespace tidewire
