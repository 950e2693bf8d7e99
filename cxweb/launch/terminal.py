"""What the start says, a sentence or a fact on each line."""

import os
import sys


class CannotStart(Exception):
    """The product cannot start; the text says why and what to do, in one sentence."""


def say(line: str) -> None:
    """Print a line at once. A terminal that has gone away stops nothing."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError:
        # Later lines, and Python's own flush at exit, go nowhere instead of failing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
