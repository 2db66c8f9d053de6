"""What the media engine tells, to the meeting, the page or the terminal concerned.

What is about nobody who is here any more is dropped.
"""

from lobby.commands import (
    EncoderConnected,
    EncoderLost,
    MediaBack,
    MediaLost,
    NoteQuality,
    Quality,
)
from media import messages
from signalling.media import meeting_of, slots
from signalling.rooms import Rooms
from signalling.seams import Clock, Taps
from signalling.sessions import Session, Sessions
from signalling.wire import JsonObject, to_wire
from vmr.ids import MeetingId

MEDIA_LOST = "media.lost"

TapEvent = (
    messages.SlotsBound | messages.TransportConnected | messages.TransportLost
    | messages.PictureWithheld | messages.TapReported | messages.QualityChanged
    | messages.SlotsPaused | messages.LayersWanted
)  # fmt: skip
"""Events of one endpoint, a tap or not."""


class EngineNews:
    """Of every live meeting of this process."""

    def __init__(self, *, rooms: Rooms, sessions: Sessions, taps: Taps, clock: Clock) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._taps = taps
        self._clock = clock

    def process(self, event: messages.EngineEvent) -> None:
        """What the engine tells, to the meeting, the page or the terminal concerned."""
        if not isinstance(event, messages.SpeakersChanged) and self._tell_terminal(event):
            return
        match event:
            case messages.TransportConnected(endpoint=endpoint):
                self._report(endpoint, is_connected=True)
            case messages.TransportLost(endpoint=endpoint, reason=reason):
                self._lose_media(endpoint, is_ours=reason == messages.WORKER_LOST)
            case messages.SlotsBound(endpoint=endpoint, bindings=bindings):
                self._tell(endpoint, "slot.bound", {"slots": to_wire(slots(bindings))})
            case messages.SlotsPaused(endpoint=endpoint, mids=mids):
                self._tell(endpoint, "slot.paused", {"mids": to_wire(mids)})
            case messages.LayersWanted(endpoint=endpoint, rids=rids):
                self._tell(endpoint, "layers.wanted", {"rids": to_wire(rids)})
            case messages.SpeakersChanged():
                self._tell_speakers(event)
            case messages.QualityChanged():
                self._tell_quality(event)

    def _tell_terminal(self, event: TapEvent) -> bool:
        """Whether it is about a monitoring terminal's tap."""
        mailbox = self._rooms.of_meeting(meeting_of(event.endpoint))
        session = None if mailbox is None else mailbox.runner.media.terminal_at(event.endpoint)
        if mailbox is None or session is None:
            return False
        self._taps.tapped(session, mailbox.runner.room.id, event)
        return True

    def _lose_media(self, endpoint: str, *, is_ours: bool) -> None:
        """A page sees for itself that its network is gone, but not that our worker is."""
        self._report(endpoint, is_connected=False, is_ours=is_ours)
        if is_ours:
            self._tell(endpoint, MEDIA_LOST, {})

    def _report(self, endpoint: str, *, is_connected: bool, is_ours: bool = False) -> None:
        """The meeting learns whose page or whose encoder has a transport, or has none any more."""
        mailbox = self._rooms.of_meeting(meeting_of(endpoint))
        if mailbox is None:
            return
        page = mailbox.runner.media.participant_at(endpoint)
        encoder = mailbox.runner.media.participant_of_encoder(endpoint)
        if page is not None and is_connected:
            mailbox.post(MediaBack(participant=page))
        elif page is not None:
            mailbox.post(MediaLost(participant=page, is_ours=is_ours))
        elif encoder is not None:
            happened = EncoderConnected if is_connected else EncoderLost
            mailbox.post(happened(participant=encoder))

    def _tell_quality(self, event: messages.QualityChanged) -> None:
        """To the person whose connection it is, and to nobody else."""
        data: JsonObject = {
            "quality": event.quality,
            "loss": event.loss_permille / 1000,
            "rtt_ms": event.rtt_ms,
            "jitter_ms": event.jitter_ms,
        }
        self._tell(event.endpoint, "quality.changed", data)
        self._note_quality(event.endpoint, Quality(event.quality))

    def _note_quality(self, endpoint: str, quality: Quality) -> None:
        """For the duty desk, when it has become another."""
        mailbox = self._rooms.of_meeting(meeting_of(endpoint))
        participant = None if mailbox is None else mailbox.runner.media.participant_at(endpoint)
        if mailbox is None or participant is None:
            return
        if mailbox.runner.meeting.quality(participant) is not quality:
            mailbox.post(NoteQuality(participant=participant, quality=quality))

    def _tell(self, endpoint: str, name: str, data: JsonObject) -> None:
        """To the session that has this endpoint now, if any has."""
        session = self._session_at(endpoint)
        if session is not None:
            session.notify(name, data, self._clock())

    def _session_at(self, endpoint: str) -> Session | None:
        """Whose page has this endpoint now; an encoder is told nothing."""
        mailbox = self._rooms.of_meeting(meeting_of(endpoint))
        if mailbox is None:
            return None
        media = mailbox.runner.media
        participant = media.participant_at(endpoint)
        to = None if participant is None else media.session_of(participant)
        return None if to is None else self._sessions.get(to)

    def _tell_speakers(self, event: messages.SpeakersChanged) -> None:
        mailbox = self._rooms.of_meeting(MeetingId(event.room))
        if mailbox is None:
            return
        self._taps.spoke(mailbox.runner.room.id, mailbox.runner.media.dominant(event))
        for to, data in mailbox.runner.media.speakers(event):
            session = self._sessions.get(to)
            if session is not None and session.is_news("speaker.changed", data):
                session.notify("speaker.changed", data, self._clock())
