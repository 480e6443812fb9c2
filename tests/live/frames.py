# Reads the frames that a case file holds: what each ask answered, cell by cell, with its marks.
# SPDX-License-Identifier: Apache-2.0
"""
    for e in evidence("x.case"):           # Evidence(id, state, ask, kind, source, native, frame)
        e.frame.columns["duration"]        # a list of cells, None where absent; None in place of a frame that failed

The bytes are those of runtime/frame/encode.cpp; this reader is written after its header, apart from the program, so that a
test does not ask the program whether the program is right.
"""
import collections
import json
import sqlite3
import struct
import subprocess

Frame = collections.namedtuple("Frame", "shape expanded marks rows columns types")
Evidence = collections.namedtuple("Evidence", "id state name kind source native frame ask")
TYPES = ["null", "bool", "int64", "double", "time", "duration", "text"]


def decode(data):
    at = 0

    def take(form):
        nonlocal at
        size = struct.calcsize("<" + form)
        out = struct.unpack_from("<" + form, data, at)
        at += size
        return out if len(out) > 1 else out[0]

    def text():
        nonlocal at
        size = take("I")
        at += size
        return data[at - size:at].decode("utf-8", "replace")

    version, shape, expanded = take("BBB")
    assert version == 1, f"frame encoding {version}"
    marks = json.loads(text())
    rows, count = take("QI")
    columns, types = {}, {}
    for _ in range(count):
        name = text()
        kind = TYPES[take("B")]
        masked = take("B")
        mask = data[at:at + rows] if masked else None
        at += rows if masked else 0
        if kind == "null":
            cells = [None] * rows
        elif kind == "text":
            words = [text() for _ in range(take("I"))]
            cells = [words[c] if words else None for c in struct.unpack_from(f"<{rows}I", data, at)]
            at += 4 * rows
        else:
            cells = list(struct.unpack_from(f"<{rows}{'d' if kind == 'double' else 'q'}", data, at))
            at += 8 * rows
            if kind == "bool":
                cells = [bool(c) for c in cells]
        if mask:
            cells = [c if m else None for c, m in zip(cells, mask)]
        columns[name], types[name] = cells, kind
    assert at == len(data), "bytes after the end of a frame"
    return Frame(shape, bool(expanded), marks, rows, columns, types)


def unpack(blob):
    return subprocess.run(["zstd", "-dcq"], input=blob, stdout=subprocess.PIPE, check=True).stdout


def evidence(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = database.execute("SELECT id, ask, source, native, frame FROM evidence ORDER BY number").fetchall()
    finally:
        database.close()
    out = []
    for id_, ask, source, native, blob in rows:
        ask = json.loads(ask)
        out.append(Evidence(id_, ask.get("state"), ask.get("name"), ask.get("kind"), source, native,
                            decode(unpack(blob)) if blob is not None else None, ask))
    return out
