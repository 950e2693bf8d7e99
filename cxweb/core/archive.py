"""An archive that is either there and whole or not there at all, and readable by nobody else."""

import errno
import json
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

MANIFEST = "cxweb.json"
FORMAT = 1
# Deflate's fastest: a database shrinks to a quarter by it, and the better levels cost minutes for a tenth.
LEVEL = 1
CHUNK = 1 << 20


class CannotWrite(Exception):
    """The archive could not be written; the text says why in a sentence, and no half file is left."""


class Unreadable(Exception):
    """The file is no whole archive of this product; the text says what is wrong with it in a sentence."""


@contextmanager
def writing(file: Path) -> Iterator[ZipFile]:
    """A new archive, put in its place once the block has ended, it is on the disk, and reads well. Raises CannotWrite.

    What stood there before is replaced at that instant and not earlier.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(_create(partial), "w+b") as stream:
            with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
                yield archive
            stream.flush()
            os.fsync(stream.fileno())
        _check(partial)
        partial.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise CannotWrite(sentence(error)) from error
    finally:
        partial.unlink(missing_ok=True)


def _create(file: Path) -> int:
    file.unlink(missing_ok=True)
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


@contextmanager
def beside(file: Path) -> Iterator[Path]:
    """An empty file of this user's alone in the same folder, gone after the block."""
    path = file.with_name(f".{file.name}.{os.getpid()}.database")
    os.close(_create(path))
    try:
        yield path
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def sentence(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "There is not enough room on the disk. Nothing was written."
    return f"The file cannot be written: {error.strerror or error}. Nothing was written."


def add_file(archive: ZipFile, name: str, file: Path) -> None:
    with file.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, CHUNK)


def add_manifest(archive: ZipFile, **facts: Any) -> None:
    archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **facts}, indent=1, sort_keys=True))


def _check(file: Path) -> None:
    """Read everything back: each part carries a checksum."""
    with ZipFile(file) as archive:
        whole = _is_whole(archive)
    if not whole:
        raise OSError(errno.EIO, "what was written does not read back as it was")


def _is_whole(archive: ZipFile) -> bool:
    try:
        return archive.testzip() is None
    except zlib.error:
        # A byte that is wrong in the middle of what was packed.
        return False


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def reading(file: Path) -> Iterator[tuple[ZipFile, dict[str, Any]]]:
    """The archive, found to be whole, and its manifest. Raises Unreadable."""
    try:
        with ZipFile(file) as archive:
            if not _is_whole(archive):
                raise Unreadable(f"{file} is damaged: one of its parts does not fit its checksum.")
            manifest = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise Unreadable(f"{file} was made by another version of cxweb: restore it with that one.")
            yield archive, manifest
    except (BadZipFile, KeyError, ValueError, EOFError) as error:
        raise Unreadable(f"{file} is no backup of cxweb, or not a whole one.") from error
    except FileNotFoundError as error:
        raise Unreadable(f"There is no file {file}.") from error


def extract(archive: ZipFile, name: str, target: Path) -> None:
    """Write one part of the archive into a file. Raises CannotWrite."""
    try:
        with archive.open(name) as source, target.open("wb") as stream:
            shutil.copyfileobj(source, stream, CHUNK)
    except OSError as error:
        raise CannotWrite(sentence(error)) from error
