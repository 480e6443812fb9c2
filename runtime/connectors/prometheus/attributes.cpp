// The table of attributes, in the order of their labels.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/prometheus/attributes.h"

#include <algorithm>
#include <iterator>

namespace inquest::prometheus {
namespace {

constexpr const char* attributes[] = {
    "aspnetcore.diagnostics.handler.type", "aspnetcore.rate_limiting.policy", "aspnetcore.rate_limiting.result",
    "aspnetcore.routing.is_fallback", "client.address", "client.port", "cloud.account.id", "cloud.availability_zone",
    "cloud.platform", "cloud.provider", "cloud.region", "cloud.resource_id", "code.function", "code.function.name",
    "collector.instance.id", "container.id", "container.image.id", "container.image.name", "container.image.tag",
    "container.image.tags", "container.name", "container.runtime", "cpu.logical_number", "cpu.mode",
    "cpython.gc.generation", "db.client.connection.pool.name", "db.client.connection.state", "db.collection.name",
    "db.name", "db.namespace", "db.operation", "db.operation.name", "db.query.summary", "db.response.status_code",
    "db.sql.table", "db.system", "db.system.name", "deployment.environment", "deployment.environment.name",
    "device.id", "disk.io.direction", "dotnet.gc.heap.generation", "error.type", "event.name", "exception.type",
    "faas.instance", "faas.invoked_name", "faas.name", "faas.trigger", "faas.version", "feature_flag.key",
    "feature_flag.provider.name", "feature_flag.result.reason", "feature_flag.result.variant",
    "feature_flag.variant", "gc.heap.generation", "gen_ai.operation.name", "gen_ai.provider.name",
    "gen_ai.request.model", "gen_ai.response.model", "gen_ai.system", "gen_ai.token.type", "go.memory.type",
    "graphql.operation.name", "graphql.operation.type", "heap.space.name", "host.arch", "host.id", "host.image.id",
    "host.ip", "host.name", "host.type", "http.connection.state", "http.flavor", "http.host", "http.method",
    "http.request.method", "http.request.size", "http.response.status_code", "http.route", "http.scheme",
    "http.status_code", "http.target", "hw.id", "hw.name", "hw.type", "jvm.buffer.pool.name", "jvm.gc.action",
    "jvm.gc.cause", "jvm.gc.name", "jvm.memory.pool.name", "jvm.memory.type", "jvm.thread.daemon",
    "jvm.thread.state", "k8s.cluster.name", "k8s.cluster.uid", "k8s.container.name", "k8s.container.restart_count",
    "k8s.cronjob.name", "k8s.daemonset.name", "k8s.daemonset.uid", "k8s.deployment.name", "k8s.deployment.uid",
    "k8s.job.name", "k8s.job.uid", "k8s.namespace.name", "k8s.node.name", "k8s.node.uid", "k8s.pod.ip",
    "k8s.pod.name", "k8s.pod.start_time", "k8s.pod.uid", "k8s.replicaset.name", "k8s.replicaset.uid",
    "k8s.statefulset.name", "k8s.statefulset.uid", "k8s.volume.name", "k8s.volume.type",
    "messaging.consumer.group.name", "messaging.destination.name", "messaging.destination.partition.id",
    "messaging.destination.subscription.name", "messaging.operation", "messaging.operation.name",
    "messaging.operation.type", "messaging.system", "net.host.name", "net.host.port", "net.peer.name",
    "net.peer.port", "net.protocol.name", "net.protocol.version", "net.transport", "network.connection.state",
    "network.interface.name", "network.io.direction", "network.local.address", "network.peer.address",
    "network.peer.port", "network.protocol.name", "network.protocol.version", "network.transport", "network.type",
    "nodejs.eventloop.state", "os.description", "os.name", "os.type", "os.version", "otel.scope.name",
    "otel.scope.version", "otel.status_code", "peer.service", "pool.name", "process.command", "process.command_args",
    "process.command_line", "process.context_switch.type", "process.cpu.state", "process.executable.name",
    "process.executable.path", "process.owner", "process.paging.fault_type", "process.parent_pid", "process.pid",
    "process.runtime.description", "process.runtime.name", "process.runtime.version", "rpc.connect_rpc.error_code",
    "rpc.grpc.status_code", "rpc.method", "rpc.response.status_code", "rpc.service", "rpc.system", "rpc.system.name",
    "server.address", "server.port", "service.instance.id", "service.name", "service.namespace", "service.peer.name",
    "service.version", "signalr.connection.status", "signalr.transport", "span.kind", "span.name", "status.code",
    "system.cpu.logical_number", "system.cpu.state", "system.device", "system.filesystem.mode",
    "system.filesystem.mountpoint", "system.filesystem.state", "system.filesystem.type",
    "system.memory.linux.slab.state", "system.memory.state", "system.network.state", "system.paging.direction",
    "system.paging.state", "system.paging.type", "system.process.status", "telemetry.auto.version",
    "telemetry.distro.name", "telemetry.distro.version", "telemetry.sdk.language", "telemetry.sdk.name",
    "telemetry.sdk.version", "thread.id", "thread.name", "tls.protocol.version", "url.full", "url.path",
    "url.scheme", "url.template", "user_agent.original", "v8js.gc.type", "v8js.heap.space.name",
};

// Compares an attribute, its dots escaped, with a label.
int order(std::string_view attribute, std::string_view label) {
  const size_t n = std::min(attribute.size(), label.size());
  for (size_t i = 0; i < n; ++i) {
    const char a = attribute[i] == '.' ? '_' : attribute[i];
    if (a != label[i]) return static_cast<unsigned char>(a) < static_cast<unsigned char>(label[i]) ? -1 : 1;
  }
  return attribute.size() == label.size() ? 0 : attribute.size() < label.size() ? -1 : 1;
}

}  // namespace

std::string attribute_of(std::string_view label) {
  const auto at = std::lower_bound(std::begin(attributes), std::end(attributes), label, [](const char* one, std::string_view wanted) { return order(one, wanted) < 0; });
  return at != std::end(attributes) && order(*at, label) == 0 ? *at : std::string(label);
}

}  // namespace inquest::prometheus
