"""The document is OpenAPI 3.1, says all there is, and random calls made from it find no fault."""

import asyncio
import dataclasses
import sys

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from signalling.api.config import ApiConfig
from tests.signalling.api.prison import Caller, Prison, draft, span
from tests.signalling.api.test_edge import NEEDS
from tests.signalling.house import CONFIG
from tests.vmr.bookings.made import slot
from vmr.bookings.outcomes import propose
from vmr.store import Store

RANDOM_S = 250.0  # 15 s of work, however busy the machine is


async def test_the_document_is_openapi_3_1(program: Caller) -> None:
    reply = await program.get("/openapi.json")
    assert reply.json["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(reply.json).validate()


async def test_the_document_needs_no_token_and_tells_none(prison: Prison) -> None:
    reply = await prison.caller().get("/openapi.json")
    assert reply.status == 200
    assert prison.establishment.name not in reply.text


async def test_every_operation_is_in_the_document_and_in_the_test_of_scopes(
    program: Caller,
) -> None:
    paths = (await program.get("/openapi.json")).json["paths"]
    said = {f"{method.upper()} {path}" for path, every in paths.items() for method in every}
    assert len(said) == len(NEEDS)
    for operation in said:
        assert "401" in paths[operation.split()[1]][operation.split()[0].lower()]["responses"]


@pytest.mark.timeout(300)
async def test_random_calls_made_from_the_document_find_no_fault(store: Store) -> None:
    """By schemathesis, in a process of its own, with every scope and things to be found."""
    unlimited = ApiConfig(requests_burst=1_000_000, wrong_burst=1_000_000)
    config = dataclasses.replace(CONFIG, api=unlimited)
    async with await Prison.open(store, config=config) as prison:
        program = await prison.program()
        booked = await program.ask("POST", "/bookings", draft(room=prison.room.id))
        asked = await program.ask("POST", "/bookings", draft(slot=span(slot(5, 10))))
        await prison.meeting()
        made = await prison.store.bookings.by_reference(booked.json["booking"]["reference"])
        assert made is not None
        proposed = propose(made.id, made.slot, None, prison.clock())
        assert await prison.store.outcomes.propose(proposed, made.version)
        known = prison.server.url, program.secret, prison.room.id
        references = [one.json["booking"]["reference"] for one in (booked, asked)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.signalling.api.random_calls", *known, *references,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = await asyncio.wait_for(process.communicate(), RANDOM_S)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        print(said.decode())
        assert process.returncode == 0
        assert prison.server.running.ground.counters["internal_errors"] == 0
