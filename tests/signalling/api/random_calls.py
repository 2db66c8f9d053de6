"""Random calls of every operation: `python -m tests.signalling.api.random_calls URL TOKEN ROOM
REFERENCE...`. Says what it found and ends with 1, or with 0 when there was no fault.

Right and wrong calls by turns, made by schemathesis from the document alone; half of them with
the id of something that is there, so that they get past the path.
"""

import sys
from collections import Counter
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CALLS = 40  # of each operation and kind
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip


def main(url: str, token: str, room: str, *references: str) -> int:
    document = requests.get(f"{url}/api/v1/openapi.json", timeout=10).json()
    document["servers"] = [{"url": f"{url}/api/v1"}]
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=f"{url}/api/v1")
    known = {"room": [room], "reference": list(references), "meeting": ["m1"]}
    statuses: Counter[int] = Counter()
    faults: list[str] = []
    session = requests.Session()
    for found in schema.get_all_operations():
        operation: Any = found.ok() if isinstance(found, Ok) else None
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            call = _caller(session, token, known, statuses)
            try:
                _run(operation, mode, call)
            except (Exception, BaseExceptionGroup) as error:
                faults.append(f"{operation.label} ({mode.value}): {error}")
    print(dict(sorted(statuses.items())))
    for fault in faults:
        print(fault)
    return 1 if faults or not {200, 201, 404, 412, 422} <= set(statuses) else 0


def _run(operation: Any, mode: GenerationMode, call: Any) -> None:
    @seed(20270301)
    @settings(
        max_examples=CALLS, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def calls(case: Any) -> None:
        call(case)

    calls()


def _caller(
    session: requests.Session, token: str, known: dict[str, list[str]], statuses: Counter[int]
) -> Any:
    turn = 0

    def call(case: Any) -> None:
        nonlocal turn
        turn += 1
        for name in case.path_parameters or {}:
            if turn % 2 and name in known:
                case.path_parameters[name] = known[name][turn // 2 % len(known[name])]
        if turn % 2 and "If-Match" in (case.headers or {}):
            case.headers["If-Match"] = f'"{turn // 2 % 3 + 1}"'
        if turn % 2 and isinstance(case.body, dict) and "slot" in case.body:
            case.body = _likely(case.body, turn)
        headers = {"Authorization": f"Bearer {token}"}
        response = case.call(session=session, headers=headers)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    return call


def _likely(body: dict[str, Any], turn: int) -> dict[str, Any]:
    """With a slot and people that no rule stands against, whatever else it says."""
    day = f"2027-{4 + turn % 4:02}-{1 + turn % 28:02}"
    slot = {"starts_at": f"{day}T09:00:00Z", "ends_at": f"{day}T10:00:00Z"}
    people = [{"name": "Ada Law", "part": "lawyer"}]
    likely: dict[str, Any] = {
        "slot": slot,
        "alternatives": [],
        "people": people,
        "prisoner": "A1234BC",
    }
    if turn % 4 == 1:
        likely |= {"purpose": "consultation", "room": None, "linked": None, "requester": {}}
    return {**body, **likely}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
