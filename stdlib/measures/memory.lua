-- Memory in use: what the kernel counts for the process first, then the container, then what a runtime says of its heap.
-- SPDX-License-Identifier: Apache-2.0
-- Per service the first name that it has is taken, never a mix. Counters of bytes ever allocated (go.memory.allocated,
-- go_memstats_alloc_bytes_total) are not memory in use and do not stand here. `heap`: garbage stays in it until a
-- collection, so that it falls without a restart. What the kernel counts falls far only when a process ends.
local pool = { "jvm.memory.pool.name", "jvm.memory.type", "pool", "type", "id", "area" }
local space = { "v8js.heap.space.name", "heap.space.name", "space" }
local generation = { "dotnet.gc.heap.generation", "generation", "gc.heap.generation" }

return measure {
  unit = "By",
  doc  = "Memory in use of one instance; parts (pools, spaces, isolates under one identity) are summed.",
  reduce = "sum",
  identity = { "service.instance.id", "k8s.pod.name", "k8s.pod.uid", "container.id", "container.name" },
  -- Not of a pod: its counters outlive its containers. Not of calls: a Collector that makes them of spans keeps counting.
  restarts = {
    ["process.cpu.time"] = "falls", ["process.runtime.cpython.cpu_time"] = "falls", ["runtime.cpython.cpu_time"] = "falls",
    ["jvm.cpu.time"] = "falls", ["dotnet.process.cpu.time"] = "falls", ["process_cpu_time_seconds_total"] = "falls",
    ["process_cpu_seconds_total"] = "falls", ["process_runtime_cpython_cpu_time_seconds_total"] = "falls",
    ["runtime_cpython_cpu_time"] = "falls", ["container.cpu.time"] = "falls", ["container.cpu.usage.total"] = "falls",
    ["container_cpu_usage_seconds_total"] = "falls",
    ["go.memory.allocated"] = "falls", ["go_memstats_alloc_bytes_total"] = "falls", ["dotnet.gc.heap.total_allocated"] = "falls",
    ["process.uptime"] = "falls", ["container.uptime"] = "falls", ["k8s.container.uptime"] = "falls",
    ["process_uptime_seconds"] = "falls",
    ["process_start_time_seconds"] = "rises", ["container_start_time_seconds"] = "rises",
    ["container.restarts"] = "rises", ["k8s.container.restarts"] = "rises",
  },
  names = {
    { metric = "process.memory.usage", unit = "By", generation = "process conventions; Python, Node host metrics" },
    { metric = "process.runtime.cpython.memory", select = { type = "rss" }, unit = "By", generation = "Python until 2025" },
    { metric = "runtime.cpython.memory", select = { type = "rss" }, unit = "By", generation = "Python until 2023" },
    { metric = "dotnet.process.memory.working_set", unit = "By", generation = ".NET 9" },
    { metric = "process.memory.physical_usage", unit = "By", generation = "process conventions until 2023" },
    { metric = "process_memory_usage_bytes", unit = "By", generation = "translated by Prometheus" },
    { metric = "process_resident_memory_bytes", unit = "By", generation = "scraped: Prometheus clients" },
    { metric = "process_runtime_cpython_memory_bytes", select = { type = "rss" }, unit = "By",
      generation = "translated by Prometheus" },
    { metric = "runtime_cpython_memory", select = { type = "rss" }, unit = "By", generation = "Prometheus exporter until 2023" },
    { metric = "dotnet_total_memory_bytes", unit = "By", heap = true, generation = "scraped: prometheus-net" },

    { metric = "container.memory.working_set", unit = "By", service_from = "k8s.container.name", generation = "kubelet stats" },
    { metric = "container.memory.usage.total", unit = "By", service_from = "container.name", generation = "docker stats" },
    { metric = "container.memory.usage", unit = "By", service_from = "k8s.container.name",
      generation = "container conventions, kubelet stats" },
    { metric = "container.memory.rss", unit = "By", service_from = "container.name", generation = "docker stats" },
    { metric = "k8s.pod.memory.working_set", unit = "By", service_from = "k8s.deployment.name", generation = "kubelet stats" },
    { metric = "k8s.pod.memory.usage", unit = "By", service_from = "k8s.deployment.name", generation = "kubelet stats" },
    { metric = "container_memory_working_set_bytes", unit = "By", service_from = "container", generation = "scraped: cAdvisor" },
    { metric = "container_memory_rss", unit = "By", service_from = "container", generation = "scraped: cAdvisor" },
    { metric = "container_memory_usage_bytes", unit = "By", service_from = "container", generation = "scraped: cAdvisor" },

    { metric = "jvm.memory.used", sum = pool, unit = "By", heap = true, generation = "JVM conventions" },
    { metric = "process.runtime.jvm.memory.usage", sum = pool, unit = "By", heap = true, generation = "JVM until 2023" },
    { metric = "runtime.jvm.memory.pool", select = { type = "used" }, sum = { "pool" }, unit = "By", heap = true,
      generation = "JVM until 2022" },
    { metric = "jvm_memory_used_bytes", sum = pool, unit = "By", heap = true, generation = "scraped: JVM clients" },
    { metric = "jvm_memory_bytes_used", sum = pool, unit = "By", heap = true, generation = "scraped: JVM clients until 2023" },
    { metric = "go.memory.used", sum = { "go.memory.type" }, unit = "By", heap = true, generation = "Go conventions" },
    { metric = "process.runtime.go.mem.heap_inuse", unit = "By", heap = true, generation = "Go until 2024" },
    { metric = "runtime.go.mem.heap_inuse", unit = "By", heap = true, generation = "Go until 2022" },
    { metric = "go_memstats_heap_inuse_bytes", unit = "By", heap = true, generation = "scraped: Go client" },
    { metric = "go_memstats_alloc_bytes", unit = "By", heap = true, generation = "scraped: Go client" },
    { metric = "v8js.memory.heap.used", sum = space, unit = "By", heap = true, generation = "Node conventions" },
    { metric = "nodejs.memory.heap.used", sum = space, unit = "By", heap = true, generation = "Node until 2024" },
    { metric = "nodejs_heap_size_used_bytes", unit = "By", heap = true, generation = "scraped: Node client" },
    { metric = "dotnet.gc.last_collection.heap.size", sum = generation, unit = "By", heap = true, generation = ".NET 9, conventions" },
    { metric = "process.runtime.dotnet.gc.heap.size", sum = generation, unit = "By", heap = true, generation = ".NET until 8" },
    { metric = "process.runtime.dotnet.gc.committed_memory.size", unit = "By", heap = true, generation = ".NET until 8" },

    { metric = "process.memory.usage", unit = "By", service_from = "process.executable.name",
      generation = "host: process scraper" },
  },
}
