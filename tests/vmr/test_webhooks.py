"""Webhooks as values: which addresses, how messages are signed, when they are sent again."""

import base64
import hashlib
import hmac
import ipaddress
import json

import pytest

from vmr.ids import MeetingId, RoomId
from vmr.webhooks import (
    JITTER,
    LONGEST_S,
    WebhookEvent,
    body_of,
    is_public,
    is_url,
    secret_text,
    sign,
    wait_s,
)


@pytest.mark.parametrize(
    "url",
    ["https://court.example/hook?x=1", "https://court.example:8443", "https://93.184.216.34/"],
)
def test_an_https_address_in_the_internet_is_one(url: str) -> None:
    assert is_url(url, is_private_allowed=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://court.example/", "ftp://court.example/", "//court.example/", "https://", "https:///x",
        "https://user:word@court.example/", "https://court.example/#x", "https://a b.example/",
        "https://court.example:0/", "https://court.example:99999/", "https://[::1/", "",
        "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/",
        "https://[::ffff:10.0.0.1]/", "https://100.64.0.1/", "https://[fe80::1]/",
        "https://224.0.0.1/", "https://0.0.0.0/", "http://localhost/", "https://é.example/",
        "https://court.example/" + "x" * 500, "https://court.example\\@evil.example/",
    ],
)  # fmt: skip
def test_anything_else_is_none(url: str) -> None:
    assert not is_url(url, is_private_allowed=False)


def test_where_private_addresses_are_allowed_localhost_needs_no_tls() -> None:
    assert is_url("http://localhost:8080/hook", is_private_allowed=True)
    assert is_url("http://127.0.0.1/hook", is_private_allowed=True)
    assert is_url("https://10.0.0.1/", is_private_allowed=True)
    assert not is_url("http://10.0.0.1/", is_private_allowed=True)


@pytest.mark.parametrize(
    "address",
    ["::ffff:8.8.8.8", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "fd00::1", "ff02::1"],
)
def test_ways_round_into_our_networks_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_a_signature_is_what_standard_webhooks_says() -> None:
    secret = secret_text(b"k" * 24)
    assert secret.startswith("whsec_")
    signed = hmac.new(b"k" * 24, b"msg1.1700000000.{}", hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(signed).decode()
    assert sign(secret, "msg1", 1_700_000_000, b"{}") == expected


def test_a_message_has_ids_times_and_kinds() -> None:
    body = json.loads(body_of(WebhookEvent.KNOCK, MeetingId("m1"), RoomId("r1"), 5.5))
    assert body == {
        "type": "meeting.knock", "data": {"meeting": "m1", "room": "r1", "at": 5.5},
    }  # fmt: skip


def test_tries_come_ever_later_up_to_two_hours() -> None:
    waits = [wait_s(tries, 0.5) for tries in range(1, 30)]
    assert waits[:3] == [5.0, 15.0, 45.0]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_S
    assert wait_s(1, 0.0) == 5.0 * (1 - JITTER)
    assert wait_s(1, 1.0) == 5.0 * (1 + JITTER)
