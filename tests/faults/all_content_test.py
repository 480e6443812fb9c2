#!/usr/bin/env python3
# Clocks that differ and credentials that come back, with each kind of source, through the real program.
# SPDX-License-Identifier: Apache-2.0
import os
import tempfile

import connectors

import runner
from fault_server import FaultServer
from runner import case

@case
def clocks():
    "58: a server whose clock is ten minutes off is told by `inquest sources` and in what a run leaves, in both directions"
    for kind in connectors.KINDS:
        for fault, word in (("clock+10min", "ahead"), ("clock-10min", "behind")):
            with FaultServer(good=connectors.GOOD[kind]) as server, tempfile.TemporaryDirectory() as folder:
                yaml = os.path.join(folder, "inquest.yaml")
                with open(yaml, "w") as f:
                    f.write(f"sources:\n  - name: it\n    kind: {kind}\n    url: {server.url(fault)}\n")
                out = runner.run("sources", "--sources", yaml).stdout
                assert any(word in line and ("10m" in line or "9m5" in line) for line in out.split("\n") if "clock " in line), f"{kind}: {out}"
                told = connectors.run(kind, server.url(fault)).text
                assert f"{word} " in told and "its clock is" in told, f"{kind}: a run says nothing of the clock: {told[:400]}"


@case
def secrets_stay():
    "credentials stand in no journal, report or message, whatever a server repeats"
    secret = "s3cret/token+of=24bytes"
    for kind in connectors.KINDS:
        for fault in ("echo-error", "echo", "good"):
            with FaultServer(good=connectors.GOOD[kind]) as server:
                more = "    authorization: { credentials: env:FAULTS_TOKEN }\n"
                answer = connectors.run(kind, server.url(fault), more=more, env={"FAULTS_TOKEN": secret})
                assert server.requests[0].headers["authorization"] == "Bearer " + secret, server.requests[0].headers
                for leak in (secret, "s3cret%2Ftoken", "s3cret\\/token", "czNjcmV0L3Rva2Vu"):
                    assert leak not in answer.text, f"{kind}, {fault}: {leak} is shown"


runner.main()
