"""One letter to the mail server, by SMTP (RFC 5321).

NotSent
├── Refused     it will never be taken: its recipient or its content was refused for good
└── PutOff      it may be taken later: server away, slow, busy, half-way gone, or set up wrongly

What either says is the server's own words or a key; it is for a clerk, never for a log.
"""

import asyncio
import ssl
from contextlib import suppress

import aiosmtplib
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from signalling.mail import message
from signalling.mail.config import MailConfig, Tls
from vmr.bookings.addresses import is_allowed
from vmr.letters import Letter

COMMAND_S = 30.0
LETTER_S = 120.0
"""A server that takes longer for a whole letter hangs."""
QUIT_S = 2.0
PERMANENT = 500


class NotSent(Exception):
    pass


class Refused(NotSent):
    pass


class PutOff(NotSent):
    pass


class SmtpDelivery:
    """`tls` is the context for the server's certificate; None: that of the system."""

    def __init__(
        self,
        config: MailConfig,
        *,
        tls: ssl.SSLContext | None = None,
        command_s: float = COMMAND_S,
        letter_s: float = LETTER_S,
    ) -> None:
        self._config = config
        self._tls = tls
        self._command_s = command_s
        self._letter_s = letter_s

    async def deliver(self, letter: Letter) -> None:
        """The server has taken it when this returns; else raises Refused or PutOff."""
        if not is_allowed(letter.to, self._config.domains):
            raise Refused("address_not_allowed")
        try:
            built = await asyncio.to_thread(message.build, letter, self._config.sender)
        except ValueError as error:
            raise Refused("cannot_be_written") from error
        client = self._client()
        try:
            async with asyncio.timeout(self._letter_s):
                await client.connect()
                options = await _options(client, letter.to)
                await client.sendmail(self._config.sender, [letter.to], built, mail_options=options)
        except SMTPRecipientsRefused as error:
            raise _said(error.recipients[0]) from error
        except SMTPDataError as error:
            raise _said(error) from error
        except SMTPResponseException as error:  # of sender, sign-in, greeting: ours to set right
            raise PutOff(f"{error.code} {error.message}") from error
        except TimeoutError as error:
            raise PutOff("timeout") from error
        except (SMTPException, OSError) as error:
            raise PutOff("no_connection") from error
        else:
            with suppress(SMTPException, OSError, TimeoutError):  # it is taken already
                await client.quit(timeout=QUIT_S)
        finally:
            client.close()

    async def greet(self) -> None:
        """Connect, sign in and send nothing. Raises PutOff."""
        client = self._client()
        try:
            async with asyncio.timeout(self._command_s):
                await client.connect()
                await client.quit()
        except SMTPResponseException as error:
            raise PutOff(f"{error.code} {error.message}") from error
        except TimeoutError as error:
            raise PutOff("timeout") from error
        except (SMTPException, OSError) as error:
            raise PutOff("no_connection") from error
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        config = self._config
        return aiosmtplib.SMTP(
            hostname=config.host,
            port=config.port,
            use_tls=config.tls is Tls.TLS,
            start_tls=config.tls is Tls.STARTTLS,
            username=config.username or None,
            password=config.password or None,
            tls_context=self._tls,
            timeout=self._command_s,
        )


async def _options(client: aiosmtplib.SMTP, to: str) -> list[str]:
    """An address beyond ASCII needs a server that takes such (RFC 6531); raises Refused."""
    if to.isascii():
        return []
    await client.ehlo()
    if not client.supports_extension("smtputf8"):
        raise Refused("no_international_addresses")
    return ["SMTPUTF8"]


def _said(error: SMTPResponseException) -> NotSent:
    said = f"{error.code} {error.message}"
    return Refused(said) if error.code >= PERMANENT else PutOff(said)
