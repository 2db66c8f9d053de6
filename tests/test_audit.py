"""`make audit` finds a package with a known fault, and writes down every one there is."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
FAULT = {
    "id": "OSV-TEST-1",
    "modified": "2026-01-01T00:00:00Z",
    "published": "2026-01-01T00:00:00Z",
    "summary": "A fault of the test",
    "details": "A fault of the test.",
    "aliases": [],
    "affected": [],
}


class Advisories(BaseHTTPRequestHandler):
    """The answer of osv.dev to one query; `faulty` is the package it knows a fault of."""

    faulty = ""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["package"]["name"]
        affected = {
            "package": {"name": name, "ecosystem": "PyPI"},
            "versions": [asked["version"]],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
        }
        found = {"vulns": [{**FAULT, "affected": [affected]}]} if name == self.faulty else {}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def advisories() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


def locked() -> set[str]:
    """The packages of the server's lock file that this machine's Python installs."""
    text = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9._-]+)==[^ ;]+ \\$", text, re.MULTILINE))


def audit(url: str, sbom: Path) -> int:
    """As the Makefile runs it, but for whom it asks."""
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"^AUDIT := (.+)$", makefile, re.MULTILINE)
    assert found
    command = [sys.executable, "-m", "pip_audit", *found[1].split(), "--osv-url", url]
    return subprocess.run(
        [*command, "-f", "cyclonedx-json", "-o", str(sbom)],
        cwd=REPOSITORY, capture_output=True, timeout=100, check=False,
    ).returncode  # fmt: skip


@pytest.mark.parametrize(("faulty", "code"), [("", 0), ("aiohttp", 1)])
def test_a_known_fault_is_an_error_and_the_sbom_names_every_package(
    advisories: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: str, code: int
) -> None:
    monkeypatch.setattr(Advisories, "faulty", faulty)
    assert audit(advisories, tmp_path / "sbom.json") == code
    sbom = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert sbom["bomFormat"] == "CycloneDX"
    assert "aiohttp" in locked()
    assert {one["name"] for one in sbom["components"]} >= locked()
    assert [one["id"] for one in sbom.get("vulnerabilities", [])] == ["OSV-TEST-1"] * code
