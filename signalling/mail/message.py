"""A letter as an e-mail (RFC 5322): text, HTML, and the calendar entry twice over.

Mail programs that know invitations (RFC 6047) look for the alternative part, others show the
attached file. The Message-ID is the letter's own: a letter that had to be sent again is recognised.
"""

import unicodedata
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from signalling.mail.calendar import organized
from vmr.letters import Letter

FILE = "video-call.ics"


def build(letter: Letter, sender: str) -> bytes:
    """Raises ValueError where a header would not be one line.

    To an address beyond ASCII its headers are UTF-8 (RFC 6532); to any other they are encoded.
    """
    message = EmailMessage(policy=SMTP if letter.to.isascii() else SMTPUTF8)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(letter.made_at, UTC))
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers
    message.set_content(printable(letter.text), cte="quoted-printable")
    message.add_alternative(printable(letter.html), subtype="html", cte="quoted-printable")
    if letter.calendar:
        calendar, method = organized(letter.calendar, sender)
        message.add_alternative(
            calendar, subtype="calendar", cte="quoted-printable", params={"method": method}
        )
        message.add_attachment(
            calendar.encode(), "application", "ics", filename=FILE, params={"method": method}
        )
    return message.as_bytes()


def printable(text: str) -> str:
    """Without control characters, which mail servers refuse or drop; lines stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (one for one in lines if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))
    return "".join(kept)
