"""A server with a certificate of its own, as a process."""

import http.client
import os
import signal
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.cli.program import Program, url_in
from tests.peers.coturn import make_certificate


def test_a_new_certificate_is_taken_and_no_broken_one(program: Program) -> None:
    make_certificate(program.directory)
    files = {
        "VMR_TLS_CERT_FILE": str(program.directory / "cert.pem"),
        "VMR_TLS_KEY_FILE": str(program.directory / "key.pem"),
    }
    url = url_in(program.start(settings=files))
    assert url.startswith("https://localhost:")
    client = Client(program.directory, int(url.rpartition(":")[2]))
    with closing(client.connected()) as kept:
        page = asked(kept, "/staff/sign-in")
        assert "strict-transport-security: max-age=31536000" in page
        assert "set-cookie: __host-vmr-staff=" in page
        assert "; secure" in page

        make_certificate(program.directory)
        os.kill(program.pid, signal.SIGHUP)
        eventually(lambda: client.ask("/healthz"))
        (program.directory / "key.pem").write_text("no key")
        os.kill(program.pid, signal.SIGHUP)
        eventually(lambda: '"certificate"' in client.ask("/readyz"))
        assert "200 ok" in asked(kept, "/healthz")
    code, _, errors = program.stop()
    assert code == 0
    assert errors.count("the certificate is not taken") == 1


def test_a_certificate_that_is_missing_is_one_line_and_makes_no_database(program: Program) -> None:
    ended = program.serve("--tls-cert-file", "no.pem", "--tls-key-file", "no.pem")
    assert ended.returncode == 1
    assert ended.stderr == (
        "vmr: tls_cert_file and tls_key_file: no.pem: No such file or directory\n"
    )
    assert not program.database.exists()


class Client:
    """Trusts the certificate that lies in the directory, and no other."""

    def __init__(self, directory: Path, port: int) -> None:
        self._certificate = directory / "cert.pem"
        self._port = port

    def connected(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self._certificate))
        plain = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        try:
            return context.wrap_socket(plain, server_hostname="127.0.0.1")
        except ssl.SSLError:
            plain.close()
            raise

    def ask(self, path: str) -> str:
        with closing(self.connected()) as connection:
            return asked(connection, path)


def asked(connection: ssl.SSLSocket, path: str) -> str:
    """The whole answer, in lower case."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    with closing(http.client.HTTPResponse(connection)) as answer:
        answer.begin()
        return f"{answer.status} {answer.reason}\n{answer.headers}\n{answer.read()!r}".lower()


def eventually(work: Callable[[], object]) -> None:
    """Until it is true and does not fail: signals are handled when the server comes to it."""
    deadline = time.monotonic() + 20
    while True:
        try:
            if work():
                return
        except ssl.SSLError:
            if time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline
        time.sleep(0.05)
