#!/usr/bin/env python3
# Every lint rule finds its planted violation, and finds nothing in a clean tree.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = "// A file.\n// SPDX-License-Identifier: Apache-2.0\n"
CLEAN = {
    "CMakeLists.txt": "inquest_layer(base LAYER 0 FOLDER runtime/base DEPENDS LIBS x)\n"
                      "inquest_layer(model LAYER 1 FOLDER runtime/model DEPENDS base)\n"
                      "inquest_layer(bindings LAYER 6 FOLDER bindings DEPENDS base model)\n",
    "runtime/base/a.h": HEAD,
    "runtime/model/b.cpp": HEAD + '#include "runtime/base/a.h"\nconst char* s = "service.name";\n',
    "bindings/c.cpp": HEAD + "#include <lua.hpp>\n",
    "stdlib/ask/native.lua": '-- A file.\n-- SPDX-License-Identifier: Apache-2.0\nreturn { { kind = "tracer" } }\n',
    "tests/lint/conventions.txt": open(os.path.join(HERE, "conventions.txt")).read(),
    "sops/memory_leak/replay/traces.jsonl":
        '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"warehouse"}}]},'
        '"scopeSpans":[{"spans":[{"name":"pick_items","attributes":[{"key":"shop.pallets","value":{"intValue":"1"}}]},'
        '{"name":"PackService/Pack"},{"name":"settle"}]}]},{"resource":{"attributes":[{"key":"service.name","value":'
        '{"stringValue":"billing"}}]}},{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"tracer"}}]}},'
        '{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"dispatch-2"}}]}}]}\n',
    "sops/memory_leak/replay/logs.jsonl":
        '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"pallet moved to dock 7"}}]}]}]}\n',
    "stale.sh": "#!/bin/sh\nexit 0\n",
}
PLANTED = [
    ("layers", "runtime/base/a.h", HEAD + '#include "runtime/model/b.h"\n', "base includes model"),
    ("layers", "CMakeLists.txt", CLEAN["CMakeLists.txt"].replace("DEPENDS LIBS x", "DEPENDS model"), "not below it"),
    ("layers", "runtime/base/a.h", HEAD + '#include "a.h"\n', "no path from the root"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <lua.hpp>\n", "bindings/"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <nlohmann/json.hpp>\n", "runtime/base/json.h"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <simdjson.h>\n", "otlp_decode"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <sqlite3.h>\n", "runtime/engine/"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <curl/curl.h>\n", "connectors/http"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <yaml-cpp/yaml.h>\n", "runtime/base/yaml"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <histedit.h>\n", "runtime/cli/"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <openssl/sha.h>\n", "runtime/base/hash"),
    ("doors", "runtime/model/b.cpp", HEAD + "#include <Poco/Net/HTTPClientSession.h>\n", "(none)"),
    ("names", "runtime/model/b.cpp", HEAD + 'const char* s = "the warehouse is slow";\n', "`warehouse` is a service"),
    ("names", "stdlib/review/x.lua", "-- A file.\n-- SPDX-License-Identifier: Apache-2.0\nlocal x = 'pick_items'\n", "a span"),
    ("names", "runtime/model/b.cpp", HEAD + 'const char* s = "settle";\n', "`settle` is a span"),
    ("names", "runtime/model/b.cpp", HEAD + 'const char* s = R"(a shop.pallets b)";\n', "an attribute".replace("an ", "")),
    ("names", "bindings/c.cpp", HEAD + 'const char* s = "x pallet moved to dock y";\n', "a message"),
    ("names", "stdlib/review/x.lua", "-- A file.\n-- SPDX-License-Identifier: Apache-2.0\nlocal x = [[PackService/Pack]]\n", "a span"),
    ("headers", "runtime/base/a.h", "#pragma once\n// SPDX-License-Identifier: Apache-2.0\n", "purpose"),
    ("headers", "runtime/base/a.h", "// A file.\n#pragma once\n", "SPDX"),
    ("headers", "runtime/base/a.h", HEAD + "\n" * 420, "lines and no word"),
    ("luacheck", "stdlib/review/x.lua", "-- A file.\n-- SPDX-License-Identifier: Apache-2.0\nlocal unused = 1\nundefined_thing()\n", "undefined_thing"),
    ("stale", "stale.sh", "#!/bin/sh\necho 'docs/language.md is stale' >&2\nexit 1\n", "stale"),
    ("contained", "runtime/model/b.cpp", HEAD + 'const char* s = "/work' + '/main/x";\n', "outside"),
]


def lint(tree, rule=None):
    with tempfile.TemporaryDirectory() as root:
        for name, text in tree.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path) or root, exist_ok=True)
            with open(path, "w") as f:
                f.write(text)
        os.chmod(os.path.join(root, "stale.sh"), 0o755)
        out = subprocess.run([sys.executable, os.path.join(HERE, "lint.py"), "--root", root, "--program",
                              os.path.join(root, "stale.sh"), *([rule] if rule else [])], capture_output=True, text=True)
        return out.returncode, out.stdout + out.stderr


def main():
    passed = failed = 0
    code, out = lint(CLEAN)
    cases = [("a clean tree has nothing to say", code == 0 and out == "", out)]
    for rule, name, text, expected in PLANTED:
        code, out = lint({**CLEAN, name: text}, rule)
        hits = [l for l in out.split("\n") if l.startswith(name.split("/")[0] if rule != "stale" else "docs")]
        cases.append((f"{rule} finds a planted violation in {name} ({expected})", code == 1 and expected in out and bool(hits), out))
    for title, ok, out in cases:
        passed, failed = passed + ok, failed + (not ok)
        if not ok:
            print(f"FAILED {title}\n{out}")
    print(f"lint rules: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
