# Sources on servers: configuration, credentials, plan, offline, exit codes — and no secret in any output.
# SPDX-License-Identifier: Apache-2.0
"""The servers are the stand-ins of tests/support/backends.py on loopback; each remembers what it was asked. What real servers answer is shown
by tests/live."""
import base64
import glob
import http.server
import json
import os
import re
import stat
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
import backends  # noqa: E402
from program import Place, check, done  # noqa: E402

SECRET = 'pass word/+&"\u00e9-of-Prometheus-1'
USER = "reader"


class Server:
    """One kind of source on a free port. `spoil(request)` may answer in place of the stand-in."""

    def __init__(self, good, spoil=None):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.headers_small = {k.lower(): v for k, v in self.headers.items()}
                self.body = self.rfile.read(int(self.headers_small.get("content-length", 0)))
                request = type("Request", (), {"method": self.command, "path": self.path, "headers": self.headers_small, "body": self.body})()
                asked.append(request)
                status, kind, body = (spoil and spoil(request)) or good(request)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def yaml_of(**urls):
    kinds = {"prom": "prometheus", "search": "opensearch", "jaeger": "jaeger"}
    out = "sources:\n"
    for name, url in urls.items():
        out += f"  - name: {name}\n    kind: {kinds[name]}\n    url: {url}\n"
        if name == "search":
            out += "    signals: [logs]\n"
    return out


def echo(status):
    """Throws everything that it was sent back at the client, in every form it can take."""
    def spoil(request):
        seen = request.headers.get("authorization", "") + " " + request.headers.get("x-key", "")
        plain = base64.b64decode(seen.split()[1]).decode() if seen.startswith("Basic ") else seen
        password = plain.partition(":")[2] or plain
        forms = [seen, plain, password, base64.b64encode(password.encode()).decode(), urllib.parse.quote(password), urllib.parse.quote(password, safe=""),
                 urllib.parse.quote_plus(password), json.dumps(password), json.dumps(password, ensure_ascii=False)]
        return status, "application/json", json.dumps({"status": "error", "errorType": "execution", "error": " ".join(forms), "message": forms}).encode()
    return spoil


def forms_of(secret):
    raw = secret.encode()
    out = {raw, base64.b64encode(raw), base64.b64encode(f"{USER}:{secret}".encode()), urllib.parse.quote(secret).encode(), urllib.parse.quote(secret, safe="").encode(),
           urllib.parse.quote_plus(secret).encode(), json.dumps(secret)[1:-1].encode(), json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
           raw.replace(b"&", b"&amp;").replace(b'"', b"&quot;")}
    return out


def tells(data):
    return [form for form in forms_of(SECRET) if form in data]


def no_output_tells_a_secret(place):
    for status in (401, 500, 400):
        with Server(backends.prometheus, echo(status)) as prom, Server(backends.opensearch, echo(status)) as search, Server(backends.jaeger, echo(status)) as jaeger:
            config = yaml_of(prom=prom.url, search=search.url, jaeger=jaeger.url)
            config = config.replace("    kind:", f"    basic_auth: {{username: {USER}, password: env:SECRET}}\n    http_headers: {{X-Key: 'env:SECRET'}}\n    limits: {{attempts: 1}}\n    kind:")
            file = place.write(f"secret{status}.yaml", config)
            env = {"SECRET": SECRET}
            case = place.path(f"secret{status}.case")
            outputs = {}
            for name, words in (("sources", ("sources",)), ("sources --json", ("sources", "--json")), ("plan", ("plan", "memory_leak")),
                                ("run", ("run", "memory_leak", "--case", case, "--overwrite", "--verbose", "--report", place.path("r.html"), "--report", place.path("r.md"),
                                         "--report", place.path("r.json"), "--report", place.path("r.txt"), "--junit", place.path("r.xml"))),
                                ("run --json", ("run", "memory_leak", "--case", case, "--overwrite", "--json")),
                                ("run ndjson", ("run", "memory_leak", "--case", case, "--overwrite", "--output", "ndjson"))):
                ran = place.inquest(*words, "--sources", file, env=env)
                outputs[name] = ran.raw_out + ran.raw_err
                check(f"{name} on servers that answer {status} fails", ran.code != 0 or name.startswith("plan"), f"{ran.code}\n{ran.err}")
            for path in glob.glob(place.path("r.*")) + glob.glob(case + "*"):
                with open(path, "rb") as handle:
                    outputs[os.path.basename(path)] = handle.read()
            sent = [r for server in (prom, search, jaeger) for r in server.asked]
            check(f"the servers were sent the credentials ({status})", sent and all(
                r.headers.get("authorization") == "Basic " + base64.b64encode(f"{USER}:{SECRET}".encode()).decode() for r in sent), [r.headers for r in sent[:2]])
            check("all outputs were looked at", len(outputs) >= 12, list(outputs))
            for name, data in outputs.items():
                check(f"{name} does not tell the secret ({status})", not tells(data), tells(data))


