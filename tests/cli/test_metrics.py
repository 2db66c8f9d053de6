"""Metrics of the server as a process, with its real media workers."""

import re
import socket
import urllib.request

import pytest

from tests.cli.program import Program
from tests.peers.ports import free_port


def test_metrics_are_served_on_a_port_of_their_own(program: Program) -> None:
    port = free_port()
    program.start("--metrics-port", str(port))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    assert "vmr_media_workers 1.0" in text
    assert re.search(r'vmr_media_transit_seconds_bucket\{le="5e-05"\} ', text)
    assert "vmr_monitor_audio_packets_total 0.0" in text


def test_a_metrics_port_in_use_is_one_line(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = program.serve("--metrics-port", port)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("vmr: metrics_host and metrics_port (127.0.0.1")


@pytest.mark.parametrize("port", ["same", "65536", "-1"])
def test_a_wrong_metrics_port_is_one_line(program: Program, port: str) -> None:
    ended = program.run("serve", f"--metrics-port={port}")
    assert ended.returncode == 2
    assert "must be off or a port" in ended.stderr
