"""STUN messages: the samples of RFC 5769, our own both ways, and whatever bytes come."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import stun

PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"

# RFC 5769 section 2.1.
SAMPLE_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "00060009" + b"evtj:h6vY".hex() + "202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
# RFC 5769 section 2.2 and 2.3: the mapped addresses of one transaction.
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
MAPPED_IPV4 = bytes.fromhex("0001a147e112a643")
MAPPED_IPV6 = bytes.fromhex("0002a1470113a9faa5d3f179bc25f4b5bed2b9d9")


def request(*attributes: tuple[int, bytes], password: bytes | None = PASSWORD) -> bytes:
    return stun.build(stun.BINDING_REQUEST, TRANSACTION, list(attributes), password)


def test_the_sample_request_of_the_rfc_is_read() -> None:
    message = stun.parse(SAMPLE_REQUEST)
    assert message.type == stun.BINDING_REQUEST
    assert message.transaction_id == TRANSACTION
    assert message.username == "evtj:h6vY"
    assert message.unknown_required == ()
    assert stun.has_integrity(message, PASSWORD)


def test_another_password_does_not_fit() -> None:
    assert not stun.has_integrity(stun.parse(SAMPLE_REQUEST), b"another password of 22")


def test_a_message_without_integrity_fits_no_password() -> None:
    assert not stun.has_integrity(stun.parse(request(password=None)), b"")


def test_what_is_built_is_read_back() -> None:
    message = stun.parse(request((stun.USERNAME, b"a:b"), (stun.USE_CANDIDATE, b"")))
    assert message.username == "a:b"
    assert stun.USE_CANDIDATE in message.attributes
    assert stun.has_integrity(message, PASSWORD)


@pytest.mark.parametrize(
    ("address", "value"),
    [
        (("192.0.2.1", 32853), MAPPED_IPV4),
        (("::ffff:192.0.2.1", 32853), MAPPED_IPV4),
        (("2001:db8:1234:5678:11:2233:4455:6677", 32853), MAPPED_IPV6),
        (("2001:db8:1234:5678:11:2233:4455:6677%eth0", 32853), MAPPED_IPV6),
    ],
)
def test_a_success_tells_where_the_request_came_from(
    address: tuple[str, int], value: bytes
) -> None:
    message = stun.parse(stun.build_success(TRANSACTION, address, PASSWORD))
    assert message.type == stun.BINDING_SUCCESS
    assert message.attributes[stun.XOR_MAPPED_ADDRESS] == value
    assert stun.has_integrity(message, PASSWORD)


def test_an_error_carries_its_code_and_what_was_unknown() -> None:
    message = stun.parse(stun.build_error(TRANSACTION, 420, "Unknown", PASSWORD, (7, 9)))
    assert message.type == stun.BINDING_ERROR
    assert message.attributes[stun.ERROR_CODE] == b"\0\0\x04\x14Unknown"
    assert message.attributes[stun.UNKNOWN_ATTRIBUTES] == struct.pack("!HH", 7, 9)
    plain = stun.parse(stun.build_error(TRANSACTION, 487, "Role Conflict", PASSWORD))
    assert stun.UNKNOWN_ATTRIBUTES not in plain.attributes


def test_an_unknown_required_attribute_is_reported_and_an_optional_one_is_not() -> None:
    assert stun.parse(request((0x7001, b"x"), (0x8001, b"y"))).unknown_required == (0x7001,)


def test_what_follows_the_integrity_is_not_believed() -> None:
    signed = stun.build(stun.BINDING_REQUEST, TRANSACTION, [], PASSWORD)
    forged = bytearray(signed[:-8] + struct.pack("!HH", stun.USE_CANDIDATE, 0))
    struct.pack_into("!H", forged, 2, len(forged) - stun.HEADER_BYTES)
    assert stun.USE_CANDIDATE not in stun.parse(bytes(forged)).attributes


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0" * 20,
        SAMPLE_REQUEST[:-1],
        SAMPLE_REQUEST + b"\0\0\0\0",
        SAMPLE_REQUEST[:-1] + b"\0",
        b"\x80" + SAMPLE_REQUEST[1:],
        bytes.fromhex("000100042112a442") + TRANSACTION + b"\0\x06\0\x09",
        bytes.fromhex("000100062112a442") + TRANSACTION + b"\0\x06\0\x02ab",
        bytes.fromhex("000105dc2112a442") + TRANSACTION + bytes(1500),
    ],
)
def test_a_broken_message_is_an_error(datagram: bytes) -> None:
    with pytest.raises(stun.StunError):
        stun.parse(datagram)


@given(st.binary(max_size=1600) | st.binary(max_size=200).map(lambda tail: _framed(tail)))
def test_any_bytes_give_a_message_or_the_error(datagram: bytes) -> None:
    try:
        message = stun.parse(datagram)
    except stun.StunError:
        return
    assert not stun.has_integrity(message, PASSWORD)
    assert isinstance(message.username, str)


def _framed(tail: bytes) -> bytes:
    body = tail[: len(tail) & ~3]
    return struct.pack("!HHI12s", 1, len(body), stun.COOKIE, TRANSACTION) + body
