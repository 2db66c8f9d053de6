"""An encoder's HTTP, without its media: asks as RFC 9725 says and keeps what it was told."""

from dataclasses import dataclass
from typing import Self

import aiohttp
from multidict import CIMultiDictProxy

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
OFFER = "\r\n".join(
    [
        "v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=sendonly", "a=ice-ufrag:first",
        "a=ice-pwd:0123456789abcdefghijkl", "",
    ]
)  # fmt: skip
RESTART = "a=ice-ufrag:second\r\na=ice-pwd:zyxwvutsrqponmlkjihgfe\r\n"
TRICKLE = (
    "a=ice-ufrag:first\r\na=ice-pwd:0123456789abcdefghijkl\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag first\r\n"
    "a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r\n"
    "a=end-of-candidates\r\n"
)


@dataclass(frozen=True)
class Said:
    """One response."""

    status: int
    headers: CIMultiDictProxy[str]
    text: str


class EncoderClient:
    """`async with EncoderClient(server.url, token) as encoder`."""

    def __init__(self, url: str, token: str | None, path: str = "/whip") -> None:
        self._url = url
        self._path = path
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.location = ""
        self.etag = ""

    @property
    def address(self) -> str:
        return self._url + self._path

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._session.close()

    async def ask(
        self, method: str, path: str, body: str | bytes | None = None, **headers: str
    ) -> Said:
        """Any request; `content_type="…"` is the header Content-Type."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.request(
            method,
            self._url + path,
            data=body.encode() if isinstance(body, str) else body,
            headers=self.headers | named,
            skip_auto_headers=["Content-Type"],
        ) as response:
            return Said(response.status, response.headers, await response.text())

    async def offer(self, sdp: str | bytes = OFFER) -> Said:
        """The first request; what it made is remembered."""
        said = await self.ask("POST", self._path, sdp, content_type=SDP)
        if said.status == 201:
            self.location, self.etag = said.headers["Location"], said.headers["ETag"]
        return said

    async def patch(self, fragment: str, if_match: str | None = "*") -> Said:
        condition = {} if if_match is None else {"if_match": if_match}
        said = await self.ask("PATCH", self.location, fragment, content_type=FRAGMENT, **condition)
        self.etag = said.headers.get("ETag", self.etag)
        return said

    async def delete(self) -> Said:
        return await self.ask("DELETE", self.location)
