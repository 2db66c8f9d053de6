"""What is written to the people of a booking and to who asked for it: `Letter` values.

No letter names the prisoner, nor anybody but its reader; subjects hold the reference alone. The
personal link is in invitations and in no other letter: only its hash is kept, so it cannot be said
again without making the one before void.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from signalling.bookings.when import when_text
from signalling.mail import calendar
from signalling.render import Renderer
from vmr.bookings.booking import Booking, Expected, Part
from vmr.bookings.times import MINUTE_S, to_local
from vmr.ids import LetterId
from vmr.letters import Letter, LetterKind
from vmr.links import request_state_link, self_test_link
from vmr.rooms import Establishment
from vmr.store.secrets import make_id

_K = LetterKind
REQUEST_S = 3 * 24 * 3_600.0
"""What was decided of a request is worth telling for so long."""


class Letters:
    """Writes letters; sends none. Personal links open `early_min` before a slot.

    `base_url` is what links to the state of a request begin with.
    """

    def __init__(
        self,
        renderer: Renderer,
        *,
        early_min: float,
        base_url: Callable[[], str] = lambda: "",
        make_id: Callable[[], str] = make_id,
    ) -> None:
        self._base_url = base_url
        self._renderer = renderer
        self._early_s = early_min * MINUTE_S
        self._texts = renderer.texts
        self._make_id = make_id

    def invitation(
        self, booking: Booking, to: Expected, at: Establishment, now: float, *, link: str
    ) -> Letter:
        """With the personal link: to be sent to this address and shown to nobody."""
        return self._of_slot(_K.INVITATION, booking, to, at, now, link=link)

    def update(self, booking: Booking, to: Expected, at: Establishment, now: float) -> Letter:
        return self._of_slot(_K.UPDATE, booking, to, at, now)

    def reminder(self, booking: Booking, to: Expected, at: Establishment, now: float) -> Letter:
        return self._of_slot(_K.REMINDER, booking, to, at, now)

    def cancellation(self, booking: Booking, to: Expected, at: Establishment, now: float) -> Letter:
        """Of the whole slot, or of this person's part in it."""
        return self._of_slot(_K.CANCELLATION, booking, to, at, now)

    def to_requester(
        self, kind: LetterKind, booking: Booking, at: Establishment, now: float
    ) -> Letter:
        """Of kind REQUEST_RECEIVED, REQUEST_CONFIRMED, REQUEST_REFUSED or CANCELLATION."""
        zone = ZoneInfo(at.zone)
        slots = [booking.preferred]
        if kind is _K.REQUEST_RECEIVED:
            slots += booking.alternatives
        return self._letter(
            kind,
            booking,
            at,
            now,
            template="mail_request",
            lead="mail.lead.request_cancelled"
            if kind is _K.CANCELLATION
            else f"mail.lead.{kind.value}",
            to=booking.requester_email,
            name=booking.requester_name,
            times=[when_text(one, zone, self._texts) for one in slots],
            reason=booking.reason if kind is _K.REQUEST_REFUSED else "",
            state_link=request_state_link(self._base_url(), booking.reference)
            if at.takes_requests
            else "",
        )

    def code(
        self, code: str, to: str, at: Establishment, now: float, *, minutes: int, renderer: Renderer
    ) -> Letter:
        """To prove that somebody reads this address; of no use after so many minutes.

        It names no establishment: `at` is merely whose letter it is. `renderer` is in the language
        that they ask in; other letters are in that of staff, who may be asked about them.
        """
        subject = renderer.texts.get("mail.subject.code")
        said = {
            "subject": subject,
            "code": code,
            "minutes": minutes,
        }
        return Letter(
            id=LetterId(self._make_id()),
            establishment=at.id,
            kind=_K.CODE,
            to=to,
            subject=subject,
            text=renderer.plain_text("mail_code.txt", **said),
            html=renderer.text("mail_code.html", **said),
            made_at=now,
            useless_after=now + minutes * MINUTE_S,
        )

    def _of_slot(
        self,
        kind: LetterKind,
        booking: Booking,
        to: Expected,
        at: Establishment,
        now: float,
        *,
        link: str = "",
    ) -> Letter:
        zone = ZoneInfo(at.zone)
        opens = to_local(booking.slot.starts_at - self._early_s, zone)
        languages = [one.language for one in booking.people if one.part is Part.INTERPRETER]
        return self._letter(
            kind,
            booking,
            at,
            now,
            template="mail_slot",
            lead="mail.lead.removed"
            if kind is _K.CANCELLATION and not booking.is_over
            else f"mail.lead.{kind.value}",
            to=to.email,
            name=to.name,
            expected=to,
            times=[when_text(booking.slot, zone, self._texts)],
            opens=f"{opens:%H:%M}",
            minutes=round(booking.slot.minutes),
            link=link,
            test_link=self_test_link(link) if link else "",
            invitation_subject=self._subject(_K.INVITATION, booking),
            id_key=f"mail.id.{to.id_to_bring.value}",
            alias=to.alias,
            note=booking.note_for_guest.strip(),
            languages=", ".join(one for one in languages if one),
            is_interpreter=to.part is Part.INTERPRETER,
        )

    def _letter(
        self,
        kind: LetterKind,
        booking: Booking,
        at: Establishment,
        now: float,
        *,
        template: str,
        to: str,
        name: str,
        expected: Expected | None = None,
        **said: object,
    ) -> Letter:
        subject = self._subject(kind, booking)
        said |= {
            "kind": kind.value,
            "subject": subject,
            "name": " ".join(name.split()),
            "reference": booking.reference,
            "establishment": at.name,
            "phone": at.phone,
        }
        has_entry = expected is not None and kind is not _K.REMINDER
        return Letter(
            id=LetterId(self._make_id()),
            establishment=at.id,
            booking=booking.id,
            expected=None if expected is None else expected.id,
            kind=kind,
            to=to,
            subject=subject,
            text=self._renderer.plain_text(f"{template}.txt", **said),
            html=self._renderer.text(f"{template}.html", **said),
            calendar=self._entry(kind, booking, expected, at, now)
            if expected is not None and has_entry
            else "",
            made_at=now,
            useless_after=_useless_after(kind, booking, now),
        )

    def _subject(self, kind: LetterKind, booking: Booking) -> str:
        return self._texts.get(f"mail.subject.{kind.value}", reference=booking.reference)

    def _entry(
        self, kind: LetterKind, booking: Booking, to: Expected, at: Establishment, now: float
    ) -> str:
        return calendar.build(
            calendar.Entry(
                uid=f"{booking.id}-{to.id}",
                sequence=booking.version,
                slot=booking.slot,
                zone=ZoneInfo(at.zone),
                attendee=to.email,
                summary=self._texts.get("mail.calendar.summary", reference=booking.reference),
                description=self._texts.get("mail.calendar.description", phone=at.phone),
                location=at.name,
                made_at=now,
                is_cancelled=kind is _K.CANCELLATION,
            )
        )


def _useless_after(kind: LetterKind, booking: Booking, now: float) -> float:
    if kind is _K.REMINDER:
        return booking.slot.starts_at
    if kind in (_K.REQUEST_RECEIVED, _K.REQUEST_REFUSED):
        return now + REQUEST_S
    return booking.slot.ends_at
