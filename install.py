"""Makes the virtual environment `.venv` from the locked requirements. Needs nothing but Python's standard library.

`make install` and `make run` call it; with --dev it adds what tests and lint need.
Kept readable for old Pythons, so that they can say what is wrong instead of failing on the syntax.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed")
RUN, DEV = "requirements.txt", "requirements-dev.txt"
NO_NETWORK = ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "ProxyError", "(from versions: none)")


class CannotInstall(Exception):
    """Why the environment cannot be made, and what to do, in one sentence."""


def main(arguments: list[str]) -> int:
    """Make or complete the environment where it is not up to date; the exit code."""
    try:
        check_python()
        names = [RUN, DEV] if "--dev" in arguments else [RUN]
        wanted = [stamp_of(name) for name in names]
        if not set(wanted) <= set(stamped()) or not os.path.exists(PYTHON):
            install(names, wanted)
    except CannotInstall as error:
        print(f"cxweb cannot be installed: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"cxweb cannot be installed: {error.filename} cannot be written ({error.strerror}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the next run begins where this one ended.", file=sys.stderr)
        return 1
    return 0


def check_python() -> None:
    """Raises CannotInstall for a Python that is too old or cannot make environments."""
    if sys.version_info[:2] < OLDEST:
        raise CannotInstall(
            f"it needs Python 3.11 or newer and this is {VERSION}; say where a newer one is: make PYTHON=python3.12 run"
        )
    if importlib.util.find_spec("ensurepip") is None:
        raise CannotInstall("this Python has no ensurepip: install python3-venv (apt install python3-venv).")


def stamp_of(name: str) -> str:
    """What the stamp says when these requirements are installed: their digest, for this Python in this folder."""
    with open(os.path.join(HERE, name), "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    # The environment's scripts name its folder: one that was moved needs to be made anew.
    return f"{name} {digest} {VERSION} {HERE}"


def stamped() -> list[str]:
    """The stamp's lines; none where the environment was never finished."""
    try:
        with open(STAMP, encoding="utf-8") as stream:
            return stream.read().splitlines()
    except OSError:
        return []


def install(names: list[str], wanted: list[str]) -> None:
    """Install the requirements, into a new environment where the one there is half-made, moved or of another Python."""
    kept = [line for line in stamped() if line.endswith(f" {VERSION} {HERE}")]
    if not works():
        make_environment()
        kept = []
    # No stamp while pip works: whatever interrupts it, the next run goes on from there.
    if os.path.exists(STAMP):
        os.remove(STAMP)
    print("Installing the requirements into .venv (10 to 60 seconds) …", flush=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--only-binary", ":all:"]
    for name in names:
        command += ["-r", os.path.join(HERE, name)]
    code, output = ran(command)
    if code:
        sys.stderr.write(output)
        raise CannotInstall(why_pip_failed(output))
    others = [line for line in kept if line.split(" ")[0] not in names]
    with open(f"{STAMP}.new", "w", encoding="utf-8") as stream:
        stream.write("\n".join(others + wanted) + "\n")
    os.replace(f"{STAMP}.new", STAMP)


def works() -> bool:
    """Whether the environment's Python starts, is of this version, has pip, and was made for this folder."""
    if not os.path.exists(PYTHON):
        return False
    code, version = ran([PYTHON, "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"])
    if code or version.strip() != VERSION:
        return False
    try:
        with open(os.path.join(VENV, "bin", "activate"), encoding="utf-8") as stream:
            return VENV in stream.read()
    except OSError:
        return False


def make_environment() -> None:
    """Make `.venv` anew; whatever stands there is not usable."""
    if os.path.islink(VENV):
        raise CannotInstall(".venv is a link to another folder: remove the link.")
    if os.path.exists(VENV):
        print("The .venv here is unfinished, or made for another folder or Python: it is made anew.", flush=True)
        shutil.rmtree(VENV)
    print("Making the virtual environment .venv …", flush=True)
    code, output = ran([sys.executable, "-m", "venv", VENV])
    if code == 0:
        return
    if not os.access(HERE, os.W_OK):
        raise CannotInstall(f"the folder {HERE} cannot be written.")
    if "ensurepip" in output:
        raise CannotInstall("this Python's ensurepip does not work: install python3-venv (apt install python3-venv).")
    raise CannotInstall(f"python -m venv failed: {output.strip().splitlines()[-1:]}")


def ran(command: list[str]) -> tuple[int, str]:
    """The exit code of a command and all it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def why_pip_failed(output: str) -> str:
    """One sentence for what pip said."""
    if any(sign in output for sign in NO_NETWORK):
        return "the package index cannot be reached; check the network (or pip's own settings) and run again."
    if "DO NOT MATCH THE HASHES" in output:
        return "a downloaded package is not the one that was locked; what pip said stands above."
    if "No space left" in output:
        return "the disk is full."
    return "pip failed; what it said stands above."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
