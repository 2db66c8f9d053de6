"""A participant without a browser: aiortc makes the offer of the protocol and takes the answer.

Media only; whoever uses it carries the texts (`tests/media/test_engine.py` hands them to the
engine, a meeting test sends them over signalling). Receives are decoded, by mid: `ears`, `eyes`.
"""

import asyncio
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aioice.ice
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from tests.peers.tracks import Colour, Ear, Eye, Picture, Tone

MICROPHONE_MID, CAMERA_MID, SCREEN_MID = "0", "1", "2"
AUDIO_SLOTS = CAMERA_SLOTS = 8


class AiortcPeer:
    """One participant: a tone, a picture, and whatever it is sent."""

    def __init__(
        self,
        *,
        colour: Colour,
        number: int,
        pitch_hz: float,
        codec: str = "VP8",
        audio_slots: int = AUDIO_SLOTS,
        camera_slots: int = CAMERA_SLOTS,
        srtp_profiles: tuple[str, ...] = (),
        host: str = "127.0.0.1",
    ) -> None:
        """`host` is its one address. `srtp_profiles` are OpenSSL's names of those to offer; empty:
        all that aiortc knows."""
        self._host = host
        self.tone = Tone(pitch_hz)
        self.ears: dict[str, Ear] = {}
        self.eyes: dict[str, Eye] = {}
        self._picture = Picture(colour, number)
        self._srtp_profiles = srtp_profiles
        self._tasks: set[asyncio.Task[None]] = set()
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.connection.on("track", self._listen)
        add = self.connection.addTransceiver
        sending = [
            add(self.tone, direction="sendonly"),
            add(self._picture, direction="sendonly"),
            add("video", direction="sendonly"),
        ]
        receiving = [add("audio", direction="recvonly") for _ in range(audio_slots)]
        receiving += [add("video", direction="recvonly") for _ in range(camera_slots + 1)]
        for transceiver in sending + receiving:
            if transceiver.kind == "video":
                prefer(transceiver, codec)
        self._camera, self._screen = sending[1].sender, sending[2].sender

    async def offer(self) -> str:
        """Gather on loopback and give the offer."""
        with only_host(self._host):
            await self.connection.setLocalDescription(await self.connection.createOffer())
        if self._srtp_profiles:
            self._limit_profiles()
        return self.connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Take the answer; connecting goes on by itself."""
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        self._route_repairs(answer)

    def restart_offer(self) -> str:
        """The offer of an ICE restart: the same text with new credentials."""
        text: str = self.connection.localDescription.sdp
        ufrag, password = secrets.token_hex(2), secrets.token_hex(11)
        text = re.sub(r"a=ice-ufrag:\S+", f"a=ice-ufrag:{ufrag}", text)
        return re.sub(r"a=ice-pwd:\S+", f"a=ice-pwd:{password}", text)

    def accept_restart(self, answer: str) -> None:
        """Check with the credentials of this answer from now on (aiortc itself cannot restart)."""
        ice: Any = self._transport.transport._connection
        ufrag = re.search(r"a=ice-ufrag:(\S+)", answer)
        password = re.search(r"a=ice-pwd:(\S+)", answer)
        assert ufrag is not None
        assert password is not None
        ice.remote_username, ice.remote_password = ufrag[1], password[1]

    def present(self, colour: Colour | None, number: int = 0) -> None:
        """Start or stop presenting a screen of this colour."""
        track = None if colour is None else Picture(colour, number, width=480, height=270)
        self._screen.replaceTrack(track)

    @property
    def state(self) -> str:
        """new, connecting, connected, closed or failed."""
        return str(self.connection.connectionState)

    @property
    def srtp_profile(self) -> str:
        """OpenSSL's name of the profile the handshake agreed on."""
        name: bytes = self._transport._ssl.get_selected_srtp_profile()
        return name.decode()

    @property
    def allowed_bps(self) -> int | None:
        """What the encoder of the camera aims at, by the last REMB; None before the first frame."""
        camera: Any = self._camera
        encoder = camera._RTCRtpSender__encoder
        return None if encoder is None else int(encoder.target_bitrate)

    async def vanish(self) -> None:
        """Fall silent as a machine that lost its power does: no goodbye."""
        ice: Any = self._transport.transport._connection
        for protocol in ice._protocols:
            protocol.transport.abort()

    async def close(self) -> None:
        """Hang up."""
        await self.connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def _transport(self) -> Any:
        return self.connection.getTransceivers()[0].sender.transport

    def _limit_profiles(self) -> None:
        transport = self._transport
        transport._srtp_profiles = [
            profile
            for profile in transport._srtp_profiles
            if profile.openssl_profile.decode() in self._srtp_profiles
        ]

    def _route_repairs(self, answer: str) -> None:
        """Lead repair streams to their receivers, which aiortc does for a single one only."""
        receivers = {item.mid: item.receiver for item in self.connection.getTransceivers()}
        for section in answer.split("\r\nm=")[1:]:
            mid = re.search(r"a=mid:(\S+)", section)
            repair = re.search(r"a=ssrc-group:FID \d+ (\d+)", section)
            if mid is not None and repair is not None:
                self._transport._rtp_router.ssrc_table[int(repair[1])] = receivers[mid[1]]

    def _listen(self, track: MediaStreamTrack) -> None:
        transceivers = self.connection.getTransceivers()
        mid = str(next(item.mid for item in transceivers if item.receiver.track is track))
        sink: Ear | Eye
        if track.kind == "audio":
            sink = self.ears[mid] = Ear()
        else:
            sink = self.eyes[mid] = Eye()
        task = asyncio.create_task(consume(track, sink))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def consume(track: MediaStreamTrack, sink: Ear | Eye) -> None:
    while True:
        try:
            sink.take(await track.recv())
        except MediaStreamError:
            return


def prefer(transceiver: RTCRtpTransceiver, name: str) -> None:
    codecs = RTCRtpSender.getCapabilities("video").codecs
    wanted = [item for item in codecs if item.mimeType.lower() == f"video/{name.lower()}"]
    repair = [item for item in codecs if item.mimeType.lower() == "video/rtx"]
    others = [item for item in codecs if item not in wanted and item not in repair]
    transceiver.setCodecPreferences(wanted + others + repair)


@contextmanager
def only_host(host: str) -> Iterator[None]:
    """aioice leaves loopback out; these tests use nothing else, so they run on any machine."""
    original = aioice.ice.get_host_addresses
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [host]
    try:
        yield
    finally:
        aioice.ice.get_host_addresses = original
