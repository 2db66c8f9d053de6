"""Where an exception came from, for the log: places in files, never its text."""

import traceback
from pathlib import Path


def trace_of(error: BaseException) -> str:
    """The places it passed, the outermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames)
