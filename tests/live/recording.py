# A recording of OTLP-JSON lines as documents: what the loaders send to the servers.
# SPDX-License-Identifier: Apache-2.0
"""
    r = Recording("sops/memory_leak/replay")
    for line in r.lines("metrics"): …      # bytes, one ExportMetricsServiceRequest each
    for document in r.documents("spans"): …

The first and last times are those of the recording's README: tests name their windows by them.
"""
import json
import os
import subprocess

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
REPLAY = os.path.join(ROOT, "sops", "memory_leak", "replay")
FROM, TO = "2026-11-21T10:28:39Z", "2026-11-21T11:06:29Z"
FILES = {"metrics": "metrics.jsonl.zst", "spans": "traces.jsonl.zst", "logs": "logs.jsonl.zst"}
PATHS = {"metrics": "/v1/metrics", "spans": "/v1/traces", "logs": "/v1/logs"}


class Recording:
    def __init__(self, folder=REPLAY):
        self.folder = folder

    def lines(self, signal):
        data = subprocess.run(["zstd", "-dcq", os.path.join(self.folder, FILES[signal])], stdout=subprocess.PIPE, check=True).stdout
        return [line for line in data.split(b"\n") if line.strip()]

    def documents(self, signal):
        return [json.loads(line) for line in self.lines(signal)]

    def spans(self):
        """(resource attributes, scope, schema URL of the scope, span) of every span, in the order of the file."""
        for document in self.documents("spans"):
            for resource in document["resourceSpans"]:
                for scope in resource["scopeSpans"]:
                    for span in scope["spans"]:
                        yield resource.get("resource", {}), scope.get("scope", {}), scope.get("schemaUrl", ""), span

    def logs(self):
        for document in self.documents("logs"):
            for resource in document["resourceLogs"]:
                for scope in resource["scopeLogs"]:
                    for record in scope["logRecords"]:
                        yield resource.get("resource", {}), scope.get("scope", {}), scope.get("schemaUrl", ""), record
