#!/usr/bin/env python3
# Finding the way in: words of a person, help, completion.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/choose_test.py      ends with `N passed, N failed`"""
import os
import re
import shutil
import subprocess

from screen import Screen, have_tmux
from program import INQUEST, Place, check, done

with Place() as place:
    for words in (["my pods keep being OOM killed"], ["my", "pods", "keep", "being", "OOM", "killed"], ["memory leek in my shop"], ["we run out of memory"],
                  ["oomkilled"], ["memory_leak"]):
        ran = place.inquest(*words)
        check(f"“{' '.join(words)}” shows memory_leak, how sure, why, and what to type",
              ran.code == 0 and ran.out.startswith("memory_leak (") and re.search(r"\((sure|likely|perhaps), \d+ %\)", ran.out) and "because of" in ran.out and
              "inquest run memory_leak --data" in ran.out and "inquest run memory_leak --demo" in ran.out, f"exit {ran.code}\n{ran.out}{ran.err}")
    sure = int(re.search(r"(\d+) %", place.inquest("out of memory").out)[1])
    less = int(re.search(r"(\d+) %", place.inquest("memory is strange").out + "(0 %)")[1])
    check("fewer words of a match are less sure", less < sure <= 100, f"{less} {sure}")
    check("choosing runs nothing", not os.path.exists(place.path("state", "inquest", "cases")))
    for words in (["the coffee is cold"], ["zzzz", "qqqq"], ["日本語 の 文"]):
        ran = place.inquest(*words)
        check(f"“{' '.join(words)}” fits nothing and says where to look", ran.code == 2 and ran.out == "" and "inquest list" in ran.err and "inquest new" in ran.err, ran.out + ran.err)
    ran = place.inquest("xyzzy")
    check("one word that is neither command nor match lists the commands", ran.code == 2 and "xyzzy" in ran.err and "run" in ran.err and "inquest help" in ran.err, ran.err)
    ran = place.inquest("memory_leak", "--demo")
    check("a SOP's name with options says how to run it", ran.code == 2 and "inquest run memory_leak" in ran.err, ran.err)
    ran = place.inquest("chekc", "--json")
    check("a mistyped command with options is told the nearest", ran.code == 2 and "`check`" in ran.err, ran.err)

    ran = place.inquest()
    check("the program alone prints its help", ran.code == 0 and "inquest run memory_leak --demo" in ran.out and ran.err == "", ran.err)
    listed = re.findall(r"^  (\w+)  +\S", ran.out, re.M)
    check("the help lists the commands", {"run", "report", "cases", "sources", "list", "describe", "check", "draw", "test", "new", "repl", "lua", "completion", "version"} <= set(listed), str(listed))
    check("the help fits 100 columns", max(map(len, ran.out.split("\n"))) <= 100)
    for name in listed:
        ran = place.inquest(name, "--help")
        check(f"`{name} --help` shows its options and an example or what it does", ran.code == 0 and "--help" in ran.out and len(ran.out) > 100 and ran.err == "", ran.out + ran.err)
        check(f"`help {name}` is the same", place.inquest("help", name).out == ran.out)
    ran = place.inquest("version")
    check("version prints the program and its version", ran.code == 0 and re.match(r"inquest \d+\.\d+\.\d+", ran.out), ran.out)

    for shell, look in (("bash", "complete -F"), ("zsh", "#compdef"), ("fish", "complete -c inquest")):
        ran = place.inquest("completion", shell)
        check(f"completion prints a script for {shell}", ran.code == 0 and look in ran.out, ran.out + ran.err)
        path = place.write("completion." + shell, ran.out)
        if shutil.which(shell):
            read = subprocess.run([shell, "-n", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            check(f"{shell} reads its script without a complaint", read.returncode == 0, read.stdout)

    def completed(*words):
        return [line.split("\t") for line in place.inquest("__complete", *words).out.splitlines()]
    check("completion offers every listed command", set(listed) <= {row[0] for row in completed("")}, str(completed("")))
    check("completion offers no more than what was begun", [row[0] for row in completed("ve")] == ["version"], str(completed("ve")))
    check("completion offers the SOPs to run", ["memory_leak", "SOP"] in completed("run", "mem"), str(completed("run", "mem")))
    options = {row[0] for row in completed("run", "memory_leak", "--")}
    check("completion offers the options of a command",
          {"--demo", "--data", "--json", "--output", "--report", "--guided", "--answer", "--input", "--fail-on", "--case"} <= options, str(options))
    check("completion offers nothing after an unknown command", completed("nothing", "x") == [], str(completed("nothing", "x")))
    choices = [row[0] for row in completed("run", "memory_leak", "--answer", "tr")]
    check("completion offers the choices of a SOP", choices == ["traces=whats next ?", "traces=done"], str(choices))
    check("completion offers the languages", [row[0] for row in completed("run", "--lang", "")] == ["en", "pt", "es"], str(completed("run", "--lang", "")))
    check("completion of choices needs the SOP", completed("run", "--answer", "") == [], str(completed("run", "--answer", "")))

    env = place.environment()
    env["PATH"] = os.path.dirname(INQUEST) + ":" + env["PATH"]

    def in_bash(*words):
        """What bash would insert after these words, broken as bash breaks them."""
        broken = " ".join("'" + part + "'" for word in words for part in re.split("(=)", word) if part or word == "")
        ran = subprocess.run(["bash", "-c", f'source completion.bash; COMP_WORDS=(inquest {broken}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); '
                              'compopt() { :; }; _inquest; printf "%s\\n" "${COMPREPLY[@]}"'], cwd=place.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return ran.stdout.splitlines()
    check("completion in bash fills in a SOP's name", in_bash("draw", "mem") == ["memory_leak"], str(in_bash("draw", "mem")))
    check("completion in bash fills in a language", in_bash("run", "memory_leak", "--lang", "p") == ["pt"], str(in_bash("run", "memory_leak", "--lang", "p")))
    check("completion in bash quotes a choice", in_bash("run", "memory_leak", "--answer", "cor") == ["correlate=fetch\\ Logs"], str(in_bash("run", "memory_leak", "--answer", "cor")))
    check("completion in bash completes the label after `=`", in_bash("run", "memory_leak", "--answer", "traces=d") == ["done"], str(in_bash("run", "memory_leak", "--answer", "traces=d")))

    if shutil.which("fish"):
        def in_fish(line):
            ran = subprocess.run(["fish", "--no-config", "-c", f"source completion.fish; complete -C '{line}'"], cwd=place.folder, env=env,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            return [row.split("\t")[0] for row in ran.stdout.splitlines()]
        check("completion in fish fills in a SOP's name", in_fish("inquest draw mem") == ["memory_leak"], str(in_fish("inquest draw mem")))
        check("completion in fish offers the commands", set(listed) <= set(in_fish("inquest ")), str(in_fish("inquest ")))
        check("completion in fish offers a choice", "correlate=fetch Logs" in in_fish("inquest run memory_leak --answer cor"), str(in_fish("inquest run memory_leak --answer cor")))
        check("completion in fish offers files after --data", "completion.fish" in in_fish("inquest run memory_leak --data comp"), str(in_fish("inquest run memory_leak --data comp")))
    else:
        print("fish is not installed: its completion is read by nobody here")

    if shutil.which("zsh") and have_tmux():
        with Screen(place, columns=100) as screen:
            screen.type(f"PATH={os.path.dirname(INQUEST)}:$PATH exec zsh -f -i")
            screen.type("PS1='%% '; autoload -U compinit && compinit -u -D && source ./completion.zsh && echo sour''ced")
            screen.until("sourced")
            for typed, expected in (("inquest draw mem", "inquest draw memory_leak"), ("inquest vers", "inquest version"),
                                    ("inquest run memory_leak --lang p", "--lang pt"), ("inquest run memory_leak --answer cor", "--answer correlate=fetch\\ Logs")):
                screen.type(typed, enter=False)
                screen.key("Tab")
                text = screen.until(expected, seconds=8)
                check(f"completion in zsh completes `{typed}`", expected in text, text[-300:])
                screen.key("C-u")
    else:
        print("zsh or tmux is not installed: its completion is pressed by nobody here")
done()
