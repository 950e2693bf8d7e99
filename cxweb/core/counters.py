"""Counts per minute that all processes of a machine share: a small file of fixed size, mapped into memory.

Why a file: the count must hold while Redis is away and across the web server's processes, and a row in the database
would make every miss a write. The file never grows; when it is full, the smallest counts give way first. What is
counted is kept as a keyed digest: the file holds no address, and nobody can choose names that push others out.
"""

import fcntl
import hashlib
import hmac
import mmap
import os
import struct
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SLOT = struct.Struct("<QII")
# Each name may stand in one of WAYS places, so that looking for one never reads more than that.
SETS, WAYS = 2048, 8
SIZE = SETS * WAYS * SLOT.size
WINDOW_S = 60


class Counters:
    """How often each name was counted in the minute that began with its first count."""

    def __init__(self, file: Path, key: str) -> None:
        self.file = file
        self.key = key.encode()
        self.lock = threading.Lock()
        self.descriptor: int | None = None
        self.memory: mmap.mmap | None = None

    def count(self, name: str, now: float | None = None) -> int:
        """Count the name once more; how often it has been counted in its minute, this time included."""
        return self.tally(name, now)[0]

    def tally(self, name: str, now: float | None = None) -> tuple[int, int]:
        """The same, and after how many seconds the count begins anew."""
        second = int(time.time() if now is None else now)
        digest = hmac.new(self.key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        mark, place = int.from_bytes(digest[:8], "little") or 1, int.from_bytes(digest[8:12], "little") % SETS
        with self._alone() as memory:
            offset = _slot_of(memory, place, mark, second)
            held, began, counted = _read(memory, offset)
            if held != mark or not began <= second < began + WINDOW_S:
                began, counted = second, 0
            counted = min(counted + 1, 2**32 - 1)
            SLOT.pack_into(memory, offset, mark, began, counted)
        return counted, began + WINDOW_S - second

    @contextmanager
    def _alone(self) -> Iterator[mmap.mmap]:
        """The memory, for this thread of this process only. A process that dies lets go by itself."""
        with self.lock:
            memory = self.memory = self.memory or self._open()
            if self.descriptor is None:
                yield memory
                return
            fcntl.lockf(self.descriptor, fcntl.LOCK_EX)
            try:
                yield memory
            finally:
                fcntl.lockf(self.descriptor, fcntl.LOCK_UN)

    def _open(self) -> mmap.mmap:
        """The shared file; this process's own memory where the folder cannot be written."""
        with suppress(OSError):
            descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            weakref.finalize(self, os.close, descriptor)
            # Written and not only reserved: a mapped byte without a place on the disk would kill who touches it.
            missing = SIZE - os.fstat(descriptor).st_size
            os.pwrite(descriptor, bytes(max(missing, 0)), SIZE - missing)
            memory = mmap.mmap(descriptor, SIZE)
            self.descriptor = descriptor
            return memory
        return mmap.mmap(-1, SIZE)


def _read(memory: mmap.mmap, offset: int) -> tuple[int, int, int]:
    held, began, counted = SLOT.unpack_from(memory, offset)
    return held, began, counted


def _slot_of(memory: mmap.mmap, place: int, mark: int, second: int) -> int:
    """Where the name stands, else the place that is free, over, or counted least."""
    first = place * WAYS * SLOT.size
    offsets = range(first, first + WAYS * SLOT.size, SLOT.size)
    slots = [(_read(memory, offset), offset) for offset in offsets]
    for (held, _, _), offset in slots:
        if held == mark:
            return offset

    def worth(slot: tuple[tuple[int, int, int], int]) -> int:
        (_, began, counted), _ = slot
        return counted if began <= second < began + WINDOW_S else 0

    return min(slots, key=worth)[1]
