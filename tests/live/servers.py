# One real server each: started on loopback and a free port, paused, killed, stopped, and never left behind.
# SPDX-License-Identifier: Apache-2.0
"""
    with OpenSearch(folder) as server:     # ready when the block begins, gone when it ends
        server.url                         # http://127.0.0.1:PORT
        server.pause(); server.go_on()     # SIGSTOP, SIGCONT
        server.kill(); server.start()      # the same port and the same data again

A server is its pid and the time at which that process began, so that a reused pid is never signalled. Its log is
`folder/log`. A server of a test dies with the test's process, however that ends (PR_SET_PDEATHSIG); `detached=True`
makes one that lives on (stack.py).
"""
import concurrent.futures
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.environ.get("INQUEST_SERVERS") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "inquest", "servers")
_given = set()
# A server dies with the thread that started it, so that all are started by one that lives as long as the process.
_starter = concurrent.futures.ThreadPoolExecutor(1)


def free_port():
    """A port of loopback that nobody has and that was not given before."""
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def began(pid):
    """When process `pid` began, in the kernel's ticks; None when it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            fields = f.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def status_of(url, timeout=2):
    """The HTTP status that a GET has, 0 when there is no answer."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        return e.code
    except (OSError, ValueError):
        return 0


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Server:
    """What differs: `command()`, and `ready_at()`: a URL and the statuses that say that the server is ready."""
    patience = 120

    def __init__(self, folder, detached=False, port=None):
        self.folder, self.detached = os.path.abspath(folder), detached
        self.port = port or free_port()
        self.pid = self.since = self.process = None
        os.makedirs(self.folder, exist_ok=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def name(self):
        return type(self).__name__

    def command(self):
        raise NotImplementedError

    def ready_at(self):
        raise NotImplementedError

    def environment(self):
        return {}

    @staticmethod
    def program(part, name):
        path = os.path.join(HOME, part, name)
        if not os.path.exists(path):
            raise FileNotFoundError(f"{path} is missing: run tests/live/install {part}")
        return path

    # ---- life ----
    def start(self, wait=True):
        assert not self.alive(), f"{self.name} runs already"
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = _starter.submit(
                subprocess.Popen, self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
                env=dict(os.environ, **self.environment()), preexec_fn=None if self.detached else die_with_parent).result()
        self.pid = self.process.pid
        self.since = began(self.pid)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        url, good = self.ready_at()
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            if not self.alive():
                raise RuntimeError(f"{self.name} ended while starting:\n{self.log_tail()}")
            if status_of(url) in good:
                return
            time.sleep(0.1)
        tail = self.log_tail()
        self.kill()
        raise RuntimeError(f"{self.name} was not ready after {self.patience} s:\n{tail}")

    def alive(self):
        if self.process:
            self.process.poll()
        return self.pid is not None and self.since is not None and began(self.pid) == self.since

    def signal(self, number):
        if self.alive():
            os.kill(self.pid, number)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def go_on(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        self.end(signal.SIGKILL, 10)

    def stop(self):
        self.signal(signal.SIGCONT)
        self.end(signal.SIGTERM, 30)
        if self.alive():
            self.kill()

    def end(self, number, seconds):
        self.signal(number)
        end = time.monotonic() + seconds
        while self.alive() and time.monotonic() < end:
            time.sleep(0.02)
        if self.process and not self.alive():
            self.process.wait()

    def log_tail(self, lines=30):
        try:
            with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as f:
                return "".join(f.readlines()[-lines:])
        except OSError:
            return ""

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class OpenSearch(Server):
    """2.19."""
    part = "opensearch"

    def __init__(self, folder, heap="1g", **more):
        super().__init__(folder, **more)
        self.heap, self.transport = heap, free_port()

    def command(self):
        lib = os.path.dirname(self.program(self.part, "lib/."))
        os.makedirs(os.path.join(self.folder, "tmp"), exist_ok=True)
        java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
        if os.path.exists(chosen := os.path.join(HOME, self.part, "java")):  # the one that it was compiled for
            with open(chosen, encoding="utf-8") as f:
                java = f.read().strip()
        return [java, f"-Xms{self.heap}", f"-Xmx{self.heap}", "-XX:+UseG1GC", "-XX:G1ReservePercent=25",
                "-XX:InitiatingHeapOccupancyPercent=30", "-XX:TieredStopAtLevel=1", "-XX:MaxDirectMemorySize=256m", "-Djava.awt.headless=true",
                f"-Djava.io.tmpdir={self.folder}/tmp", "-Dio.netty.noUnsafe=true", "-Dio.netty.noKeySetOptimization=true",
                "-Dio.netty.recycler.maxCapacityPerThread=0", "-Dio.netty.allocator.numDirectArenas=0", "-Dlog4j2.disable.jmx=true",
                "-Dlog4j.shutdownHookEnabled=false",
                "-cp", f"{os.path.join(HOME, self.part, 'classes')}:{lib}/*", "Node", self.folder,
                str(self.port), str(self.transport)]

    def ready_at(self):
        return self.url + "/_cluster/health?wait_for_status=yellow&timeout=1s", (200,)


class OpenSearch3(OpenSearch):
    """3.8."""
    part, patience = "opensearch3", 240


PROMETHEUS_FLAGS = ["--storage.tsdb.retention.time=100y", "--storage.tsdb.min-block-duration=2h", "--enable-feature=exemplar-storage"]


class Prometheus2(Server):
    """Debian's 2.42: fed by remote write."""
    version = "2.42"

    def configuration(self):
        return "storage:\n  tsdb:\n    out_of_order_time_window: 1h\n"

    def binary(self):
        return [self.program("prometheus2", "prometheus"), "--web.enable-remote-write-receiver"]

    def command(self):
        with open(os.path.join(self.folder, "prometheus.yml"), "w", encoding="utf-8") as f:
            f.write(self.configuration())
        return self.binary() + [f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
                                f"--web.listen-address=127.0.0.1:{self.port}"] + PROMETHEUS_FLAGS

    def ready_at(self):
        return self.url + "/-/ready", (200,)


class Prometheus3(Prometheus2):
    """3.5 with its OTLP receiver and the settings of the demo 2.1.3."""
    version = "3.5"
    promote = ["service.instance.id", "service.name", "service.namespace", "service.version", "cloud.availability_zone", "cloud.region",
               "deployment.environment.name", "k8s.cluster.name", "k8s.container.name", "k8s.cronjob.name", "k8s.daemonset.name",
               "k8s.deployment.name", "k8s.job.name", "k8s.namespace.name", "k8s.node.name", "k8s.pod.name", "k8s.replicaset.name",
               "k8s.statefulset.name", "container.name", "host.name", "postgresql.database.name", "postgresql.schema.name",
               "postgresql.table.name", "postgresql.index.name"]

    def configuration(self):
        return ("otlp:\n  keep_identifying_resource_attributes: true\n  promote_resource_attributes: [" + ", ".join(self.promote) + "]\n" +
                super().configuration())

    def binary(self):
        return [self.program("prometheus3", "prometheus"), "--web.enable-otlp-receiver", "--web.enable-remote-write-receiver"]


class Jaeger(Server):
    """In memory, or storing in an OpenSearch (`opensearch=URL`). `otlp` is where OTLP over HTTP goes in."""

    def __init__(self, folder, opensearch=None, max_span_age="72h", base_path="/", prefix="", **more):
        super().__init__(folder, **more)
        self.opensearch, self.max_span_age, self.base_path, self.prefix = opensearch, max_span_age, base_path, prefix
        self.grpc, self.otlp_port, self.health = free_port(), free_port(), free_port()

    @property
    def otlp(self):
        return f"http://127.0.0.1:{self.otlp_port}"

    @property
    def query(self):
        return self.url + self.base_path.rstrip("/")

    def environment(self):
        return {"OTEL_TRACES_SAMPLER": "always_off"}  # it would send spans of its own to a Collector

    def configuration(self):
        indices = "".join(f"            {kind}: {{date_layout: \"2006-01-02\", rollover_frequency: day, shards: 1, replicas: 0}}\n"
                          for kind in ("spans", "services", "dependencies", "sampling"))
        prefix = f"            index_prefix: \"{self.prefix}\"\n" if self.prefix else ""
        backend = (f"        opensearch:\n          server_urls: [\"{self.opensearch}\"]\n          max_span_age: {self.max_span_age}\n"
                   f"          indices:\n{prefix}{indices}" if self.opensearch else "        memory: {max_traces: 200000}\n")
        return f"""service:
  extensions: [jaeger_storage, jaeger_query, healthcheckv2]
  pipelines:
    traces: {{receivers: [otlp], exporters: [jaeger_storage_exporter]}}
  telemetry:
    metrics: {{level: none}}
    logs: {{level: info}}
extensions:
  healthcheckv2:
    use_v2: true
    http: {{endpoint: "127.0.0.1:{self.health}"}}
  jaeger_query:
    storage: {{traces: store}}
    base_path: {self.base_path}
    http: {{endpoint: "127.0.0.1:{self.port}"}}
    grpc: {{endpoint: "127.0.0.1:{self.grpc}"}}
  jaeger_storage:
    backends:
      store:
{backend}receivers:
  otlp:
    protocols:
      http: {{endpoint: "127.0.0.1:{self.otlp_port}"}}
exporters:
  jaeger_storage_exporter: {{trace_storage: store}}
"""

    def command(self):
        with open(os.path.join(self.folder, "jaeger.yaml"), "w", encoding="utf-8") as f:
            f.write(self.configuration())
        return [self.program("jaeger", "jaeger"), "--config", f"{self.folder}/jaeger.yaml"]

    def ready_at(self):
        return self.query + "/api/services", (200,)

    def wait_ready(self):
        super().wait_ready()
        end = time.monotonic() + self.patience
        while self.alive() and status_of(self.otlp + "/v1/traces") == 0 and time.monotonic() < end:  # its receiver comes up last
            time.sleep(0.05)


class Collector(Server):
    """OTLP over HTTP in (`url`), Prometheus' remote write to `target` out: labels as the Collector translates them."""

    def __init__(self, folder, target, **more):
        super().__init__(folder, **more)
        self.target = target

    def command(self):
        with open(os.path.join(self.folder, "collector.yaml"), "w", encoding="utf-8") as f:
            f.write(f"""receivers:
  otlp:
    protocols:
      http: {{endpoint: "127.0.0.1:{self.port}"}}
exporters:
  prometheus_remote_write:
    http: {{endpoint: "{self.target}/api/v1/write", tls: {{insecure: true}}}}
    resource_to_telemetry_conversion: {{enabled: true}}
    disable_scope_info: true
    remote_write_queue: {{num_consumers: 1, queue_size: 100000}}
service:
  pipelines:
    metrics: {{receivers: [otlp], exporters: [prometheus_remote_write]}}
  telemetry:
    metrics: {{level: none}}
""")
        return [self.program("collector", "otelcol"), "--config", f"{self.folder}/collector.yaml"]

    def ready_at(self):
        return self.url + "/v1/metrics", (405,)


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