def a_secret_in_telemetry_is_cut(place):
    """A server whose good answers hold our own password, and tokens of others."""
    def spoil(request):
        status, kind, body = backends.opensearch(request)
        text = json.dumps(f"login {SECRET} by bob@mail.example with Authorization: Bearer abcdefgh12345678")[1:-1].encode()
        return status, kind, re.sub(rb'"body": *"[^"]*"', b'"body": "' + text.replace(b"\\", rb"\\") + b'"', body)
    with Server(backends.opensearch, spoil) as search:
        file = place.write("telemetry.yaml", yaml_of(search=search.url).replace("    kind:", f"    basic_auth: {{username: {USER}, password: env:SECRET}}\n    kind:"))
        place.write("logs.lua", 'return logs.search { limit = 20 }')
        ran = place.inquest("lua", "logs.lua", "--sources", file, "--since", "2h", "--json", env={"SECRET": SECRET})
        check("an answer with our password in it is shown without", ran.code == 0 and not tells(ran.raw_out + ran.raw_err), ran.out + ran.err)


def exit_codes(place):
    with Server(backends.prometheus) as prom, Server(backends.prometheus, echo(401)) as refusing:
        good = place.write("good.yaml", yaml_of(prom=prom.url))
        ran = place.inquest("sources", "--sources", good)
        check("sources answers 0 when all are there, with version and measures", ran.code == 0 and "prometheus 3.5.0" in ran.out and "process_memory_usage_bytes" in ran.out, ran.out + ran.err)
        check("sources says what the server was sent", re.search(r"traffic +\d+ requests? sent", ran.out), ran.out)
        document = json.loads(place.inquest("sources", "--sources", good, "--json").out)
        row = document["sources"][0]
        check("sources --json has version, layout, signals, clock and traffic", row["version"] and row["signals"] == ["metrics"] and "skew_ms" in row and row["traffic"]["requests"] > 0, row)
        refused = place.write("refused.yaml", yaml_of(prom=refusing.url))
        ran = place.inquest("sources", "--sources", refused)
        check("sources answers 4 when credentials are refused, with the cure", ran.code == 4 and "cure" in ran.out, f"{ran.code} {ran.out}")
        ran = place.inquest("run", "memory_leak", "--sources", refused, "--case", place.path("4.case"))
        check("a run that every source refuses ends with 4", ran.code == 4, f"{ran.code} {ran.err}")
        down = place.write("down.yaml", yaml_of(prom="http://127.0.0.1:1"))
        ran = place.inquest("sources", "--sources", down)
        check("sources answers 1 when one is not reached, with the cure", ran.code == 1 and "refused" in ran.out and "cure" in ran.out, f"{ran.code} {ran.out}")
        ran = place.inquest("run", "memory_leak", "--sources", down, "--case", place.path("1.case"))
        check("a run that reaches no source ends with 1", ran.code == 1, f"{ran.code} {ran.err}")
        check("the case of a failed run is its owner's alone", stat.S_IMODE(os.stat(place.path("1.case")).st_mode) == 0o600)


def sources_are_asked_side_by_side(place):
    def slow(request):
        time.sleep(0.4)
        return 500, "text/plain", b"x"
    with Server(backends.prometheus, slow) as one, Server(backends.jaeger, slow) as two, Server(backends.opensearch, slow) as three:
        file = place.write("slow.yaml", yaml_of(prom=one.url, jaeger=two.url, search=three.url).replace("    kind:", "    limits: {attempts: 1}\n    kind:"))
        start = time.monotonic()
        place.inquest("sources", "--sources", file)
        took = time.monotonic() - start
        longest = max(len(s.asked) for s in (one, two, three)) * 0.4
        check("three slow sources take as long as the slowest", took < longest + 0.35 and sum(len(s.asked) for s in (one, two, three)) > 2, f"{took:.2f} s, slowest {longest:.2f} s")


