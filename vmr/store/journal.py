"""The journal's file: lines that are on the disk when `append` returns, until `clear`.

One file for each process, locked as long as that lives; what a dead one left is found by its
missing lock. Only the server's user may read it, and what is cleared is overwritten, as SQLite does
with what it deletes. The file is as large as RESERVE_BYTES from the start, so that a disk that is
full does not end the record at once.

Every failure is a StoreUnavailable that names the file; then the line counts as not written.
"""

import fcntl
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vmr.store.errors import StoreUnavailable
from vmr.store.waiting import END, BadLine, Waiting, build, parse

RESERVE_BYTES = 4 * 1024 * 1024  # a thousand commits
READ_BYTES = 1024 * 1024  # read at once
NOTHING = b"\0"
ENDING, DAMAGED = ".journal", ".damaged"

log = logging.getLogger(__name__)


class Journal:
    """One file, held by this process until `close`. Not to be used by two threads at once."""

    def __init__(self, path: Path, file: int, end: int) -> None:
        self.path = path
        self._file = file
        self.end = end
        """Bytes of whole lines."""
        self.run = path.stem
        """Of the server that wrote it."""
        self.is_damaged = False

    @classmethod
    def make(cls, folder: Path) -> "Journal":
        """A new, empty one."""
        path = folder / f"{secrets.token_hex(4)}{ENDING}"
        with _named(path):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                os.posix_fallocate(file, 0, RESERVE_BYTES)
            except OSError as error:
                log.warning("no room kept for the journal file=%s reason=%s", path, error.strerror)
            _sync_folder(folder)
        return cls(path, file, 0)

    @classmethod
    def left(cls, folder: Path) -> Iterator["Journal"]:
        """Those of processes that are no more, oldest first; each to be closed by the caller.

        One with whole lines after a damaged one is set aside for somebody to look at, and what
        stood before the damage is found."""
        found = [(path.stat().st_mtime, path) for path in folder.glob(f"*{ENDING}")]
        for _, path in sorted(found):
            with _named(path):
                file = os.open(path, os.O_RDWR)
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:  # of a server that is alive
                    os.close(file)
                    continue
                one = cls(path, file, 0)
                one._find_end()
            yield one

    def append(self, waiting: Waiting) -> None:
        line = build(waiting)
        try:
            with _named(self.path):
                written = os.pwrite(self._file, line, self.end)
                if written != len(line):
                    raise StoreUnavailable(f"{self.path}: the disk is full")
                os.fdatasync(self._file)
        except StoreUnavailable:
            with suppress(OSError):  # it was not told, so it should not be found either
                os.pwrite(self._file, NOTHING, self.end)
            raise
        self.end += len(line)

    def read(self, start: int) -> tuple[list[Waiting], int]:
        """Some lines from this byte on, and where the next begins; none at the end."""
        size = READ_BYTES
        with _named(self.path):
            while True:
                read = os.pread(self._file, min(size, self.end - start), start)
                whole = read.rfind(END) + 1
                if whole or start + len(read) >= self.end:
                    break
                size *= 2
        try:
            lines = [parse(line) for line in read[:whole].splitlines(keepends=True)]
        except BadLine as error:
            raise StoreUnavailable(f"{self.path}: {error}") from error
        return lines, start + whole

    def clear(self) -> None:
        """Nothing in it waits any more: it is overwritten. First its first byte, so that it is
        empty for whoever finds it half done."""
        with _named(self.path):
            os.pwrite(self._file, NOTHING, 0)
            os.fdatasync(self._file)
            for at in range(0, self.end, READ_BYTES):
                os.pwrite(self._file, NOTHING * min(READ_BYTES, self.end - at), at)
            if self.end > RESERVE_BYTES:
                os.ftruncate(self._file, RESERVE_BYTES)
            os.fdatasync(self._file)
        self.end = 0

    def close(self) -> None:
        """The file stays while lines are in it. Idempotent."""
        if self._file < 0:
            return
        if self.end == 0:
            with suppress(OSError):
                self.path.unlink()
        os.close(self._file)
        self._file = -1

    def _find_end(self) -> None:
        """Where the whole lines end. A line cut off was never told to anybody; whole ones behind it
        were."""
        is_cut = False
        with self.path.open("rb") as file:
            if file.peek(1)[:1] == NOTHING:  # cleared
                return
            for line in file:
                if not _is_whole(line):
                    is_cut = True
                elif is_cut:
                    self._set_aside()
                    return
                else:
                    self.end += len(line)

    def _set_aside(self) -> None:
        """A copy of all of it, which nothing deletes."""
        self.is_damaged = True
        kept = self.path.with_suffix(DAMAGED)
        with open(kept, "wb", opener=_private) as copy:
            copy.write(self.path.read_bytes())
            copy.flush()
            os.fsync(copy.fileno())
        log.critical("the journal is damaged, entries of record are lost file=%s kept=%s",
                     self.path, kept)  # fmt: skip


def _is_whole(line: bytes) -> bool:
    try:
        parse(line)
    except (BadLine, ValueError):
        return False
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror}") from error
