"""One letter to a mail server that takes it, refuses it, hangs, dies or is not there."""

import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signalling.mail.config import Tls
from signalling.mail.delivery import PutOff, Refused, SmtpDelivery
from tests.signalling.mail.server import SENDER, Mailbox, mail_server, part
from vmr.ids import EstablishmentId, LetterId
from vmr.letters import Letter, LetterKind

LETTER = Letter(
    id=LetterId("l1"),
    establishment=EstablishmentId("e1"),
    kind=LetterKind.CODE,
    to="ada@law.example",
    subject="Your code",
    text="Hello Ŵyn\n" + "x" * 2_000 + "\n.\nbye\n",
    html="<p>Hello Ŵyn</p>",
    made_at=1_800_000_000.0,
)


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server(Mailbox()) as running:
        yield running


def delivery(mailbox: Mailbox, **values: Any) -> SmtpDelivery:
    return SmtpDelivery(replace(mailbox.config, **values), command_s=5.0, letter_s=5.0)


async def test_a_letter_arrives_whole(mailbox: Mailbox) -> None:
    await delivery(mailbox).deliver(LETTER)
    (got,) = mailbox.got
    assert (got["From"], got["To"], got["Subject"]) == (SENDER, LETTER.to, "Your code")
    assert got["Message-ID"] == "<l1@prison.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert part(got) == LETTER.text
    assert part(got, "html").strip() == LETTER.html


async def test_a_letter_arrives_at_an_address_of_another_script(mailbox: Mailbox) -> None:
    letter = replace(LETTER, to="siân.用户@law.example", subject="Côd")
    await delivery(mailbox).deliver(letter)
    (got,) = mailbox.got
    assert (got["To"], got["Subject"]) == (letter.to, "Côd")
    assert part(got) == LETTER.text


async def test_an_address_of_another_script_is_refused_where_the_server_takes_none() -> None:
    async with mail_server(Mailbox(), enable_SMTPUTF8=False) as mailbox:
        with pytest.raises(Refused, match="no_international_addresses"):
            await delivery(mailbox).deliver(replace(LETTER, to="siân@law.example"))
        await delivery(mailbox).deliver(LETTER)
    assert [one["To"] for one in mailbox.got] == [LETTER.to]


@pytest.mark.parametrize(
    ("step", "answer", "error"),
    [
        ("RCPT", "550 5.1.1 Nobody here", Refused),
        ("RCPT", "450 4.2.1 Come later", PutOff),
        ("DATA", "554 5.6.0 Not liked", Refused),
        ("DATA", "451 4.3.0 Disk full", PutOff),
    ],
)
async def test_what_the_server_says_for_good_is_told_from_what_it_says_for_now(
    mailbox: Mailbox, step: str, answer: str, error: type[Exception]
) -> None:
    mailbox.answers[step] = answer
    with pytest.raises(error, match=answer):
        await delivery(mailbox).deliver(LETTER)
    assert mailbox.got == []


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_a_server_that_hangs_costs_a_bounded_time(mailbox: Mailbox, step: str) -> None:
    mailbox.answers[step] = Mailbox.HANG
    hasty = SmtpDelivery(mailbox.config, command_s=0.2, letter_s=5.0)
    with pytest.raises(PutOff, match="timeout"):
        await hasty.deliver(LETTER)
    hasty = SmtpDelivery(mailbox.config, command_s=60.0, letter_s=0.2)
    with pytest.raises(PutOff, match="timeout"):
        await hasty.deliver(LETTER)


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_a_server_that_dies_half_way_has_not_taken_it(mailbox: Mailbox, step: str) -> None:
    mailbox.answers[step] = Mailbox.DIE
    with pytest.raises(PutOff, match="no_connection"):
        await delivery(mailbox).deliver(LETTER)


async def test_a_server_that_is_away_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    absent = Mailbox()
    absent.port = port
    with pytest.raises(PutOff, match="no_connection"):
        await delivery(absent).deliver(LETTER)


async def test_encryption_that_is_asked_for_is_demanded(mailbox: Mailbox) -> None:
    """The server offers none: nothing is sent in the clear."""
    for tls in (Tls.STARTTLS, Tls.TLS):
        with pytest.raises(PutOff):
            await delivery(mailbox, tls=tls).deliver(LETTER)
    assert mailbox.seen == 0


async def test_a_sign_in_the_server_does_not_take_is_ours_to_set_right(mailbox: Mailbox) -> None:
    with pytest.raises(PutOff):
        await delivery(mailbox, username="vmr", password="wrong").deliver(LETTER)
    assert mailbox.seen == 0


async def test_a_look_at_the_server_signs_in_and_sends_nothing(mailbox: Mailbox) -> None:
    await delivery(mailbox).greet()
    with pytest.raises(PutOff):
        await delivery(mailbox, username="vmr", password="wrong").greet()
    assert mailbox.seen == 0


async def test_a_header_of_two_lines_is_not_sent(mailbox: Mailbox) -> None:
    for wrong in (
        {"subject": "Your code\r\nBcc: eve@x.example"},
        {"to": "ada@law.example\nBcc: eve@x.example"},
    ):
        with pytest.raises(Refused):
            await delivery(mailbox).deliver(replace(LETTER, **wrong))  # type: ignore[arg-type]
    assert mailbox.seen == 0


async def test_a_domain_that_is_not_allowed_any_more_gets_nothing(mailbox: Mailbox) -> None:
    with pytest.raises(Refused, match="address_not_allowed"):
        await delivery(mailbox, domains=("cjsm.example",)).deliver(LETTER)
    assert mailbox.seen == 0


async def test_control_characters_are_left_out(mailbox: Mailbox) -> None:
    await delivery(mailbox).deliver(replace(LETTER, text="a\x00b\rc\x1b[31m\ud800\n"))
    assert part(mailbox.got[0]) == "ab\nc[31m\n"


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
async def test_letters_are_encrypted_to_a_server_whose_certificate_holds(
    tls: Tls, tmp_path: Path
) -> None:
    theirs, ours = contexts(tmp_path)
    given: dict[str, Any] = {"tls": theirs} if tls is Tls.TLS else {"tls_context": theirs}
    async with mail_server(Mailbox(), **given) as mailbox:
        config = replace(mailbox.config, tls=tls)
        with pytest.raises(PutOff):
            await SmtpDelivery(config, command_s=5.0).deliver(LETTER)  # of a stranger
        assert mailbox.seen == 0
        await SmtpDelivery(config, tls=ours, command_s=5.0).deliver(LETTER)
        assert len(mailbox.got) == 1


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server on 127.0.0.1 with a certificate of its own, and of one who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    chain = folder / "certificate.pem"
    chain.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(chain)
    return theirs, ssl.create_default_context(cafile=str(chain))
