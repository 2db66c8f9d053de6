"""A Redis server of one's own, from Debian's binary: a loopback port, nothing on the disk."""

import contextlib
import shutil
import signal
import subprocess
import time
from typing import Any

from redis import Redis as Client
from redis.exceptions import RedisError

from tests.peers.ports import free_port

HOST = "127.0.0.1"
START_S, STOP_S = 30.0, 10.0


class Redis:
    """`start()`, `stop()`, and again on the same port, empty each time."""

    def __init__(self) -> None:
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        """It ends with this process."""
        program = shutil.which("redis-server")
        assert program, "this test needs Redis: apt-get install redis-server"
        self._server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", program, "--bind", HOST, "--port", str(self.port),
             "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, cwd="/",
        )  # fmt: skip
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self._server.poll() is None, "Redis ended"
            assert time.monotonic() < deadline, "Redis does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        """Whatever it held is gone."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGKILL)
            self._server.wait(STOP_S)

    def pause(self) -> None:
        """It answers nobody, and its connections stay open."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def client(self) -> Any:
        return Client(host=HOST, port=self.port)

    def empty(self) -> None:
        with contextlib.closing(self.client()) as client:
            client.flushall()

    def _answers(self) -> bool:
        with contextlib.closing(self.client()) as client:
            try:
                return bool(client.ping())
            except (RedisError, OSError):
                return False