def plan_is_what_the_run_sends(place):
    with Server(backends.prometheus) as prom, Server(backends.opensearch) as search, Server(backends.jaeger) as jaeger:
        file = place.write("plan.yaml", yaml_of(prom=prom.url, search=search.url, jaeger=jaeger.url) + "signals: {logs: search}\n")
        window = ("--from", "2026-11-21T10:00:00Z", "--to", "2026-11-21T11:00:00Z")
        plan = place.document("plan", "memory_leak", "--sources", file, *window)
        check("plan --json is a document", plan is not None)
        before = len(prom.asked) + len(search.asked) + len(jaeger.asked)
        check("plan fetches no rows", not any(backends.jaeger_data(r) for r in jaeger.asked) and not any(backends.opensearch_data(r) for r in search.asked),
              [r.path for s in (jaeger, search) for r in s.asked])
        run = place.document("run", "memory_leak", "--sources", file, *window, "--case", place.path("plan.case"))
        check("the run asks more", len(prom.asked) + len(search.asked) + len(jaeger.asked) > before)
        planned = {(a["state"], a["ask"]): a for a in plan["asks"]}
        sent = {(e["state"], e["ask"]): e for e in run["evidence"] if not e.get("failed")}
        same = [key for key in sent if key in planned and not planned[key]["unknown"]]
        check("what is known beforehand is asked in the words of the plan", len(same) >= 3 and all(sent[k]["native"] == planned[k]["native"] for k in same), same)
        behind = [a for a in plan["asks"] if a["unknown"] and a["kind"] != "logs.of_traces"]
        check("asks behind a review stand with their names", len(behind) >= 4 and all(a["refused"]["class"] if "refused" in a else "$service" in urllib.parse.unquote(a["native"]) for a in behind),
              [a["native"][:200] for a in behind])
        check("the plan covers every ask of the SOP", len(plan["asks"]) == 13, len(plan["asks"]))
        check("the plan adds up what each source is asked", all(s["asks"] > 0 and s["requests"] > 0 for s in plan["sources"]), plan["sources"])
        check("run --json says what each server was sent", {t["source"] for t in run["traffic"]} == {"prom", "search", "jaeger"} and all(t["requests"] > 0 and t["bytes_received"] > 0 for t in run["traffic"]), run.get("traffic"))
        check("links of evidence are absolute pages", all(e["link"].startswith("http://127.0.0.1") for e in run["evidence"] if "link" in e) and any("link" in e for e in run["evidence"]))
        text = place.inquest("plan", "memory_leak", "--sources", file, *window).out
        check("the text of the plan has contexts, names and a bill", "Ctx[1] service" in text and "known once a review has found it: $service" in text and "\nBill\n" in text, text)


def offline_sends_nothing(place):
    with Server(backends.prometheus) as prom, Server(backends.opensearch) as search, Server(backends.jaeger) as jaeger:
        file = place.write("offline.yaml", yaml_of(prom=prom.url, search=search.url, jaeger=jaeger.url))
        plan = place.inquest("plan", "memory_leak", "--sources", file, "--offline")
        check("an offline plan says so, and shows the asks in the servers' language", plan.code == 0 and "nothing was sent" in plan.out and "/api/v1/query" in plan.out and "$service" in plan.out, plan.out + plan.err)
        sources = place.inquest("sources", "--sources", file, "--offline")
        check("offline sources says what it did not do", sources.code == 0 and sources.out.count("offline: nothing is sent to it") == 3, sources.out)
        run = place.document("run", "memory_leak", "--sources", file, "--offline", "--case", place.path("offline.case"))
        unknown = [u for u in run["unknown"] if "offline: nothing is sent to it" in u["why"]]
        check("an offline run says of each signal that its server was not asked, and the cure", {u["signal"] for u in unknown} >= {"metrics", "spans"} and all("--offline" in u["cure"] for u in unknown), run["unknown"])
        check("an offline run that found nothing else ends with 5 and says why", run["exit"] == 5 and "no server was asked" in run["reason"], run["reason"])
        place.inquest("repl", "--sources", file, "--offline", stdin="metric.memory {}\n")
        asked = prom.asked + search.asked + jaeger.asked
        check("not one request was sent", not asked, [r.path for r in asked])


