"""`make audit`: are there known weaknesses in the pinned libraries? Asks pip-audit, else a copy of the advisories.

Exit 0: each pin was looked up and nothing is known of it. 1: something is. 2: nobody could be asked: no result.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
COPY = "https://github.com/pypa/advisory-database"
LONGEST_S = 300
NOBODY = """No result: the advisories' service does not answer here, and there is no copy of them.

Where there is a network:  git clone --depth 1 {copy}
Bring the folder here:     make audit ADVISORIES=path/to/advisory-database
Until then these {count} pins are what to look up, each held by its hash ({hashes} hashes):
{pins}"""


@dataclass(frozen=True)
class Known:
    """A weakness that is known of a pinned version."""

    name: str
    version: str
    id: str
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.version}: {self.id}, mended in {', '.join(self.fixed) or 'no version yet'}"


def main(arguments: list[str]) -> int:
    """Print what is known; the exit code."""
    text = "\n".join(Path(name).read_text(encoding="utf-8") for name in LOCKS)
    pins = pins_of(text)
    if arguments and arguments[0]:
        folder = Path(arguments[0])
        try:
            return _tell(known(pins, folder), f"{len(pins)} pins against the copy in {folder}, {_age(folder)}")
        except FileNotFoundError as error:
            print(f"There are no advisories in {error}: name a clone of {COPY}.")
            return 2
    answers = [_asked(name) for name in LOCKS]
    if None not in answers:
        return _tell([each for found in answers for each in found or ()], f"{len(pins)} pins, asked of the service")
    lines = "\n".join(f"  {name}=={version}" for name, version in sorted(pins.items()))
    print(NOBODY.format(copy=COPY, count=len(pins), hashes=len(HASH.findall(text)), pins=lines))
    return 2


def _tell(found: list[Known], asked: str) -> int:
    print("\n".join([*map(str, found), f"{asked}: {len(found)} known weaknesses"]))
    return 1 if found else 0


def _age(folder: Path) -> str:
    """When the copy was last brought up to date: an old one knows nothing of newer weaknesses."""
    command = ["git", "-C", str(folder), "log", "-1", "--format=%cs"]
    log = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"as of {log.stdout.strip()}" if log.returncode == 0 else "of an unknown day"


def _asked(lock: str) -> list[Known] | None:
    """What pip-audit says of a lock file; None where it could not look up every pin, which it counts as good news."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--format", "json", "-r", lock]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)
        dependencies = json.loads(said.stdout)["dependencies"]
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        return None
    if any("skip_reason" in each for each in dependencies):
        return None
    return [
        Known(each["name"], each["version"], weakness["id"], tuple(weakness["fix_versions"]))
        for each in dependencies
        for weakness in each["vulns"]
    ]


def pins_of(text: str) -> dict[str, str]:
    """The pinned version of each library of a lock file, by its canonical name."""
    return {str(canonicalize_name(name)): version for name, version in PIN.findall(text)}


def known(pins: dict[str, str], folder: Path) -> list[Known]:
    """What the copied advisories say of these pins. Raises FileNotFoundError where the folder holds none."""
    vulnerabilities = folder / "vulns"
    if not vulnerabilities.is_dir():
        raise FileNotFoundError(vulnerabilities)
    return [
        Known(name, version, str(advisory["id"]), tuple(_fixed(affected)))
        for name, version in sorted(pins.items())
        for file in sorted((vulnerabilities / name).glob("*.yaml"))
        for advisory in [yaml.safe_load(file.read_text(encoding="utf-8"))]
        if not advisory.get("withdrawn")
        for affected in advisory.get("affected", ())
        if canonicalize_name(affected["package"]["name"]) == name and _holds(affected, version)
    ]


def _holds(affected: dict[str, Any], version: str) -> bool:
    """Whether the version is listed, or lies in one of the ranges."""
    if version in {str(listed) for listed in affected.get("versions", ())}:
        return True
    ranges = (each["events"] for each in affected.get("ranges", ()) if each["type"] == "ECOSYSTEM")
    return any(_within(events, Version(version)) for events in ranges)


def _within(events: Iterable[dict[str, str]], version: Version) -> bool:
    """Events in order: each `introduced` opens the range, and `fixed` (or `last_affected`) closes it again."""
    inside = False
    for event in events:
        for kind, text in event.items():
            at = _version(str(text))
            if at is None:
                # What cannot be compared is looked at by a person rather than passed over.
                return True
            if kind == "introduced" and version >= at:
                inside = True
            elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
                inside = False
    return inside


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _fixed(affected: dict[str, Any]) -> Iterator[str]:
    for each in affected.get("ranges", ()):
        yield from (str(event["fixed"]) for event in each["events"] if "fixed" in event and each["type"] == "ECOSYSTEM")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
