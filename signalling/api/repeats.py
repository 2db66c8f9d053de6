"""A request that comes again with its Idempotency-Key is done once and answered the same.

An answer may hold personal links and secrets that are kept nowhere else but as hashes. So it is
kept sealed (AES-256-GCM) under a key that is made from the bearer token and the Idempotency-Key
(HKDF, RFC 5869): of the token the database has the SHA-256 alone, of the other key likewise, and so
only who was answered can be answered again. It is kept for 24 hours.

What was refused is not kept: nothing was done, and it may be asked anew under the same key.
"""

import hashlib
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from signalling.api.problems import ApiProblem, Kind
from signalling.api.routes import Call
from signalling.seams import Clock
from vmr.store import ApiStore
from vmr.store.api_answers import AnswerKey, KeptAnswer

NONCE_BYTES = 12
_HEADERS = ("ETag", "Location", "Content-Type")

Run = Callable[[Call], Awaitable[web.Response]]


class Repeats:
    def __init__(self, *, store: ApiStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def once(
        self, call: Call, key: str, secret: str, request: web.Request, run: Run
    ) -> web.Response:
        """The answer of `run`, or the one that was given before. Raises ApiProblem."""
        answer_key = AnswerKey(token=call.token.id, key_hash=_digest(secret, key))
        digest = await _digest_of(request)
        found = await self._store.claim_answer(answer_key, digest, call.new_id, self._clock())
        if found.is_claimed:
            return await self._run(replace(call, new_id=found.new_id, is_again=found.is_again),
                                   answer_key, key, secret, run)  # fmt: skip
        if found.digest != digest:
            raise ApiProblem(Kind.KEY_REUSED)
        if found.sealed is None:
            raise ApiProblem(Kind.IN_PROGRESS, headers={"Retry-After": "5"})
        return _opened(found, key, secret)

    async def _run(
        self, call: Call, answer_key: AnswerKey, key: str, secret: str, run: Run
    ) -> web.Response:
        try:
            response = await run(call)
        except ApiProblem:
            await self._store.release_answer(answer_key)
            raise
        await self._store.keep_answer(answer_key, _sealed(response, key, secret))
        return response


def _digest(secret: str, key: str) -> str:
    return hashlib.sha256(f"{secret} {key}".encode()).hexdigest()


async def _digest_of(request: web.Request) -> str:
    """Of what was asked for: method, path, the version that was seen, and the body."""
    said = [request.method, request.path_qs, request.headers.get("If-Match", "")]
    return hashlib.sha256(json.dumps(said).encode() + await request.read()).hexdigest()


def _cipher(key: str, secret: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vmr answer " + key.encode())
    return AESGCM(derived.derive(secret.encode()))


def _sealed(response: web.Response, key: str, secret: str) -> bytes:
    body = response.body
    said = {
        "status": response.status,
        "headers": {name: response.headers[name] for name in _HEADERS if name in response.headers},
        "body": body.decode() if isinstance(body, bytes) else "",
    }
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(key, secret).encrypt(nonce, json.dumps(said).encode(), None)


def _opened(found: KeptAnswer, key: str, secret: str) -> web.Response:
    sealed = found.sealed or b""
    try:
        said = json.loads(
            _cipher(key, secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        )
    except InvalidTag:  # somebody has changed the database
        raise ApiProblem(Kind.INTERNAL) from None
    headers = {**said["headers"], "Idempotency-Replayed": "true"}
    return web.Response(status=said["status"], headers=headers, body=said["body"].encode())
