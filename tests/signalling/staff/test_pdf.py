"""PDF files: what the process may read, how long it may take, and how many run at once."""

import asyncio
import io
import os
import re
import shutil
from pathlib import Path

import pypdf
import pytest
from aiohttp import web

from signalling.staff import pdf
from signalling.staff.pdf import PdfBusy, PdfFailed, PdfMaker, PdfMissing


def text_of(made: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    return " ".join(" ".join(one.extract_text() for one in pages).split())


def worker(directory: Path, text: str) -> Path:
    """A program in the place of ours; asked whether it could, it says yes."""
    path = directory / "worker.py"
    begin = "import os, sys, time\nif sys.argv[1:] == ['check']:\n    sys.exit(0)\n"
    path.write_text(begin + text)
    return path


@pytest.mark.parametrize(
    "name",
    ["Siân Llŷr", "李娜", "Ελένη", "Олена Ґалаґан", "שרה", "हिन्दी", "Nguyễn Thị Ánh", "민준"],
)
async def test_names_in_any_script_can_be_read(name: str) -> None:
    made = await PdfMaker().make(f'<html lang="en"><title>x</title><p>{name}</p>')
    letters = {one for one in name if one.isalpha()}
    assert letters <= set(text_of(made)), "a letter without a font is a box, and no text"


async def test_no_file_and_no_address_is_read(tmp_path: Path) -> None:
    style, secret = tmp_path / "style.css", tmp_path / "secret.txt"
    style.write_text("p::after { content: 'LEAKED' }")
    secret.write_text("SECRET")
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text="p::after { content: 'FETCHED' }", content_type="text/css")

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    place = f"http://127.0.0.1:{runner.addresses[0][1]}"
    html = f"""<html lang="en"><head><title>x</title>
        <link rel="stylesheet" href="file://{style}">
        <link rel="stylesheet" href="{place}/style.css">
        <link rel="attachment" href="file://{secret}">
        <style>@import url("file://{style}"); p {{ background: url("{place}/x.png") }}</style>
        </head><body><p>Text</p><img src="file:///etc/passwd" alt="none">
        <img src="{place}/i.png" alt="none"><object data="file:///etc/passwd">instead</object>
        <a href="file:///etc/passwd">link</a></body>"""
    try:
        made = await PdfMaker().make(html)
    finally:
        await runner.cleanup()
    text = text_of(made)
    assert "Text" in text
    assert not any(word in text for word in ("LEAKED", "FETCHED", "SECRET", "root:"))
    assert asked == []
    assert not pypdf.PdfReader(io.BytesIO(made)).attachments


def sleeper(tmp_path: Path, pid_file: Path) -> Path:
    """A worker that never ends, and says in the file which process it is."""
    return worker(
        tmp_path,
        f"open({str(pid_file)!r} + '.new', 'w').write(str(os.getpid()))\n"
        f"os.rename({str(pid_file)!r} + '.new', {str(pid_file)!r})\ntime.sleep(600)\n",
    )


async def test_a_document_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    program = sleeper(tmp_path, pid_file)
    for limit_s in (1.0, 5.0, 25.0):  # a busy machine needs longer to start a process
        with pytest.raises(PdfFailed):
            await PdfMaker(worker=program, time_limit_s=limit_s).make("<p>x")
        if pid_file.exists():
            break
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


async def test_a_process_ends_with_who_waits_for_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    program = sleeper(tmp_path, pid_file)
    making = asyncio.create_task(PdfMaker(worker=program).make("<p>x"))
    async with asyncio.timeout(20):
        while not pid_file.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


@pytest.mark.parametrize("text", ["sys.exit(3)", "print('no pdf')", "os.abort()"])
async def test_a_process_that_makes_no_file_has_failed(tmp_path: Path, text: str) -> None:
    with pytest.raises(PdfFailed):
        await PdfMaker(worker=worker(tmp_path, text)).make("<p>x")


async def test_only_so_many_run_and_wait_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "WAITING", 1)
    running, most = tmp_path / "running", tmp_path / "most"
    running.mkdir()
    program = worker(
        tmp_path,
        f"all = {str(running)!r}\nhere = all + '/' + str(os.getpid())\nopen(here, 'w').close()\n"
        f"open({str(most)!r}, 'a').write(str(len(os.listdir(all))) + ' ')\n"
        "sys.stdin.buffer.read()\ntime.sleep(0.3)\nos.remove(here)\n"
        "sys.stdout.write('%PDF-')\n",
    )
    maker = PdfMaker(worker=program)
    assert await maker.is_available()
    done = await asyncio.gather(*(maker.make("x") for _ in range(6)), return_exceptions=True)
    busy = [one for one in done if isinstance(one, PdfBusy)]
    assert len(busy) == 6 - pdf.AT_ONCE - 1
    assert done.count(b"%PDF-") == pdf.AT_ONCE + 1
    assert max(map(int, most.read_text().split())) <= pdf.AT_ONCE


async def test_without_the_library_no_file_can_be_made(tmp_path: Path) -> None:
    program = tmp_path / "worker.py"
    program.write_text("import sys; sys.exit(1)")
    maker = PdfMaker(worker=program)
    assert not await maker.is_available()
    with pytest.raises(PdfMissing):
        await maker.make("<p>x")
    shutil.copy(pdf.WORKER, program)  # installed while the server runs
    assert await maker.is_available()


async def test_the_process_is_told_no_setting_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMR_TURN_SECRET", "sesame")
    program = worker(tmp_path, "print('%PDF-', sorted(os.environ))")
    made = (await PdfMaker(worker=program).make("<p>x")).decode()
    assert "VMR" not in made
    told = set(re.findall(r"'(\w+)'", made)) - {"LANG", "LC_CTYPE"}
    assert told <= set(pdf.KEPT_ENVIRONMENT)
