"""Writing to SQLite in groups: threads that write at the same time share one commit, and processes take turns.

A commit waits for the disk, and everybody behind it waits too. So whoever finds others waiting leaves the commit to
them, and is answered only once it has happened: what is acknowledged is on the disk, as before. Each member's writes
stand in a savepoint of their own, so that one that fails takes nothing of the others with it.

Between processes SQLite itself decides who writes next, by sleeping longer and longer: some wait for seconds. A lock on
two bytes of a small file gives them turns. It is a courtesy and no more: SQLite's own lock is what keeps writers apart,
also from a process that has been frozen or killed while it had its turn.
"""

import fcntl
import os
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

# A group is committed when nobody waits, and after this time or with so many members at the latest.
LONGEST_GROUP_S, MOST_MEMBERS = 0.02, 64
# For how long a turn is waited for before SQLite alone decides, and how often it is asked for.
PATIENCE_S, ASK_EVERY_S = 5.0, 0.0003


class CommitFailed(RuntimeError):
    """The group's commit failed: nothing of what its members wrote is stored."""


class Writers:
    """Everything that writes in this process to one SQLite database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.line = _Line()
        self.turns = _Turns(f"{engine.url.database}-turns")
        self.group: _Group | None = None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session to write through; at its end what it wrote is on the disk, or an exception says it is not."""
        self.line.enter()
        try:
            group = self.group = self.group or _Group(self.engine, self.turns)
            try:
                with group.member() as opened:
                    yield opened
            finally:
                if group.is_over(others_wait=self.line.anybody_waits()):
                    self.group = None
                    group.commit()
        finally:
            self.line.leave()
        group.wait()


class _Group:
    """Members that write one after the other on one connection, in one transaction."""

    def __init__(self, engine: Engine, turns: "_Turns") -> None:
        self.turns = turns
        self.turns.take()
        try:
            self.connection: Connection = engine.connect()
            self.transaction = self.connection.begin()
        except BaseException:
            self.turns.give_back()
            raise
        self.began = time.monotonic()
        self.members = 0
        self.settled = Event()
        self.error: BaseException | None = None

    @contextmanager
    def member(self) -> Iterator[Session]:
        # The first has the transaction to itself: a savepoint for it would cost time and save nothing.
        mode: Any = "create_savepoint" if self.members else "rollback_only"
        with Session(self.connection, expire_on_commit=False, join_transaction_mode=mode) as opened, opened.begin():
            yield opened
        self.members += 1

    def is_over(self, *, others_wait: bool) -> bool:
        """Whether the commit is due: nobody comes after, it is enough, or SQLite itself has ended the transaction."""
        if not others_wait or not self._is_open():
            return True
        return self.members >= MOST_MEMBERS or time.monotonic() - self.began > LONGEST_GROUP_S

    def _is_open(self) -> bool:
        return bool(self.connection.connection.driver_connection.in_transaction)  # type: ignore[union-attr]

    def commit(self) -> None:
        """Commit, and tell the members. A failure is raised by wait(), to each of them."""
        try:
            if self.members and not self._is_open():
                raise CommitFailed("the transaction was ended by a failure of the disk")
            if self.members:
                self.transaction.commit()
            else:
                self.transaction.rollback()
        except BaseException as error:
            self.error = error
            # What SQLite did not commit it may have left open: nobody else is given this connection.
            self.connection.invalidate()
            if not isinstance(error, Exception):
                raise
        finally:
            self.connection.close()
            self.turns.give_back()
            self.settled.set()

    def wait(self) -> None:
        """Until the group is committed. Raises CommitFailed, or the driver's own error, where it could not be."""
        self.settled.wait()
        if self.error is not None:
            raise CommitFailed("the commit failed, nothing was stored") from self.error


class _Line:
    """A lock that is handed on in the order of asking, and tells whether anybody waits for it."""

    def __init__(self) -> None:
        self.mutex = Lock()
        self.waiting: deque[Lock] = deque()
        self.taken = False

    def enter(self) -> None:
        with self.mutex:
            if not self.taken:
                self.taken = True
                return
            mine = Lock()
            mine.acquire()
            self.waiting.append(mine)
        try:
            mine.acquire()
        except BaseException:
            # Interrupted while waiting: the place in the line is given up, or handed on where it had just come.
            with self.mutex:
                came = mine not in self.waiting
                if not came:
                    self.waiting.remove(mine)
            if came:
                self.leave()
            raise

    def leave(self) -> None:
        with self.mutex:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self.taken = False

    def anybody_waits(self) -> bool:
        return bool(self.waiting)


class _Turns:
    """Turns between processes. Who waits for the turn holds the place behind it, so that nobody overtakes.

    Locks of this kind belong to a process, are not inherited by a fork, and end with the process.
    """

    BEHIND, TURN = 0, 1

    def __init__(self, file: str) -> None:
        self.file = file
        self.descriptor: int | None = None
        self.has_turn = False

    def take(self) -> None:
        """Wait for the turn, at most PATIENCE_S; without it SQLite decides."""
        until = time.monotonic() + PATIENCE_S
        try:
            if self.descriptor is None:
                self.descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                weakref.finalize(self, os.close, self.descriptor)
            if self._lock(self.BEHIND, until):
                self.has_turn = self._lock(self.TURN, until)
                self._unlock(self.BEHIND)
        except OSError:
            # A file system without such locks.
            self.has_turn = False

    def give_back(self) -> None:
        if self.has_turn:
            self.has_turn = False
            self._unlock(self.TURN)

    def _lock(self, byte: int, until: float) -> bool:
        assert self.descriptor is not None  # noqa: S101 - narrows the type
        while True:
            try:
                fcntl.lockf(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
            except (BlockingIOError, PermissionError):
                if time.monotonic() > until:
                    return False
                time.sleep(ASK_EVERY_S)
            else:
                return True

    def _unlock(self, byte: int) -> None:
        assert self.descriptor is not None  # noqa: S101 - narrows the type
        fcntl.lockf(self.descriptor, fcntl.LOCK_UN, 1, byte)
