"""A page without a browser: speaks signalling/PROTOCOL.md over a real socket."""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import socketio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

TIMEOUT_S = 30.0
"""Far longer than an answer takes on a machine that has time."""
PAGES: list[int] = [2, 1]
"""What pages of this version speak."""


class Refused(Exception):
    """The server's error acknowledgement."""

    def __init__(self, error: dict[str, str]) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]
        self.message = error["message"]
        self.nonce = error.get("nonce")
        self.server = error.get("server", "")


def data_of(ack: dict[str, Any]) -> dict[str, Any]:
    """The data of an acknowledgement; raises Refused."""
    assert set(ack) in ({"data"}, {"error"}), ack
    if "error" in ack:
        raise Refused(ack["error"])
    data: dict[str, Any] = ack["data"]
    return data


class DeviceKey:
    """What WebCrypto makes in a browser."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def sign(self, room: str, nonce: str) -> dict[str, Any]:
        der = self._key.sign(f"vmr-device:1:{room}:{nonce}".encode(), ec.ECDSA(SHA256()))
        r, s = decode_dss_signature(der)
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return {"jwk": self.jwk, "signature": base64url(signature)}

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": base64url(numbers.x.to_bytes(32, "big")),
            "y": base64url(numbers.y.to_bytes(32, "big")),
        }

    @property
    def id(self) -> str:
        text = '{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.format(**self.jwk)
        return base64url(hashlib.sha256(text.encode()).digest())


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass(frozen=True)
class Note:
    """One notification as it arrived."""

    event: str
    n: int
    at: float
    data: dict[str, Any]


class Client:
    """One page: connects, joins, asks, and keeps every notification."""

    def __init__(
        self,
        url: str,
        *,
        transports: tuple[str, ...] = ("websocket",),
        headers: Mapping[str, str] | None = None,
        protocol: int | list[int] = PAGES,
    ) -> None:
        self.url = url
        self._protocol = protocol
        self._headers = dict(headers or {})
        self.notes: list[Note] = []
        self.session = self.token = self.nonce = self.participant = ""
        self.last_n = 0
        self.is_connected = False
        self._transports = list(transports)
        self._arrived = asyncio.Event()
        self.socket: Any = None

    # -- connecting ---------------------------------------------------------------------------

    async def connect(self, auth: dict[str, Any] | None = None) -> "Client":
        """A new session, or whatever `auth` asks for. Raises ConnectionError when refused."""
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("*", self._receive)
        self.socket.on("disconnect", self._lost)
        await self.socket.connect(
            self.url,
            headers=self._headers,
            auth={"protocol": self._protocol} if auth is None else auth,
            transports=self._transports,
            wait_timeout=TIMEOUT_S,
        )
        self.is_connected = True
        await self.wait_for(lambda: self.session, "a session")
        return self

    async def resume(self, n: int | None = None) -> None:
        """The same session on a new socket."""
        since = self.last_n if n is None else n
        resume = {"session": self.session, "token": self.token, "n": since}
        self.session = ""
        await self.connect({"protocol": self._protocol, "resume": resume})

    async def drop(self) -> None:
        """Lose the network: the socket ends without a goodbye of Socket.IO."""
        await self.socket.eio.disconnect(abort=True)
        await self.wait_for(lambda: not self.is_connected, "the end of the socket")

    async def close(self) -> None:
        """A poll that waits is given up; the server would answer it at its next ping, in 15 s."""
        if self.socket is None:
            return
        eio = self.socket.eio
        saying_goodbye = eio.write_loop_task if eio.current_transport == "polling" else None
        ending = asyncio.create_task(self.socket.disconnect())
        if saying_goodbye is not None:
            await saying_goodbye
            await eio.http.close()
        await ending

    # -- asking -------------------------------------------------------------------------------

    async def call(self, event: str, *payload: Any) -> Any:
        """The raw acknowledgement."""
        return await self.socket.call(event, payload, timeout=TIMEOUT_S)

    async def request(self, event: str, **payload: Any) -> dict[str, Any]:
        """The data of the acknowledgement; raises Refused."""
        return data_of(await self.call(event, payload))

    async def join(
        self,
        room: str,
        *names: str,
        role: str = "guest",
        key: DeviceKey | None = None,
        declaration: str = "legal-1",
        **more: Any,
    ) -> dict[str, Any]:
        payload = {"room": room, "role": role, "names": list(names) or ["Ann"], **more}
        if key is not None:
            payload["device"] = key.sign(room, self.nonce)
        try:
            data = await self.request("room.join", declaration=declaration, **payload)
        except Refused as refused:
            self.nonce = refused.nonce or self.nonce
            raise
        self.participant, self.nonce = data["participant"], data["nonce"]
        return data

    # -- what it knows ------------------------------------------------------------------------

    @property
    def view(self) -> dict[str, Any]:
        """The last view of the meeting."""
        views = [note.data for note in self.notes if note.event == "meeting.updated"]
        return views[-1] if views else {}

    @property
    def place(self) -> str:
        return str(self.view.get("place", ""))

    def events(self, name: str) -> list[dict[str, Any]]:
        return [note.data for note in self.notes if note.event == name]

    def everything(self) -> str:
        """All that was ever said to this page, as text."""
        return repr(self.notes)

    async def wait_for(
        self, predicate: Callable[[], object], what: str, seconds: float = TIMEOUT_S
    ) -> None:
        """Until it is so; looked at whenever something arrives."""
        try:
            async with asyncio.timeout(seconds):
                while not predicate():
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            names = [note.event for note in self.notes]
            raise AssertionError(f"waited for {what}; heard {names}, view {self.view}") from None

    async def wait_place(self, place: str) -> None:
        await self.wait_for(lambda: self.place == place, f"being {place}")

    async def wait_event(self, name: str) -> dict[str, Any]:
        await self.wait_for(lambda: self.events(name), name)
        return self.events(name)[-1]

    async def _receive(self, event: str, *args: Any) -> None:
        (envelope,) = args
        assert set(envelope) == {"n", "at", "data"}, envelope
        note = Note(event=event, **envelope)
        if event in ("session.opened", "session.resumed"):
            self.session, self.token = note.data["session"], note.data["token"]
            self.nonce = note.data["nonce"]
        self.last_n = max(self.last_n, note.n)
        self.notes.append(note)
        self._arrived.set()

    async def _lost(self, *_reason: Any) -> None:
        self.is_connected = False
        self._arrived.set()
