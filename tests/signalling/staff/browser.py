"""A browser without a window: fetches staff pages, keeps cookies, sends the forms it was given."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from signalling.staff.cookies import csrf_token

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document, or the redirect to one (`place` is its path)."""

    status: int
    text: str
    headers: Mapping[str, str]
    place: str = ""

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.text)
        return found[1] if found else ""

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.text, re.S)
        return unescape(found[1]) if found else ""

    @property
    def problems(self) -> list[str]:
        """What the error summary says."""
        found = re.findall(r'<li><a href="#[^"]+">(.*?)</a></li>', self.text)
        return [unescape(one) for one in found]

    @property
    def codes(self) -> list[str]:
        """One-time passwords and recovery codes."""
        return re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", self.text)


class Browser:
    """`async with Browser(house.url) as browser`. Follows no redirect by itself."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = aiohttp.ClientSession(
            url, cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"User-Agent": "Firefox, Linux"}
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    @property
    def cookie(self) -> str:
        """The session cookie, or empty."""
        return next((one.value for one in self._session.cookie_jar), "")

    @cookie.setter
    def cookie(self, value: str) -> None:
        self._session.cookie_jar.update_cookies({"vmr-staff": value}, URL(self._url))

    async def download(self, path: str) -> tuple[int, bytes, Mapping[str, str]]:
        """Status, body and headers of a file."""
        async with self._session.get(path, allow_redirects=False) as answer:
            return answer.status, await answer.read(), answer.headers

    async def get(self, path: str) -> Page:
        async with self._session.get(path, allow_redirects=False) as answer:
            return await _page(answer)

    async def post(
        self,
        path: str,
        fields: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        *,
        csrf: str | None = None,
        origin: str | None = "own",
    ) -> Page:
        """Send a form: by default with the token of the page at the same path, or of the home."""
        if csrf is None:
            csrf = (await self.get(path)).csrf or (await self.get("/staff")).csrf
        given = list(fields.items()) if isinstance(fields, Mapping) else fields
        headers = {} if origin is None else {"Origin": self._url if origin == "own" else origin}
        form = aiohttp.FormData([("csrf", csrf), *given])
        async with self._session.post(
            path, data=form, headers=headers, allow_redirects=False
        ) as answer:
            return await _page(answer)

    async def post_as(
        self, cookie: str, path: str, fields: Mapping[str, str], *, origin: str
    ) -> Page:
        """Send a form with this `__Host-` cookie, as a browser does over TLS."""
        headers = {
            "Origin": self._url if origin == "own" else origin,
            "Cookie": f"__Host-vmr-staff={cookie}",
        }
        form = {"csrf": csrf_token(cookie), **fields}
        async with aiohttp.ClientSession(self._url) as session:
            answer = await session.post(path, data=form, headers=headers, allow_redirects=False)
            return await _page(answer)

    async def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        return await self.post("/staff/sign-in", {"username": username, "password": password})


async def _page(answer: aiohttp.ClientResponse) -> Page:
    return Page(
        status=answer.status,
        text=await answer.text(),
        headers=answer.headers.copy(),
        place=answer.headers.get("Location", ""),
    )
