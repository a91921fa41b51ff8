// Queues, retries and the run of the task (group "Connector", first part).
#include "source/postgres/postgres_definition_rows.h"

namespace tidewire::source {
namespace {

constexpr PropertyEntry kEntries[] = {
    Shared("event.processing.failure.handling.mode"),
    Shared("max.batch.size"),
    Shared("max.queue.size"),
    Shared("poll.interval.ms"),
    Shared("max.queue.size.in.bytes"),
    Shared("provide.transaction.metadata"),
    Shared("snapshot.delay.ms"),
    Shared("streaming.delay.ms"),
    Shared("snapshot.include.collection.list"),
    Shared("snapshot.fetch.size"),
    Shared("snapshot.max.threads"),
    Shared("snapshot.max.threads.multiplier"),
    Shared("internal.legacy.snapshot.max.threads"),
    Shared("snapshot.mode.custom.name"),
    Shared("snapshot.mode.configuration.based.snapshot.data"),
    Shared("snapshot.mode.configuration.based.snapshot.schema"),
    Shared("snapshot.mode.configuration.based.start.stream"),
    Shared("snapshot.mode.configuration.based.snapshot.on.schema.error"),
    Shared("snapshot.mode.configuration.based.snapshot.on.data.error"),
    Shared("retriable.restart.connector.wait.ms"),
    Shared("query.fetch.size"),
    Shared("errors.max.retries"),
    Shared("incremental.snapshot.watermarking.strategy"),
    Shared("internal.log.position.check.enable",
           {.documentation = "Whether the stored position is compared with the slot's at the "
                             "start; it always is."}),
    Shared("internal.advanced.metrics.enable"),
    Shared("connection.validation.timeout.ms"),
    Shared("executor.shutdown.timeout.ms"),
    Shared("openlineage.integration.enabled"),
    Shared("openlineage.integration.config.file.path"),
    Shared("openlineage.integration.job.namespace"),
    Shared("openlineage.integration.job.description"),
    Shared("openlineage.integration.job.tags"),
    Shared("openlineage.integration.job.owners"),
    Shared("openlineage.integration.dataset.kafka.bootstrap.servers"),
    Shared("extended.headers.enabled"),
    Shared("guardrail.collections.max"),
};

}  // namespace

std::span<const PropertyEntry> ConnectorProperties() { return kEntries; }

}  // namespace tidewire::source
