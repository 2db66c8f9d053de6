"""The browser's own key: proof that the same browser is back, without a cookie or an account.

Pure. The key is ECDSA on P-256, made not extractable by WebCrypto; the browser signs
`vmr-device:1:` + room + `:` + nonce with SHA-256 (IEEE P1363: r and s, 32 bytes each).
"""

import base64
import binascii
import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from vmr.ids import DeviceId

SCALAR_BYTES = 32


class BadDevice(Exception):
    """The key is no P-256 point, or the signature is not of this key, room and nonce."""


def prove(*, x: str, y: str, signature: str, room: str, nonce: str) -> DeviceId:
    """The id of the key (`x`, `y`: base64url of its JWK) that signed; raises BadDevice."""
    key = _key(_scalar(x), _scalar(y))
    signed = _decoded(signature)
    if len(signed) != 2 * SCALAR_BYTES:
        raise BadDevice("length of the signature")
    der = encode_dss_signature(
        int.from_bytes(signed[:SCALAR_BYTES], "big"), int.from_bytes(signed[SCALAR_BYTES:], "big")
    )
    try:
        key.verify(der, challenge(room, nonce), ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise BadDevice("signature") from error
    return thumbprint(x, y)


def challenge(room: str, nonce: str) -> bytes:
    """What the browser signs."""
    return f"vmr-device:1:{room}:{nonce}".encode()


def thumbprint(x: str, y: str) -> DeviceId:
    """RFC 7638 of an EC P-256 JWK."""
    members = {"crv": "P-256", "kty": "EC", "x": _canonical(x), "y": _canonical(y)}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return DeviceId(_encoded(hashlib.sha256(text.encode()).digest()))


def _key(x: bytes, y: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
    except ValueError as error:
        raise BadDevice("not a point of P-256") from error


def _scalar(text: str) -> bytes:
    value = _decoded(text)
    if len(value) != SCALAR_BYTES:
        raise BadDevice("length of a coordinate")
    return value


def _canonical(text: str) -> str:
    """One spelling a key: base64url has spare bits in its last character."""
    return _encoded(_decoded(text))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadDevice("not base64url") from error


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
