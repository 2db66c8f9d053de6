"""Whether a monitoring terminal watches a room, judged by the server alone.

PRODUCT's two words: *ready* is a signed-in officer, the page visible, the room's tile on screen, a
transport that answers and a question answered; *live* is that and pictures of this room decoded,
from a few seconds after they began to flow. What the page says (a heartbeat each second with the
frames it has decoded) counts only together with what the server sees itself: pictures sent to
that transport, and the reception that the transport reports. This defeats neglect, not malice.

No clock and no chance: `now`, the token of the next question and a number from 0 to 1 for its time
come in as arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from vmr.numbers import Numbers

_FEED_GAP_S = 2.5
"""Pictures that come within this of each other flow; the server reports them once a second."""
_LONG_AGO = float("-inf")


class WhyNot(Enum):
    """Why a terminal does not watch a room; the first that holds."""

    SILENT = "silent"
    HIDDEN = "hidden"
    UNANSWERED = "unanswered"
    OFF_SCREEN = "off_screen"
    NO_TRANSPORT = "no_transport"
    NO_FRAMES = "no_frames"
    NO_REPORTS = "no_reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Is somebody there? Good for one answer, on this terminal."""

    token: str
    deadline: float


@dataclass(slots=True, kw_only=True)
class _Tile:
    """One room: what the page shows of it, and what the server sent and heard of its transport."""

    frames: int = 0
    frames_at: float = _LONG_AGO
    sent: int = 0
    sent_at: float = _LONG_AGO
    fed_since: float = _LONG_AGO
    reported: int = 0
    reported_at: float = _LONG_AGO
    is_on_screen: bool = False
    is_connected: bool = False


class Terminal:
    """One page of one officer. A tile is named by its room."""

    def __init__(self, numbers: Numbers, *, now: float, token: str) -> None:
        self._numbers = numbers
        self._tiles: dict[str, _Tile] = {}
        self._beat_at = now
        self._is_visible = False
        self._question: Question | None = self._ask(token, now)
        self._has_answered = False
        self._ask_at = now
        self._chance = 0.0

    # -- what the page says -------------------------------------------------------------------

    def beat(
        self,
        *,
        is_visible: bool,
        frames: Mapping[str, int],
        token: str,
        chance: float,
        now: float,
    ) -> None:
        """A heartbeat: the frames decoded so far of each tile that is on screen.

        `token` becomes the next question's when one is due; `chance` (0 to 1) places the one after.
        """
        self._beat_at, self._is_visible, self._chance = now, is_visible, chance
        for room, tile in self._tiles.items():
            tile.is_on_screen = room in frames
            if frames.get(room, 0) > tile.frames:
                tile.frames_at = now
            tile.frames = frames.get(room, tile.frames)
        if self._tiles and self._question is None and now >= self._ask_at:
            self._question = self._ask(token, now)

    def ask_now(self, token: str, now: float) -> Question:
        """The open question, or one that is open from now on."""
        if self._question is None:
            self._question = self._ask(token, now)
        return self._question

    def answer(self, token: str, now: float) -> bool:
        """Whether this answers the question that is open; each is answered once."""
        question = self._question
        if question is None or question.token != token:
            return False
        self._question, self._has_answered = None, True
        least, most = self._numbers.monitor_ask_min_s, self._numbers.monitor_ask_max_s
        self._ask_at = now + least + (most - least) * self._chance
        return True

    @property
    def question(self) -> Question | None:
        """What the page should ask its officer now."""
        return self._question

    # -- what the server sees -----------------------------------------------------------------

    def add(self, room: str) -> None:
        """The room was put on the wall."""
        self._tiles.setdefault(room, _Tile())

    def remove(self, room: str) -> None:
        self._tiles.pop(room, None)

    def connect(self, room: str, *, is_connected: bool) -> None:
        """The tile's transport is up, or is lost. A new one begins to count anew."""
        if room in self._tiles:
            is_on_screen = self._tiles[room].is_on_screen
            self._tiles[room] = _Tile(is_on_screen=is_on_screen, is_connected=is_connected)

    def feed(self, room: str, *, sent: int, reported: int, now: float) -> None:
        """Running totals of one transport: packets sent to it, and packets it reported to have."""
        tile = self._tiles.get(room)
        if tile is None:
            return
        if sent > tile.sent:
            if now - tile.sent_at > _FEED_GAP_S:
                tile.fed_since = now
            tile.sent_at = now
        if reported > tile.reported:
            tile.reported_at = now
        tile.sent, tile.reported = sent, reported

    # -- the judgement ------------------------------------------------------------------------

    def why_not(self, room: str, now: float) -> WhyNot | None:
        """Why the terminal does not watch this room now; None: it does."""
        dead_s = self._numbers.monitor_dead_s
        tile = self._tiles.get(room)
        if now - self._beat_at > dead_s:
            return WhyNot.SILENT
        if not self._is_visible:
            return WhyNot.HIDDEN
        if self._is_unanswered(now):
            return WhyNot.UNANSWERED
        if tile is None or not tile.is_on_screen:
            return WhyNot.OFF_SCREEN
        if not tile.is_connected:
            return WhyNot.NO_TRANSPORT
        if not self._must_decode(tile, now):
            return None
        if now - tile.frames_at > dead_s:
            return WhyNot.NO_FRAMES
        return WhyNot.NO_REPORTS if now - tile.reported_at > dead_s else None

    def watched_at(self, room: str, now: float) -> float | None:
        """When the terminal was last known to watch this room; None: it does not now."""
        tile = self._tiles.get(room)
        if tile is None or self.why_not(room, now) is not None:
            return None
        if not self._must_decode(tile, now):
            return self._beat_at
        return min(self._beat_at, tile.frames_at, tile.reported_at)

    def _must_decode(self, tile: _Tile, now: float) -> bool:
        """Whether pictures have flowed to it for long enough."""
        is_fed = now - tile.sent_at <= _FEED_GAP_S
        return is_fed and now - tile.fed_since > self._numbers.monitor_live_after_s

    def _is_unanswered(self, now: float) -> bool:
        """The first question stands before everything; a later one only when it took too long."""
        question = self._question
        return question is not None and (not self._has_answered or now > question.deadline)

    def _ask(self, token: str, now: float) -> Question:
        return Question(token=token, deadline=now + self._numbers.monitor_answer_s)
