"""The monitoring terminal's document: for who may watch, and without any device."""

import re

import pytest
from aiohttp import ClientSession

from tests.signalling.monitor.scene import MONITORS, Scene
from tests.signalling.officers import officer
from vmr.staff import StaffRole

PAGE = "/staff/monitor"
DENIED = ("camera=()", "microphone=()", "display-capture=()")


async def get(scene: Scene, headers: dict[str, str]) -> tuple[int, str, str]:
    """Status, text and Permissions-Policy."""
    async with (
        ClientSession(scene.house.url) as client,
        client.get(PAGE, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text(), answer.headers["Permissions-Policy"]


async def test_the_page_is_for_who_may_watch_and_denies_every_device(scene: Scene) -> None:
    who = await officer(scene.house, "Officer Hale", MONITORS)
    status, text, policy = await get(scene, who.headers)
    assert status == 200
    assert re.search(r"/static/bundles/monitor-\w+\.js", text)
    assert all(one in policy for one in DENIED)


@pytest.mark.parametrize("roles", [(StaffRole.DUTY,), (StaffRole.ADMINISTRATOR,)])
async def test_others_are_refused(scene: Scene, roles: tuple[StaffRole, ...]) -> None:
    who = await officer(scene.house, "Officer Reed", roles)
    assert (await get(scene, who.headers))[0] == 403


async def test_who_is_not_signed_in_is_sent_to_the_sign_in(scene: Scene) -> None:
    assert (await get(scene, {}))[0] == 303
