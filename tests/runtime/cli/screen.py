# A terminal that tests can type into and read: tmux with a server and settings of its own.
# SPDX-License-Identifier: Apache-2.0
"""    with Screen(place, columns=80) as screen:
        screen.type("inquest run memory_leak --demo")      # the words `inquest` and $? work as in a shell
        text = screen.until("[exit ")                      # waits for it, gives all lines so far, wrapped ones joined
"""
import os
import shutil
import subprocess
import time

from program import INQUEST


class Screen:
    def __init__(self, place, columns, rows=50, env=None):
        self.place, self.columns, self.rows, self.env = place, columns, rows, env or {}

    def tmux(self, *arguments):
        ran = subprocess.run(["tmux", "-u", "-S", self.place.path("tmux.sock"), "-f", self.place.path("tmux.conf"), *arguments],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.place.environment(COLUMNS=None, TERM="xterm-256color"), cwd=self.place.folder)
        return ran.stdout.decode("utf-8", "replace")

    def __enter__(self):
        with open(self.place.path("tmux.conf"), "w", encoding="utf-8") as file:
            file.write('set -g history-limit 50000\nset -g default-terminal "screen-256color"\nset -g status off\n')
        with open(self.place.path("shell.rc"), "w", encoding="utf-8") as file:
            file.write(f"PS1='$ '; unset HISTFILE\ninquest() {{ {INQUEST} \"$@\"; echo \"[exit $?]\"; }}\n" +
                       "".join(f"export {name}={value}\n" for name, value in self.env.items()))
        problem = self.tmux("new-session", "-d", "-x", str(self.columns), "-y", str(self.rows), f"bash --rcfile {self.place.path('shell.rc')} -i")
        if problem.strip():
            raise RuntimeError("tmux: " + problem)
        self.until("$")
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")

    def type(self, text, enter=True):
        if text:
            self.tmux("send-keys", "-l", text)
        if enter:
            self.tmux("send-keys", "Enter")

    def key(self, name):
        self.tmux("send-keys", name)

    def clear(self):
        """An empty screen without a history, at the prompt of the shell."""
        self.type("clear")
        time.sleep(0.15)
        self.tmux("clear-history")

    def lines(self, colours=False):
        text = self.tmux("capture-pane", "-p", "-J", "-S", "-", *(["-e"] if colours else []))
        return [line.rstrip() for line in text.rstrip("\n").split("\n")]

    def until(self, what, times=1, seconds=20):
        """Waits until `what` stands `times` times on the screen; gives all text (also when it never comes)."""
        end = time.time() + seconds
        while True:
            text = "\n".join(self.lines())
            if text.count(what) >= times or time.time() > end:
                return text
            time.sleep(0.05)


def have_tmux():
    return shutil.which("tmux") is not None and os.path.exists("/dev/ptmx")
