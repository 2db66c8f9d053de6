"""Forms that our own pages sent from the same browser: nothing else is looked at."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from signalling.staff.cookies import CSRF_FIELD, Cookies, is_own_form, is_own_origin

Form = MultiDictProxy[str]
Faults = dict[str, str]
"""What is wrong in a form: the key of a sentence by the field's id."""
FORM_WRONG = 422
"""The status of a page that shows what was wrong in a form."""


def ticked(form: Form, name: str, words: Iterable[str]) -> tuple[str, ...]:
    """Those of `words` that are ticked, in their order; any other word is none."""
    found = set(form.getall(name, []))
    return tuple(one for one in words if one in found)


async def own_form(request: web.Request, cookies: Cookies, origin: str) -> Form | None:
    """Its fields; None where its Origin is another, its token not of this browser's cookie, or a
    field a file. `origin` as in `StaffConfig`."""
    fields = await _own_fields(request, cookies, origin)
    if fields is None or any(not isinstance(value, str) for value in fields.values()):
        return None
    form: Form = fields
    return form


async def own_upload(
    request: web.Request, cookies: Cookies, origin: str, name: str
) -> tuple[Form, bytes | None] | None:
    """As `own_form`, with the one file that the field `name` may hold (None: none was chosen)."""
    fields = await _own_fields(request, cookies, origin)
    if fields is None:
        return None
    files = {id: one for id, one in fields.items() if not isinstance(one, str)}
    if files.get(name) == b"":  # a field for a file in which none was chosen
        del files[name]
    if set(files) - {name} or any(not isinstance(one, web.FileField) for one in files.values()):
        return None
    texts = MultiDict({id: one for id, one in fields.items() if isinstance(one, str)})
    data: bytes | None = files[name].file.read() if name in files else None
    return MultiDictProxy(texts), data


async def _own_fields(request: web.Request, cookies: Cookies, origin: str) -> Any:
    if not is_own_origin(request, origin):
        return None
    fields: Any = await request.post()
    return fields if is_own_form(cookies.token(request), fields.get(CSRF_FIELD)) else None
