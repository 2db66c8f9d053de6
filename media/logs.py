"""How every process of the server logs: one line an event, as text or as JSON.

A message of ours is an event and its fields: constant words, then `key=%s` for each value, which is
an id, a count or a word of the program. Nothing a person said, typed or chose is a value. Of an
exception its type and its places are written, never its text; of what a library logs, where it
did so, at warning and above. So nothing of a call, an address or a statement gets into a log by
way of somebody else's message.
"""

import json
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import TextIO

OURS = ("vmr", "lobby", "media", "signalling")
LIBRARY_LEVEL = logging.WARNING
VALUE_MAX = 2000
"""Characters of one value; a trace is the longest."""
_FIELD = re.compile(r"[,:]?\s*\b([a-z_]+)=%[sd]")
_PLAIN = re.compile(r"[!#-<>-~]+")
_PLACES = 3
"""Parts of a file's path that are told."""

Value = str | int | float | bool | None
Fields = dict[str, Value]


class Form(Enum):
    TEXT = "text"
    JSON = "json"


class Lines(logging.Formatter):
    """`always` are fields of every line."""

    def __init__(self, form: Form, always: Mapping[str, Value] | None = None) -> None:
        super().__init__()
        self.form = form
        self._always = dict(always or {})

    def format(self, record: logging.LogRecord) -> str:
        event, fields = read(record)
        said = {**self._always, **fields}
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        at = f"{at}.{int(record.msecs):03}Z"
        if self.form is Form.JSON:
            head = {"time": at, "level": record.levelname.lower(), "logger": record.name}
            return json.dumps({**head, "event": event, **said})
        values = "".join(f" {key}={_shown(value)}" for key, value in said.items())
        return f"{at} {record.levelname} {record.name}: {event}{values}"


def set_up(
    *,
    level: int,
    form: Form,
    always: Mapping[str, Value] | None = None,
    stream: TextIO | None = None,
) -> None:
    """Log to `stream` (stderr) in this process; in place of what was set up before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(form, always))
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, Lines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(LIBRARY_LEVEL)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.raiseExceptions = False  # a fault of the log would print what it was given
    logging.captureWarnings(True)
    sys.excepthook = _log_end
    threading.excepthook = _log_end_of_thread
    sys.unraisablehook = _log_unraisable


def form_in_use() -> Form:
    """What this process logs in, for those it starts."""
    found = (one.formatter for one in logging.getLogger().handlers)
    return next((one.form for one in found if isinstance(one, Lines)), Form.TEXT)


def read(record: logging.LogRecord) -> tuple[str, Fields]:
    """The event and its fields."""
    is_ours = record.name.split(".", 1)[0] in OURS
    event, fields = _of_ours(record) if is_ours else _of_library(record)
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        fields |= {"error": type(error).__name__, "trace": places(error)}
    return event, fields


def places(error: BaseException) -> str:
    """Where it was raised and by what it was caused, the outermost call first; no text of it."""
    return " < ".join(_places(error, set()))


def _places(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    frames = traceback.extract_tb(error.__traceback__)
    where = " > ".join(f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames)
    yield f"{type(error).__name__} {where}".rstrip()
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        yield from _places(cause, seen)
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            if id(one) not in seen:
                yield from _places(one, seen)


def _of_ours(record: logging.LogRecord) -> tuple[str, Fields]:
    words = str(record.msg)
    given = record.args if isinstance(record.args, tuple) else ()
    keys = _FIELD.findall(words)
    if len(keys) != len(given) or words.count("%") != len(keys):
        return _FIELD.sub("", words), {}  # not as agreed: the values stay unsaid
    return _FIELD.sub("", words), dict(zip(keys, map(_value, given), strict=True))


def _of_library(record: logging.LogRecord) -> tuple[str, Fields]:
    where = f"{_short(record.pathname)}:{record.lineno} {record.funcName}"
    return "a library's message", {"at": where}


def _value(value: object) -> Value:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:VALUE_MAX]


def _shown(value: Value) -> str:
    """On one line, whatever is in it."""
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-_PLACES:])


def _log_end(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log_lost("the process ends by a fault", error)


def _log_end_of_thread(lost: threading.ExceptHookArgs) -> None:
    if lost.exc_value is not None:
        _log_lost("a thread ends by a fault", lost.exc_value)


def _log_unraisable(lost: "sys.UnraisableHookArgs") -> None:
    if lost.exc_value is not None:
        _log_lost("a fault nobody could be told of", lost.exc_value)


def _log_lost(event: str, error: BaseException) -> None:
    logging.getLogger(__name__).critical(event, exc_info=error)
