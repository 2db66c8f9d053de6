"""Lines of the log: events and fields, and nothing that anybody said."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from media import logs
from media.logs import Form, Lines, places, read, set_up

SECRET = "Anneliese"
OURS = logging.getLogger("media.test_logs")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What `set_up` changes of the process."""
    root, ours = logging.getLogger(), [logging.getLogger(one) for one in logs.OURS]
    handlers, levels = [*root.handlers], [one.level for one in (root, *ours)]
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook, logging.raiseExceptions
    yield
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook, sys.unraisablehook, logging.raiseExceptions = hooks
    root.handlers[:] = handlers
    for logger, level in zip((root, *ours), levels, strict=True):
        logger.setLevel(level)


def written(form: Form = Form.TEXT, level: int = logging.DEBUG) -> io.StringIO:
    stream = io.StringIO()
    set_up(level=level, form=form, stream=stream)
    return stream


def record(words: str, *values: object, name: str = "signalling.x") -> logging.LogRecord:
    return logging.LogRecord(name, logging.INFO, "/a/b/c/d.py", 7, words, values, None, "work")


def fault() -> Exception:
    """With a cause, both with a text."""
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        return error


def test_a_message_is_an_event_and_its_fields() -> None:
    assert read(record("room taken room=%s epoch=%d", "r1", 4)) == (
        "room taken", {"room": "r1", "epoch": 4},
    )  # fmt: skip
    assert read(record("nothing more to say")) == ("nothing more to say", {})
    assert read(record("media on TCP port=%s", None)) == ("media on TCP", {"port": None})


def test_a_message_that_is_not_made_as_agreed_keeps_its_values_to_itself() -> None:
    assert read(record("who is %s room=%s", SECRET, "r1")) == ("who is %s", {})
    assert read(record("room=%s", "r1", SECRET)) == ("", {})


def test_a_line_of_json_has_time_level_logger_event_and_fields() -> None:
    stream = written(Form.JSON)
    OURS.info("a media worker has ended number=%d reason=%s", 1, "exit code 3")
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info", "logger": "media.test_logs", "event": "a media worker has ended",
        "number": 1, "reason": "exit code 3",
    }  # fmt: skip


def test_a_line_of_text_stays_one_line_whatever_is_in_it() -> None:
    stream = written()
    OURS.info("refused code=%s reason=%s", "busy", "two\nlines \u2028here")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith('INFO media.test_logs: refused code=busy reason="two\\nlines \\u2028here"')


def test_what_every_line_says_comes_first() -> None:
    stream = io.StringIO()
    set_up(level=logging.INFO, form=Form.TEXT, always={"worker": 2}, stream=stream)
    OURS.info("media on UDP port=%d", 8081)
    assert stream.getvalue().endswith("media on UDP worker=2 port=8081\n")


@pytest.mark.parametrize("form", Form)
def test_of_an_exception_the_types_and_places_are_told_and_no_text(form: Form) -> None:
    stream = written(form)
    OURS.error("a listener for media events failed", exc_info=fault())
    assert SECRET not in stream.getvalue()
    assert "tests/media/test_logs.py" in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert "KeyError" in stream.getvalue()


def test_what_a_group_holds_and_what_goes_in_circles_comes_to_an_end() -> None:
    first, second = ValueError(SECRET), KeyError(SECRET)
    first.__cause__, second.__cause__ = second, first
    assert places(ExceptionGroup(SECRET, [first, OSError()])) == (
        "ExceptionGroup < ValueError < KeyError < OSError"
    )


@pytest.mark.parametrize("form", Form)
def test_of_a_library_the_place_is_told_and_no_word(form: Form) -> None:
    stream = written(form)
    library = logging.getLogger("aiosqlite")
    library.debug("executing %s", SECRET)
    library.info("executed %s", SECRET)
    assert stream.getvalue() == ""
    library.warning("%s", SECRET)
    library.error(SECRET, exc_info=fault())
    assert SECRET not in stream.getvalue()
    assert stream.getvalue().count("test_of_a_library") == 2
    assert "ValueError" in stream.getvalue()


def test_a_library_that_was_given_a_logger_below_ours_is_still_one() -> None:
    from signalling.guarded import _library_log

    stream = written()
    _library_log("socketio").warning("received %s", SECRET)
    assert SECRET not in stream.getvalue()
    assert stream.getvalue() != ""


def test_only_what_is_serious_enough_is_written() -> None:
    stream = written(level=logging.ERROR)
    OURS.warning("not this")
    assert stream.getvalue() == ""


def test_setting_up_again_replaces_what_was() -> None:
    first, second = written(), written(Form.JSON)
    OURS.info("once")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1
    assert logs.form_in_use() is Form.JSON


def test_without_a_set_up_the_form_is_text() -> None:
    logging.getLogger().handlers[:] = [
        one for one in logging.getLogger().handlers if not isinstance(one.formatter, Lines)
    ]
    assert logs.form_in_use() is Form.TEXT


def test_a_warning_of_the_interpreter_says_no_more_than_where() -> None:
    stream = written()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(SECRET, stacklevel=1)
    assert SECRET not in stream.getvalue()
    assert "py.warnings" in stream.getvalue()


async def test_a_task_whose_fault_nobody_took_says_no_more_than_where() -> None:
    stream = written()

    async def broken() -> None:
        raise ValueError(SECRET)

    task = asyncio.ensure_future(broken())
    await asyncio.wait({task})
    del task
    assert "ValueError" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_a_fault_that_ends_the_process_or_a_thread_says_no_more_than_where() -> None:
    """In a process of its own: what is written is all there is on both streams."""
    source = (
        "import logging, threading\n"
        "from media import logs\n"
        "logs.set_up(level=logging.DEBUG, form=logs.Form.TEXT)\n"
        f"def fail(): raise ValueError('{SECRET}')\n"
        "class Late:\n"
        "    def __del__(self): fail()\n"
        "thread = threading.Thread(target=fail)\n"
        "thread.start()\n"
        "thread.join()\n"
        "late = Late()\n"
        "del late\n"
        "logging.getLogger('media').info('n=%d', 'no number')\n"
        "fail()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert SECRET not in ended.stdout + ended.stderr
    for event in ("a thread ends", "a fault nobody could be told of", "the process ends"):
        assert event in ended.stderr
