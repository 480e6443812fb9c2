#!/usr/bin/env python3
# Start-up: `inquest version` beside `luajit -v`, in turns, and the demo run from a cold process.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import tempfile
import time


def once(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return (time.perf_counter() - start) * 1e3


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    inquest = sys.argv[1]
    ours, peer = [], []
    for _ in range(100):
        ours.append(once([inquest, "version"]))
        peer.append(once(["luajit", "-v"]))
    print(f"inquest version {median(ours):.2f} ms, luajit -v {median(peer):.2f} ms: ratio {median(ours) / median(peer):.2f}")
    with tempfile.TemporaryDirectory() as folder:
        runs = [once([inquest, "run", "memory_leak", "--demo", "--quiet", "--case", os.path.join(folder, f"{i}.case")]) for i in range(9)]
    print(f"inquest run memory_leak --demo: {median(runs):.0f} ms (9 runs, {min(runs):.0f} to {max(runs):.0f})")


if __name__ == "__main__":
    main()
