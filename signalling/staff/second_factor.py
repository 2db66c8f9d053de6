"""Setting up a second factor: the QR code, the first code, the recovery codes shown once.

The secret that is offered comes from the cookie of the browser it is shown in, so nothing is kept
until its first code is right; then the cookie is replaced, and nobody sees the secret again.
"""

import hashlib
import hmac
from collections.abc import Mapping

import segno
from aiohttp import web
from markupsafe import Markup

from signalling.seams import Clock
from signalling.staff.edge import Edge
from signalling.staff.sign_in import SignIn
from vmr import totp
from vmr.staff_record import StaffEvent, happening
from vmr.staff_sessions import SignInStep
from vmr.store import SignedIn, StaffStore
from vmr.store.secrets import hash_code, make_code

RECOVERY_CODES = 8


class SecondFactor:
    """Used at the first sign-in and on the page of the own account."""

    def __init__(self, *, edge: Edge, sign_in: SignIn, store: StaffStore, clock: Clock) -> None:
        self._edge = edge
        self._sign_in = sign_in
        self._store = store
        self._clock = clock

    def ask(
        self, request: web.Request, who: SignedIn, faults: dict[str, str] | None = None
    ) -> web.Response:
        secret = self._offered(request)
        member = who.member
        uri = totp.setup_uri(secret, account=member.username, issuer=member.establishment.name)
        return self._edge.page(
            request, "staff_set_up_second_factor.html", who=who, faults=faults,
            picture=qr_code(uri), secret=_grouped(secret), is_changed=who.session.is_signed_in,
        )  # fmt: skip

    async def take(
        self, request: web.Request, who: SignedIn, form: Mapping[str, str], after: str
    ) -> web.Response:
        """The first code is right: the second factor holds from now on."""
        secret, now = self._offered(request), self._clock()
        code = totp.parse_code(form.get("code", ""))
        step = None if code is None else totp.matching_step(secret, code, now)
        if step is None:
            return self.ask(request, who, {"code": "staff.second_factor.wrong"})
        codes = [make_code() for _ in range(RECOVERY_CODES)]
        done = happening(StaffEvent.SECOND_FACTOR_SET, who.member, by=who.member, at=now)
        await self._store.set_totp(who.member.id, secret, step, map(hash_code, codes), done)
        cookie = await self._sign_in.advance(who, SignInStep.SIGNED_IN, "second_factor_set_up")
        return self.show(request, who, codes, cookie, after)

    def show(
        self, request: web.Request, who: SignedIn, codes: list[str], cookie: str, after: str
    ) -> web.Response:
        """The recovery codes, this once."""
        return self._edge.page(
            request, "staff_recovery_codes.html", who=who, cookie=cookie, codes=codes, after=after
        )

    def _offered(self, request: web.Request) -> str:
        cookie = self._edge.cookies.token(request)
        random = hmac.new(cookie.encode(), b"vmr second factor", hashlib.sha256).digest()
        return totp.secret_from(random)


def qr_code(text: str) -> Markup:
    """An SVG without style, script or links, to stand in the page itself."""
    drawn = segno.make_qr(text, error="m").svg_inline(
        scale=4, svgclass="vmr-qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # segno's own drawing: the text is in it as squares only


def _grouped(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
