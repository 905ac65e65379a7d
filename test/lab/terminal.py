"""A person at a terminal: runs a command in one of its own, and does step by step what a list says.

    terminal.py STEPS COMMAND...

STEPS is JSON: ["wait", PATTERN] until what was shown since the last match matches, ["type", TEXT],
["resize", ROWS, COLUMNS]. Prints all that was shown, and ends as the command ends.
"""

import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios
import time

PATIENCE = int(os.environ.get("SOCLE_PATIENCE", "60"))


def resize(fd: int, rows: int, columns: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main() -> int:
    steps, command = json.loads(sys.argv[1]), sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    resize(terminal, 24, 80)
    shown, seen = "", 0

    def read(seconds: float) -> bool:
        nonlocal shown
        if not select.select([terminal], [], [], seconds)[0]:
            return True
        try:
            text = os.read(terminal, 65536)
        except OSError:
            return False
        shown += text.decode(errors="replace")
        return text != b""

    for step, *words in steps:
        if step == "type":
            os.write(terminal, words[0].encode())
        elif step == "resize":
            resize(terminal, *words)
        else:
            deadline = time.monotonic() + PATIENCE
            while (match := re.search(words[0], shown[seen:])) is None:
                if time.monotonic() > deadline or not read(0.2):
                    print(shown)
                    print(f"never shown: {words[0]}", file=sys.stderr)
                    os.kill(child, 9)
                    return 99
            seen += match.end()
    deadline = time.monotonic() + PATIENCE
    while read(0.2):
        if time.monotonic() > deadline:
            print(shown)
            print("it did not end", file=sys.stderr)
            os.kill(child, 9)
            return 98
    _, status = os.waitpid(child, 0)
    sys.stdout.write(shown)
    return os.waitstatus_to_exitcode(status)


sys.exit(main())
