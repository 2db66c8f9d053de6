"""What a Meeting asks of the world. Nouns of intent, run by signalling, in order.

A command that raises changes nothing and asks for nothing; any other gives exactly one `Reply`
(none for Tick, SocketLost, MediaLost and other commands of the outside world, which nobody
awaits: those give no Reply).

How signalling runs them: what narrows (CloseMedia, CloseEncoder, Disconnect, a Gate, Bind or
BindTap that takes away) at once; then records and snapshot are committed; then what widens
(OpenMedia, OpenTap, OpenEncoder, the rest of Gate, Bind and BindTap), then Send and Reply.
"""

from dataclasses import dataclass

from lobby.alerts import AlertKind
from lobby.desk_views import DeskView
from lobby.events import Event
from lobby.views import View
from vmr.ids import ParticipantId, SessionId
from vmr.record import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The one answer to the command: nothing more, or a refusal that did change something.

    `error` is a code of `lobby.errors` (a wrong PIN is counted *and* answered with an error).
    `facts` go to the asker beside the acknowledgement.
    """

    session: SessionId | None
    error: str | None = None
    facts: tuple[tuple[str, str | int | float | bool], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Tell one session: its new view of the meeting, or something that happened."""

    session: SessionId
    message: View | Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMedia:
    """This participant may now offer a transport (and was not allowed to before)."""

    session: SessionId
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMedia:
    """Close the transport of a participant or a tap and forget its keys. Idempotent."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEncoder:
    """An encoder of this participant, who has media open, may now offer a transport, to send."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEncoder:
    """Close the encoder's transport. Idempotent; CloseMedia does it too."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the server accepts from this participant; anything else is dropped on arrival.

    `audience` names those it may be shown to now: when it changes, the last second is forgotten,
    so that nobody who joins later is shown it. Empty: the last second is kept for nobody.
    `from_encoder`: microphone and camera are the encoder's, and the page's own count for nothing;
    the screen is the page's all the same.
    """

    participant: ParticipantId
    microphone: bool
    camera: bool
    screen: bool
    audience: str = ""
    from_encoder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    participant: ParticipantId
    audio: bool
    camera: bool
    screen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """Everything this subscriber may receive, whole: it replaces what was bound before."""

    participant: ParticipantId
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTap:
    """This terminal may now offer a transport that receives pictures and sends nothing."""

    session: SessionId
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a tap may be shown of somebody. There is no field for sound.

    A picture larger than `max_width` by `max_height` is not shown; 0 and 0: any size is.
    """

    participant: ParticipantId
    camera: bool
    screen: bool
    max_width: int = 0
    max_height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BindTap:
    """Everything this tap may be shown, whole: it replaces what was bound before."""

    participant: ParticipantId
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry for the record of this meeting."""

    happening: Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDesk:
    """An alert was raised or happened again: for counters and the log. Desks see it in the view."""

    kind: AlertKind
    participant: ParticipantId | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDesk:
    """What the duty desk sees of this meeting has changed: all of it."""

    view: DeskView


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """End this session; the page was told why by a SessionEnded event sent before."""

    session: SessionId


Effect = (
    Reply | Send | OpenMedia | CloseMedia | OpenEncoder | CloseEncoder | Gate | Bind | OpenTap
    | BindTap | Record | AlertDesk | ShowDesk | Disconnect
)  # fmt: skip
