#!/usr/bin/env python3
# The installed package works on its own: program, stdlib, SOPs, completions, and a program built against it.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST_BUILD=build tests/install_test.py      installs into a temporary prefix; ends with `N passed, N failed`"""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
BUILD = os.path.abspath(os.environ.get("INQUEST_BUILD", os.path.join(ROOT, "build")))
passed = failed = 0


def check(claim, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {claim}\n     " + str(detail).strip().replace("\n", "\n     ")[-3000:])
    return ok


def run(*command, cwd=None, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("INQUEST", "CMAKE"))}
    done = subprocess.run(command, cwd=cwd, env=dict(clean, LC_ALL="C.UTF-8", **env), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=600)
    return done.returncode, done.stdout


def main():
    work = tempfile.mkdtemp(prefix="inquest-install-")
    try:
        prefix, state = os.path.join(work, "prefix"), os.path.join(work, "state")
        code, out = run("cmake", "--install", BUILD, "--prefix", prefix)
        if not check("it installs", code == 0, out):
            return
        program = os.path.join(prefix, "bin", "inquest")
        elsewhere = os.path.join(work, "elsewhere")
        os.mkdir(elsewhere)
        code, out = run(program, "version", cwd=elsewhere)
        check("the installed program says its version", code == 0 and out.startswith("inquest "), out)
        code, out = run(program, "list", cwd=elsewhere)
        check("it lists the installed SOPs", code == 0 and "memory_leak" in out and "has mistakes" not in out, out)
        code, out = run(program, "check", "memory_leak", cwd=elsewhere)
        check("the installed SOP passes check", code == 0, out)
        code, out = run(program, "describe", "memory_leak", cwd=elsewhere)
        check("it describes the installed SOP", code == 0 and "memory_growth" in out, out)
        for path in ("share/inquest/stdlib/sop/words.lua", "share/inquest/sops/memory_leak/replay/truth.json",
                     "include/inquest/bindings/inquest.h", "share/bash-completion/completions/inquest",
                     "share/zsh/site-functions/_inquest", "share/fish/vendor_completions.d/inquest.fish"):
            whole = os.path.join(prefix, path)
            check(f"{path} is installed", os.path.exists(whole) and os.path.getsize(whole) > 0, whole)
        code, out = run("grep", "-rlF", ROOT, os.path.join(prefix, "lib"), os.path.join(prefix, "share"), "--include=*.cmake", "--include=*.lua")
        check("no installed file names the folder of the source", out.strip() == "", out)

        source, build = os.path.join(work, "embed"), os.path.join(work, "embed-build")
        shutil.copytree(os.path.join(ROOT, "examples", "embed"), source)
        code, out = run("cmake", "-S", source, "-B", build, "-DCMAKE_PREFIX_PATH=" + prefix, "-DCMAKE_BUILD_TYPE=Debug")
        if not check("the package is found by a project of its own", code == 0, out):
            return
        code, out = run("cmake", "--build", build, "-j", "2")
        if not check("the embedding program builds against the package", code == 0, out):
            return
        code, out = run(os.path.join(build, "embed_example"), cwd=elsewhere, XDG_STATE_HOME=state)
        check("it runs its SOP on its own source to a verdict", code == 0 and out.startswith("confirmed: mailer "), out)
        code, out = run(program, "report", "embed.case", cwd=elsewhere)
        check("the case it left can be reported by the installed program", code == 0 and "mailer" in out, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    if not os.path.exists(os.path.join(BUILD, "inquest")):
        print(f"no program in {BUILD}: build first\n0 passed, 1 failed")
        sys.exit(1)
    main()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
