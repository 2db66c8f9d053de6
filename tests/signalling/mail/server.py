"""A real mail server on a free port, which a test makes slow, rude or short-lived."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from signalling.mail.config import MailConfig, Tls

SENDER = "bookings@prison.example"


class Mailbox:
    """An aiosmtpd handler. `answers` are what it says to a recipient or a letter, by step.

    A step is "RCPT" or "DATA"; an answer is text, `HANG` or `DIE`. `got` are letters it took,
    `seen` those it saw whole, taken or not.
    """

    HANG = "hang"
    DIE = "die"

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.got: list[EmailMessage] = []
        self.seen = 0
        self.has_got = asyncio.Event()
        self.port = 0

    @property
    def config(self) -> MailConfig:
        return MailConfig(host="127.0.0.1", port=self.port, tls=Tls.OFF, sender=SENDER)

    def to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.got if one["To"] == address]

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("RCPT", server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.seen += 1
        answer = await self._answer("DATA", server)
        if answer.startswith("250"):
            if envelope.smtp_utf8:
                parsed = message_from_string(envelope.content.decode(), policy=policy.default)
            else:
                parsed = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            assert envelope.rcpt_tos == [parsed["To"]]
            self.got.append(parsed)
            self.has_got.set()
        return answer

    async def _answer(self, step: str, server: Any) -> str:
        answer = self.answers.get(step, "250 OK")
        if answer == self.HANG:
            await asyncio.Event().wait()
        if answer == self.DIE:
            server.transport.abort()
        return answer


@asynccontextmanager
async def mail_server(
    mailbox: Mailbox, *, tls: ssl.SSLContext | None = None, **settings: Any
) -> AsyncIterator[Mailbox]:
    """`tls`: from the first byte. Further settings are aiosmtpd's."""
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        sessions.append(SMTP(mailbox, **{"enable_SMTPUTF8": True, "loop": loop, **settings}))
        return sessions[-1]

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=tls)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        handlers = []
        for one in sessions:
            task = getattr(one, "_handler_coroutine", None)
            if task is not None:
                task.cancel()
                handlers.append(task)
            if isinstance(one.transport, asyncio.Transport):
                one.transport.abort()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()


def part(message: EmailMessage, kind: str = "plain") -> str:
    """The alternative of this text type, its lines ended as Python does."""
    found = message.get_body((kind,)) if kind in ("plain", "html") else None
    for one in message.walk():
        if found is None and one.get_content_type() == f"text/{kind}":
            assert isinstance(one, EmailMessage)
            found = one
    assert found is not None, kind
    return str(found.get_content()).replace("\r\n", "\n")
