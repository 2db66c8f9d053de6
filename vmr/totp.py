"""Time-based one-time codes (RFC 6238 over RFC 4226): HMAC-SHA1, six digits, steps of 30 s.

Pure. Whether a step was used before is the store's to say: a code is good once.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from urllib.parse import quote, urlencode

DIGITS = 6
STEP_S = 30
DRIFT_STEPS = 1
"""Steps before and after now that are accepted: RFC 6238 section 5.2 recommends one at most."""
SECRET_BYTES = 20


def step_at(now: float) -> int:
    """The step of this time, seconds since the epoch."""
    return int(now // STEP_S)


def code_at(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of one step; `secret` is base32. Raises ValueError where it is not."""
    try:
        key = base64.b32decode(secret)
    except binascii.Error as error:
        raise ValueError("not a base32 secret") from error
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    (number,) = struct.unpack_from(">I", digest, offset)
    return str((number & 0x7FFF_FFFF) % 10**digits).zfill(digits)


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The step whose code this is, the nearest ones alone; every one is compared."""
    found = None
    for step in range(step_at(now) - DRIFT_STEPS, step_at(now) + DRIFT_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def parse_code(text: str) -> str | None:
    """The six digits somebody typed, with or without spaces; None: not a code."""
    joined = "".join(text.split())
    return joined if len(joined) == DIGITS and joined.isascii() and joined.isdigit() else None


def secret_from(random: bytes) -> str:
    """The secret as it is shown and kept: base32 of SECRET_BYTES bytes."""
    return base64.b32encode(random[:SECRET_BYTES]).decode()


def setup_uri(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code says to an authenticator app (the otpauth key URI format)."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"
