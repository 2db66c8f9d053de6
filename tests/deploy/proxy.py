"""nginx and Caddy with the files of deploy/, in front of a server on free ports of this machine."""

import asyncio
import shutil
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.browser.eventually import eventually
from tests.peers.coturn import make_certificate
from tests.peers.ports import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "meet.example.org"
FROM_OUTSIDE = "127.0.0.2"
"""An address of a client that is not the proxy's own."""

NGINX = """
daemon off; master_process off; pid {folder}/pid; worker_rlimit_nofile 1024;
events {{ }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{ours}
}}
"""
CADDY = """
{{
    admin off
    auto_https disable_redirects
    storage file_system {folder}/storage
    default_bind 127.0.0.1
}}
{ours}
"""


class Proxy:
    """`async with Proxy("nginx", folder, backend_port)`. Its ports are chosen before."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self.folder = folder
        self.https_port = free_port()
        self.http_port = free_port()
        self.url = f"https://{NAME}:{self.https_port}"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, backend: str) -> Self:
        """Until it listens; `backend` is HOST:PORT."""
        make_certificate(self.folder)
        program = shutil.which(self._program) or f"/usr/sbin/{self._program}"
        given = ["-p", str(self.folder), "-e", f"{self.folder}/error.log", "-c"]
        arguments = {"nginx": given, "caddy": ["run", "--adapter", "caddyfile", "--config"]}
        text = {"nginx": self._nginx, "caddy": self._caddy}[self._program](backend)
        configuration = self.folder / "configuration"
        configuration.write_text(text)
        with (self.folder / "out").open("wb") as out:
            self._process = await asyncio.create_subprocess_exec(
                program, *arguments[self._program], str(configuration),
                stdout=out, stderr=out, env={"HOME": str(self.folder), "PATH": "/usr/bin"},
            )  # fmt: skip
        await eventually(f"{self._program} listens", self._listens, 30)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def __aenter__(self) -> Self:
        return self

    def browser(self, address: str = FROM_OUTSIDE, **more: Any) -> aiohttp.ClientSession:
        """From this address, to the name that browsers use."""
        connector = aiohttp.TCPConnector(
            resolver=_Here(), local_addr=(address, 0), ssl=trusting(self.folder)
        )
        return aiohttp.ClientSession(self.url, connector=connector, **more)

    def _nginx(self, backend: str) -> str:
        ours = replaced(
            (DEPLOY / "nginx.conf").read_text(encoding="utf-8"),
            {
                "listen 80;": f"listen 127.0.0.1:{self.http_port};",
                "listen [::]:80;": "",
                "listen 443 ssl http2;": f"listen 127.0.0.1:{self.https_port} ssl http2;",
                "listen [::]:443 ssl http2;": "",
                "127.0.0.1:8080": backend,
                f"/etc/letsencrypt/live/{NAME}/fullchain.pem": f"{self.folder}/cert.pem",
                f"/etc/letsencrypt/live/{NAME}/privkey.pem": f"{self.folder}/key.pem",
                "/var/log/nginx/": f"{self.folder}/",
            },
        )
        return NGINX.format(folder=self.folder, ours=ours)

    def _caddy(self, backend: str) -> str:
        own = f"tls {self.folder}/cert.pem {self.folder}/key.pem"
        ours = replaced(
            (DEPLOY / "Caddyfile").read_text(encoding="utf-8"),
            {
                f"\n{NAME} {{\n": f"\nhttps://{NAME}:{self.https_port} {{\n\t{own}\n",
                "127.0.0.1:8080": backend,
            },
        )
        return CADDY.format(folder=self.folder, ours=ours)

    async def _listens(self) -> bool:
        assert self._process is not None
        said = (self.folder / "out").read_text(errors="replace")
        assert self._process.returncode is None, f"{self._program} ended:\n{said}"
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.https_port)
        except OSError:
            return False
        writer.close()
        return True


def replaced(text: str, changes: Mapping[str, str]) -> str:
    """What is replaced has to be there: else the file is no longer the one that is tested."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def trusting(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    context.check_hostname = False  # the test's certificate is for an address
    return context


class _Here(AbstractResolver):
    """Every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        return None
