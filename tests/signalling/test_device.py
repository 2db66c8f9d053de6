import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalling.device import BadDevice, prove, thumbprint
from tests.signalling.client import DeviceKey, base64url

KEY = DeviceKey()
ROOM, NONCE = "abcdefghijkl", "nonce"


def proof(key: DeviceKey = KEY, room: str = ROOM, nonce: str = NONCE) -> dict[str, str]:
    signed = key.sign(room, nonce)
    return {"x": signed["jwk"]["x"], "y": signed["jwk"]["y"], "signature": signed["signature"]}


def test_a_signature_proves_the_key_by_its_thumbprint() -> None:
    assert prove(**proof(), room=ROOM, nonce=NONCE) == KEY.id


def test_the_thumbprint_is_rfc_7638s() -> None:
    # the key of RFC 7517, appendix A.1
    x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
    y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
    assert thumbprint(x, y) == "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"


@pytest.mark.parametrize(
    ("room", "nonce"), [("otherotherot", NONCE), (ROOM, "other"), (ROOM + ":" + NONCE, "")]
)
def test_a_signature_is_good_for_its_room_and_nonce_only(room: str, nonce: str) -> None:
    with pytest.raises(BadDevice):
        prove(**proof(), room=room, nonce=nonce)


def test_another_keys_signature_proves_nothing() -> None:
    forged = {**proof(), "signature": proof(DeviceKey())["signature"]}
    with pytest.raises(BadDevice):
        prove(**forged, room=ROOM, nonce=NONCE)


@pytest.mark.parametrize("field", ["x", "y", "signature"])
@pytest.mark.parametrize("value", ["", "A", "A" * 43, "!" * 43, "A" * 86, "=" * 43, "é" * 43])
def test_what_is_no_point_or_signature_is_refused(field: str, value: str) -> None:
    with pytest.raises(BadDevice):
        prove(**{**proof(), field: value}, room=ROOM, nonce=NONCE)


def test_one_key_has_one_id_however_its_last_character_is_spelled() -> None:
    x, y = proof()["x"], proof()["y"]
    alphabet = string.ascii_letters + string.digits + "-_"
    spelled = [x[:-1] + last for last in alphabet]
    same = [one for one in spelled if _bytes(one) == _bytes(x)]
    assert len(same) > 1
    assert {thumbprint(one, y) for one in same} == {KEY.id}


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=")


@given(x=st.binary(max_size=40), y=st.binary(max_size=40), signature=st.binary(max_size=70))
def test_any_bytes_are_refused(x: bytes, y: bytes, signature: bytes) -> None:
    with pytest.raises(BadDevice):
        prove(
            x=base64url(x), y=base64url(y), signature=base64url(signature), room=ROOM, nonce=NONCE
        )
