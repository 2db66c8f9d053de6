"""Where the tests' files lie in memory, so that no database of theirs waits for a disk."""

import os
import shutil

FOLDER = "/dev/shm"
LEAST_BYTES = 2 << 30
"""Many times what a run leaves there."""


def folder_in_memory() -> str | None:
    """None where there is too little of it, as in most containers."""
    if not os.path.isdir(FOLDER) or shutil.disk_usage(FOLDER).free <= LEAST_BYTES:
        return None
    may_run = not os.statvfs(FOLDER).f_flag & os.ST_NOEXEC  # a test runs a program of its own
    return FOLDER if may_run else None
