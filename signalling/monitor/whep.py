"""A monitoring officer's own player of one room: a bearer token, and the tap that it opens.

Reuses `signalling.sdp_http` (draft-ietf-wish-whep): the same tap as a tile of the page, by the same
rules, pictures only. A player shows whom its tile shows, lives no longer than that tile, and never
counts as watching: nothing says that somebody looks at it. Only a token's SHA-256 is kept.
"""

import secrets
from dataclasses import dataclass

from lobby.commands import Officer, Unwatch, Watch
from signalling.errors import RequestError
from signalling.mailbox import MailboxClosed
from signalling.monitor.tile import WatchedTile
from signalling.seams import Clock
from signalling.turn import Turn
from vmr.ids import ParticipantId, SessionId
from vmr.store.secrets import hash_token

PATH = "/whep"
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Player:
    """Whom a token stands for."""

    digest: str
    session: SessionId
    officer: Officer
    tile: WatchedTile


class Players:
    """The tokens of this process, one for a tile at most; a `Backend` of `sdp_http`."""

    def __init__(self, *, turn: Turn, clock: Clock) -> None:
        self._turn = turn
        self._clock = clock
        self._players: dict[str, Player] = {}

    def __len__(self) -> int:
        return len(self._players)

    def issue(self, tile: WatchedTile, officer: Officer) -> str:
        """A token for this tile; the one before is void, and what it opened is closed."""
        self.revoke(tile)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        player = Player(
            digest=hash_token(token),
            session=SessionId(f"player-{secrets.token_hex(8)}"),
            officer=officer,
            tile=tile,
        )
        self._players[player.digest] = player
        tile.player = player.session
        return token

    def revoke(self, tile: WatchedTile) -> None:
        """The tile is closed, or its officer has signed out. Idempotent."""
        for player in [one for one in self._players.values() if one.tile is tile]:
            del self._players[player.digest]
            tile.player = None
            if tile.mailbox is not None:
                tile.mailbox.post(Unwatch(session=player.session, reason="closed"))

    # -- what a token opens -------------------------------------------------------------------

    def find(self, token: str) -> Player | None:
        return self._players.get(hash_token(token))

    async def open(self, holder: Player, offer: str) -> tuple[str, str]:
        mailbox = holder.tile.mailbox
        if mailbox is None or self._players.get(holder.digest) is not holder:
            raise RequestError("not_admitted")
        media = mailbox.runner.media
        if media.tap_of(holder.session) is None:
            tap = ParticipantId(secrets.token_hex(8))
            watch = Watch(session=holder.session, participant=tap, officer=holder.officer)
            try:
                await mailbox.ask(watch)
            except MailboxClosed:
                raise RequestError("not_admitted") from None
        holder.tile.show_anew()
        answer, _ = await media.negotiate_tap(holder.session, offer)
        endpoint = media.tap_of(holder.session)
        if endpoint is None or self._players.get(holder.digest) is not holder:
            mailbox.post(Unwatch(session=holder.session, reason="closed"))
            raise RequestError("not_admitted")
        return endpoint, answer

    def has(self, holder: Player, endpoint: str) -> bool:
        mailbox = holder.tile.mailbox
        if mailbox is None or mailbox.is_closed:
            return False
        return mailbox.runner.media.tap_of(holder.session) == endpoint

    async def restart(self, holder: Player, endpoint: str, offer: str) -> str:
        mailbox = holder.tile.mailbox
        if mailbox is None or not self.has(holder, endpoint):
            raise RequestError("not_admitted")
        return (await mailbox.runner.media.negotiate_tap(holder.session, offer))[0]

    async def close(self, holder: Player, endpoint: str) -> None:
        mailbox = holder.tile.mailbox
        if mailbox is not None and self.has(holder, endpoint):
            mailbox.post(Unwatch(session=holder.session, reason="closed"))

    def ice_links(self) -> list[str]:
        return self._turn.links(secrets.token_urlsafe(12), self._clock())
