"""What an encoder and a player by aiortc have alike: a connection on loopback, and its restart as
RFC 9725 says. Media only; whoever uses it carries the texts over HTTP.
"""

import re
import secrets
from typing import Any

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from tests.peers.aiortc_peer import only_host


class AiortcOverHttp:
    """The subclass adds what is sent or received."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )

    async def offer(self) -> str:
        """Gather on loopback and give the offer."""
        with only_host("127.0.0.1"):
            await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Take the answer; connecting goes on by itself."""
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def restart_fragment(self) -> str:
        """What asks for another ICE session, without a new offer."""
        return f"a=ice-ufrag:{secrets.token_hex(2)}\r\na=ice-pwd:{secrets.token_hex(11)}\r\n"

    def accept_restart(self, fragment: str) -> None:
        """Check with these credentials of the server from now on (aiortc cannot restart)."""
        ice: Any = self.connection.getTransceivers()[0].sender.transport.transport._connection
        ufrag = re.search(r"a=ice-ufrag:(\S+)", fragment)
        password = re.search(r"a=ice-pwd:(\S+)", fragment)
        assert ufrag is not None
        assert password is not None
        ice.remote_username, ice.remote_password = ufrag[1], password[1]

    @property
    def state(self) -> str:
        """new, connecting, connected, closed or failed."""
        return str(self.connection.connectionState)

    async def close(self) -> None:
        await self.connection.close()
