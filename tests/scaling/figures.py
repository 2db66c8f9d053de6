"""Measured figures, each with the row that measures it. Nothing here is a guess.

Where a figure was measured on a calm and on a busy machine, the dearer one stands here.
"""

from dataclasses import dataclass

SIGNALLING = "`make bench ARGS=--signalling`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value` in the unit of the name it is kept under."""

    value: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    packet_us: Figure = Figure(
        value=25.1, by="tests/bench/README.md: 30 rooms, CPU a forwarded packet, in a slower hour"
    )
    video_packets_s: Figure = Figure(value=170, by="tests/bench/README.md: of each person")
    video_bytes: Figure = Figure(value=1100, by="tests/bench/README.md")
    audio_packets_s: Figure = Figure(value=50, by="tests/bench/README.md: of each person")
    audio_bytes: Figure = Figure(value=120, by="tests/bench/packets.py")
    overhead_bytes: Figure = Figure(value=58, by="RFC 8200, 768, 3550, 7714: IPv6, UDP, AES-GCM")
    participant_mb: Figure = Figure(value=1.2, by="tests/bench/README.md: a participant takes")
    node_mb: Figure = Figure(value=168, by=f"{SIGNALLING}, memory of the server, empty")
    session_mb: Figure = Figure(value=0.05, by=f"{SIGNALLING}, the same at the end, for each page")
    idle_ms: Figure = Figure(
        value=0.042, by=f"{SIGNALLING}, CPU of the server for all who stay, for each, a second"
    )
    join_ms: Figure = Figure(
        value=13.1, by=f"{SIGNALLING}, CPU of the server for each who joins and leaves"
    )
    answer_ms: Figure = Figure(
        value=8.1, by=f"{SIGNALLING}, CPU of the media worker for each answer"
    )
    join_commits: Figure = Figure(
        value=3.8, by=f"{SIGNALLING}, PostgreSQL with joins, less everybody idle, for each"
    )
    join_log_bytes: Figure = Figure(value=5000, by=f"{SIGNALLING}, its log with joins, for each")
    node_commits_s: Figure = Figure(value=20, by=f"{SIGNALLING}, PostgreSQL, everybody idle")
    node_commands_s: Figure = Figure(
        value=20, by=f"{SIGNALLING}, Redis, everybody idle, less its rooms"
    )
    entry_bytes: Figure = Figure(value=613, by=f"{SIGNALLING}, an entry of record in PostgreSQL")


FIGURES = Figures()
