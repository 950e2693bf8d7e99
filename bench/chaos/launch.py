"""Starts one process of the product for a run: `python -m bench.chaos.launch web PORT | valkey … | messages | sweep`.

The product has no setting for what a run changes, its short times and what it breaks on purpose: both are put in here,
in the process itself, before anything of the product that uses them is loaded.
"""

import os
import sys
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec

from bench.chaos.programs import end_with_parent

# In seconds, before each attempt; in the product up to half a day.
RETRIES_S = (0.0, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0)
REST_S = (1.0, 3.0)


def prepare() -> None:
    """Shorten the times as CHAOS_LEASE_S says, and let the module that CHAOS_VARIANT names change what it changes."""
    lease_s = os.environ.get("CHAOS_LEASE_S")
    if lease_s:
        shorten(timedelta(seconds=float(lease_s)))
    variant = os.environ.get("CHAOS_VARIANT")
    if variant:
        import_module(variant).apply()


def shorten(lease: timedelta) -> None:
    waits = tuple(timedelta(seconds=wait) for wait in RETRIES_S)
    import_module("cxweb.notifications.rules").__dict__.update(LEASE=lease, TIME_OUT=lease / 2, RETRIES=waits)
    # How long a gateway rests after failures in a row.
    gate = "cxweb.core.senders.gate"
    if find_spec(gate):
        shortest, longest = (timedelta(seconds=rest) for rest in REST_S)
        import_module(gate).__dict__.update(SHORTEST_REST=shortest, LONGEST_REST=longest)


def main(arguments: list[str]) -> int:
    end_with_parent()
    name, *rest = arguments
    if name == "valkey":
        os.execv(rest[0], rest)  # noqa: S606 - becomes the server, no shell
    if name == "web":
        root = import_module("cxweb").ROOT
        command = import_module("cxweb.launch.web").command(root, int(rest[0]))
        # Its processes load the application by this name.
        os.execv(command[0], [*command[:-1], "bench.chaos.web:app"])  # noqa: S606 - becomes granian, no shell
    prepare()
    return int(import_module("worker").main([name]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