def whose_credentials(place):
    with Server(backends.prometheus) as prom:
        place.write("inquest.yaml", yaml_of(prom=prom.url).replace("    kind:", "    authorization: {credentials: stolen-token}\n    kind:"))
        ran = place.inquest("sources")
        check("a project's inquest.yaml with credentials is refused, with the place for them", ran.code == 2 and "inquest.yaml:3: a project's inquest.yaml holds no credentials" in ran.err and "XDG_CONFIG_HOME" in ran.err, ran.err)
        check("and nothing was sent", not prom.asked)
        ran = place.inquest("sources", "--sources", "inquest.yaml")
        check("the same file named by the person is used", ran.code == 0 and prom.asked[-1].headers["authorization"] == "Bearer stolen-token", ran.err)
        place.write("inquest.yaml", yaml_of(prom=prom.url))
        place.write("config/inquest/inquest.yaml", yaml_of(prom=prom.url).replace("    kind:", "    authorization: {credentials: env:MINE}\n    kind:"))
        prom.asked.clear()
        ran = place.inquest("sources", env={"MINE": "my-own-token"})
        check("credentials of the person's own file go to the project's source of the same name and URL", ran.code == 0 and prom.asked and all(r.headers.get("authorization") == "Bearer my-own-token" for r in prom.asked), ran.err)
        place.write("inquest.yaml", yaml_of(prom=prom.url + "/other"))
        prom.asked.clear()
        ran = place.inquest("sources", env={"MINE": "my-own-token"})
        check("to another URL they do not go, and that is told", prom.asked and not any("authorization" in r.headers for r in prom.asked) and "not sent there" in ran.err, ran.err)


def foreign_text_needs_trust(place):
    sop = place.write("foreign/sop.lua", '''return sop "foreign" { title = "Foreign", start = "go",
  query "q" { ask = { up = promql [[up]] {} }, on "end" { to = "done" } },
}
''')
    with Server(backends.prometheus) as prom:
        file = place.write("trust.yaml", yaml_of(prom=prom.url))
        ran = place.inquest("run", sop, "--sources", file, "--case", place.path("t1.case"))
        check("native text from elsewhere is refused with its asks and its hash", ran.code == 2 and "q.up (promql)" in ran.err and re.search(r"--trust [0-9a-f]{16}", ran.err), ran.err)
        check("and nothing was sent", not prom.asked, [r.path for r in prom.asked])
        found = re.search(r"--trust ([0-9a-f]{16})", ran.err)
        ran = place.inquest("run", sop, "--sources", file, "--trust", found[1] if found else "", "--case", place.path("t2.case"))
        check("with its hash it runs", ran.code != 2 and any("query=up" in r.path or b"query=up" in r.body for r in prom.asked), f"{ran.code} {ran.err} {[r.path for r in prom.asked]}")
        ran = place.inquest("run", sop, "--sources", file, "--trust", "0123456789abcdef", "--case", place.path("t3.case"))
        check("with another hash it does not", ran.code == 2 and "names another text" in ran.err, ran.err)
        ran = place.inquest("run", "foreign", "--sops", place.folder, "--sources", file, "--case", place.path("t4.case"))
        check("a folder named with --sops is the person's own", ran.code != 2, ran.err)


def mistakes(place):
    ran = place.inquest("run", "memory_leak", "--sources", place.write("bad.yaml", "sources:\n  - name: a\n    kind: promtheus\n"))
    check("a mistake is told with file, line and the nearest name", ran.code == 2 and "bad.yaml:3: unknown kind of source `promtheus`" in ran.err and "did you mean `prometheus`?" in ran.err, ran.err)
    ran = place.inquest("run", "memory_leak", "--sources", "nowhere.yaml")
    check("a file that is not there is told", ran.code == 2 and "nowhere.yaml" in ran.err, ran.err)
    os.path.exists(place.path("inquest.yaml")) and os.unlink(place.path("inquest.yaml"))
    ran = place.inquest("run", "memory_leak", env={"XDG_CONFIG_HOME": place.path("empty")})
    check("without any source the ways to name one are told", ran.code == 2 and "--sources FILE" in ran.err and "--grafana FILE" in ran.err, ran.err)


with Place() as here:
    for test in (exit_codes, no_output_tells_a_secret, a_secret_in_telemetry_is_cut, sources_are_asked_side_by_side, plan_is_what_the_run_sends, offline_sends_nothing,
                 whose_credentials, foreign_text_needs_trust, mistakes):
        try:
            test(here)
        except Exception as error:  # the other claims still count
            import traceback
            check(f"{test.__name__} runs to its end", False, traceback.format_exc())
done()
