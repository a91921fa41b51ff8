// Which partition a record with a key goes to, as Kafka's producer decides it by default
// (org.apache.kafka.clients.producer.internals.BuiltInPartitioner: murmur2 of the serialized key).
#pragma once

#include <cstdint>
#include <string_view>

namespace tidewire::log {

// Kafka's murmur2 (org.apache.kafka.common.utils.Utils): MurmurHash 2.0, 32 bits, seed 0x9747b28c.
uint32_t KafkaMurmur2(std::string_view bytes);

// In [0, partitions).
int32_t PartitionOfKey(std::string_view key, int32_t partitions);

}  // namespace tidewire::log
