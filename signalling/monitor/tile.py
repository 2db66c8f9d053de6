"""One room on one terminal's wall: its meeting, its tap, whom it shows and what is amiss with it.

It follows and reports; whether the terminal watches is judged elsewhere (`lobby.terminal`).
"""

from lobby.commands import PictureProblem, ReportPicture, ReportWatching
from lobby.terminal import WhyNot
from lobby.wall import Tile
from media.messages import PictureWithheld, SlotsPaused
from signalling.mailbox import Mailbox
from signalling.wire import JsonObject, to_wire
from vmr.ids import ParticipantId, SessionId
from vmr.rooms import Room

MISSING_S = 5.0
"""A camera that is on, of which nothing was sent to the tap for so long, is missing."""
REPEAT_S = 1.0
"""What the meeting was told of the terminal and has not taken is told again after this long."""

_NEVER = float("-inf")
Shown = tuple[ParticipantId | None, bool, frozenset[ParticipantId]]


class WatchedTile:
    """`mailbox` None: no meeting of the room is watched just now."""

    def __init__(self, room: Room, session: SessionId) -> None:
        self.room = room
        self.mailbox: Mailbox | None = None
        self.is_opening = False
        self.open_at = _NEVER
        self.speaker: ParticipantId | None = None
        self.player: SessionId | None = None
        """The officer's own player of this tile, which shows what it shows."""
        self._session = session
        self._chooser = Tile()
        self._is_focused = False
        self._is_connected = False
        self._is_starved = False
        self._withheld: dict[ParticipantId, str] = {}
        self._large: set[ParticipantId] = set()
        self._problems: dict[ParticipantId, PictureProblem] = {}
        self._wished: Shown | None = None
        self._sent = 0
        self._fed_at = _NEVER
        self._posted: tuple[WhyNot | None, float] | None = None

    # -- its meeting --------------------------------------------------------------------------

    def begin(self, mailbox: Mailbox) -> None:
        """This meeting is watched from now on; nothing of the one before counts."""
        self.mailbox = mailbox
        self.speaker = None
        self._chooser = Tile()
        self._wished = self._posted = None
        self._problems.clear()
        self._large.clear()
        self.connect(is_connected=False, now=_NEVER)

    @property
    def is_watched(self) -> bool:
        """Whether the terminal is one of its meeting's watchers, counted or not."""
        return self._counts is not None

    @property
    def counts(self) -> bool:
        """Whether its meeting takes the terminal for one that watches."""
        return self._counts is True

    @property
    def _counts(self) -> bool | None:
        if self.mailbox is None or self.mailbox.is_closed:
            return None
        return self.mailbox.runner.meeting.is_watching(self._session)

    # -- what the engine tells ----------------------------------------------------------------

    def connect(self, *, is_connected: bool, now: float) -> None:
        """Its transport came up or was lost."""
        self._is_connected, self._sent, self._fed_at = is_connected, 0, now
        self._is_starved = False
        self._withheld.clear()

    def feed(self, sent: int, now: float) -> None:
        if sent > self._sent:
            self._sent, self._fed_at = sent, now

    def withhold(self, event: PictureWithheld) -> None:
        """A picture is too large for the wall. Where the policy has no limit, it is shown so."""
        assert self.mailbox is not None
        media = self.mailbox.runner.media
        who = media.person_at(event.source)
        if who is None or event.kind != "camera":
            return
        if event.reason is None:
            self._withheld.pop(who, None)
        elif media.is_capped(self._session, who):
            self._withheld[who] = event.reason
        else:
            self._large.add(who)

    def starve(self, event: SlotsPaused) -> None:
        self._is_starved = bool(event.mids)

    # -- what the page says -------------------------------------------------------------------

    def show_anew(self) -> None:
        """Another tap of this tile is there: it is to be shown the same."""
        self._wished = None

    def focus(self, is_focused: bool) -> None:
        self._is_focused = is_focused

    def find(self, who: ParticipantId, problem: PictureProblem | None) -> bool:
        """What is amiss with somebody's picture; False: this terminal is not shown it."""
        mailbox = self.mailbox
        if mailbox is None or who not in mailbox.runner.media.may_show(self._session):
            return False
        if problem is None:
            self._problems.pop(who, None)
        else:
            self._problems[who] = problem
        mailbox.post(ReportPicture(session=self._session, participant=who, problem=problem))
        return True

    # -- time ---------------------------------------------------------------------------------

    def nothing(self) -> JsonObject:
        """What the page should know while no meeting of the room is watched."""
        return {
            "room": self.room.id,
            "meeting": None,
            "is_watching": False,
            "why_not": "no_meeting",
            "shown": None,
            "is_focused": self._is_focused,
            "is_starved": False,
            "withheld": {},
        }

    def follow(self, why_not: WhyNot | None, now: float) -> JsonObject:
        """Report to the meeting, show whom the wall should; return what the page should know."""
        assert self.mailbox is not None
        self._report(self.mailbox, why_not, now)
        shown = self._choose(self.mailbox, now)
        self._look_for_missing(shown, now)
        return {
            "room": self.room.id,
            "meeting": self.mailbox.runner.meeting.id,
            "is_watching": self.counts,
            "why_not": None if why_not is None else why_not.value,
            "shown": shown,
            "is_focused": self._is_focused,
            "is_starved": self._is_starved,
            "withheld": to_wire(dict(self._withheld)),
        }

    def _report(self, mailbox: Mailbox, why_not: WhyNot | None, now: float) -> None:
        if (why_not is None) is self._counts:
            self._posted = None
            return
        if self._posted is not None:
            posted, at = self._posted
            if posted is why_not and now < at + REPEAT_S:
                return
        self._posted = why_not, now
        reason = None if why_not is None else why_not.value
        mailbox.post(ReportWatching(session=self._session, why_not=reason))

    def _choose(self, mailbox: Mailbox, now: float) -> ParticipantId | None:
        runner = mailbox.runner
        on_camera = runner.meeting.on_camera()
        pictures = [who for who in runner.media.may_show(self._session) if who in on_camera]
        prisoners = [who for who in pictures if on_camera[who]]
        shown = self._chooser.choose(pictures, prisoners, self.speaker, now)
        wished: Shown = (shown, self._is_focused, frozenset(self._large))
        if wished != self._wished:
            if self._wished is None or self._wished[0] != shown:
                self._fed_at = max(now, self._fed_at)
            self._wished = wished
            runner.media.show(self._session, shown, is_focused=wished[1], large=wished[2])
            if self.player is not None:
                runner.media.show(self.player, shown, is_focused=False, large=wished[2])
            mailbox.wake()
        return shown

    def _look_for_missing(self, shown: ParticipantId | None, now: float) -> None:
        """Only of the one picture in the wall can the server say that it is missing."""
        missing = PictureProblem.MISSING
        for who in [one for one, problem in self._problems.items() if problem is missing]:
            if who != shown or now - self._fed_at < MISSING_S:
                self.find(who, None)
        is_awaited = self._is_connected and not self._is_starved and not self._is_focused
        if shown is None or not is_awaited or shown in self._withheld:
            return
        if now - self._fed_at >= MISSING_S and shown not in self._problems:
            self.find(shown, missing)
