-- CPU in use, in cores: seconds of CPU time per second, or a utilisation where nothing better is sent.
-- SPDX-License-Identifier: Apache-2.0
local all = { "*" }

return measure {
  unit = "cores",
  doc  = "CPU in use of one instance; user and system time are summed, counters of seconds are read as rates.",
  reduce = "sum",
  identity = { "service.instance.id", "k8s.pod.name", "k8s.pod.uid", "container.id", "container.name" },
  names = {
    { metric = "process.cpu.time", kind = "sum", sum = all, unit = "s", generation = "process conventions" },
    { metric = "process.runtime.cpython.cpu_time", kind = "sum", sum = all, unit = "s", generation = "Python until 2025" },
    { metric = "runtime.cpython.cpu_time", kind = "sum", sum = all, unit = "s", generation = "Python until 2023" },
    { metric = "jvm.cpu.time", kind = "sum", sum = all, unit = "s", generation = "JVM conventions" },
    { metric = "dotnet.process.cpu.time", kind = "sum", sum = all, unit = "s", generation = ".NET 9" },
    { metric = "process_cpu_time_seconds_total", kind = "sum", sum = all, unit = "s", generation = "translated by Prometheus" },
    { metric = "process_cpu_seconds_total", kind = "sum", sum = all, unit = "s", generation = "scraped: Prometheus clients" },
    { metric = "process_runtime_cpython_cpu_time_seconds_total", kind = "sum", sum = all, unit = "s",
      generation = "translated by Prometheus" },
    { metric = "runtime_cpython_cpu_time", kind = "sum", sum = all, unit = "s", generation = "Prometheus exporter until 2023" },

    { metric = "container.cpu.time", kind = "sum", sum = all, unit = "s", service_from = "k8s.container.name",
      generation = "container conventions, kubelet stats" },
    { metric = "container.cpu.usage.total", kind = "sum", sum = all, unit = "ns", scale = 1e-9, service_from = "container.name",
      generation = "docker stats" },
    { metric = "container.cpu.usage", unit = "{cpu}", service_from = "k8s.container.name", generation = "kubelet stats" },
    { metric = "container.cpu.utilization", unit = "1", scale = 0.01, service_from = "container.name",
      generation = "docker stats: percent of one core" },
    { metric = "k8s.pod.cpu.time", kind = "sum", sum = all, unit = "s", service_from = "k8s.deployment.name",
      generation = "kubelet stats" },
    { metric = "k8s.pod.cpu.usage", unit = "{cpu}", service_from = "k8s.deployment.name", generation = "kubelet stats" },
    { metric = "container_cpu_usage_seconds_total", kind = "sum", sum = all, unit = "s", service_from = "container",
      generation = "scraped: cAdvisor" },

    { metric = "process.cpu.utilization", sum = all, unit = "1", generation = "process conventions" },
    { metric = "process.runtime.jvm.cpu.utilization", unit = "1", generation = "JVM until 2023" },
    { metric = "jvm.cpu.recent_utilization", unit = "1", generation = "JVM conventions" },
    { metric = "process.runtime.cpython.cpu.utilization", sum = all, unit = "1", generation = "Python until 2025" },
    { metric = "nodejs.eventloop.utilization", unit = "1", generation = "Node conventions" },
    { metric = "process.cpu.time", kind = "sum", sum = all, unit = "s", service_from = "process.executable.name",
      generation = "host: process scraper" },
  },
}
