"""Meetings and their records, to be read. Each page of a record is a look, and each export is one
too: recorded first."""

from pydantic import Field

from signalling.api.models import (
    EntryOut,
    FactOut,
    MeetingOut,
    MeetingPage,
    PersonalOut,
    RecordPage,
)
from signalling.api.paging import days, next_of
from signalling.api.problems import ApiProblem, Kind
from signalling.api.routes import BASE, Answer, Call, Route
from signalling.api.values import LIMIT_MAX, Day, Id, PageQuery, Query, cut, moment, place_of
from signalling.seams import Clock
from vmr.api_tokens import ApiScope, actor_of, program_facts
from vmr.ids import MeetingId, RoomId
from vmr.store import ApiStore, KeptEntry, MeetingSummary, RecordBroken, RecordStore
from vmr.store.api_pages import Place

SEQUENCE_MAX = 10_000_000
LINES = "application/jsonl"


class MeetingQuery(PageQuery):
    first_day: Day | None = Field(None, description="On the establishment's clock.")
    last_day: Day | None = Field(None, description="Included.")
    room: Id | None = None


class RecordQuery(Query):
    after: int = Field(0, ge=0, le=SEQUENCE_MAX, description="The sequence number seen last.")
    limit: int = Field(50, ge=1, le=LIMIT_MAX)


class MeetingRoutes:
    def __init__(self, *, store: ApiStore, records: RecordStore, clock: Clock) -> None:
        self._store = store
        self._records = records
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        read = ApiScope.RECORDS_READ
        return (
            Route(
                method="GET", path="/meetings", name="listMeetings", scope=read,
                answer=MeetingPage, query=MeetingQuery, handle=self.all,
                summary="Meetings of the establishment, the latest first",
            ),
            Route(
                method="GET", path="/meetings/{meeting}", name="getMeeting", scope=read,
                answer=MeetingOut, summary="One meeting", handle=self.one,
            ),
            Route(
                method="GET", path="/meetings/{meeting}/record", name="readRecord", scope=read,
                answer=RecordPage, query=RecordQuery, handle=self.record,
                summary="The record of a meeting, the oldest entry first. That it was read, and by"
                " which program, is recorded before it is answered. Names come with the scope"
                " records.personal alone",
            ),
            Route(
                method="GET", path="/meetings/{meeting}/record.jsonl", name="exportRecord",
                scope=ApiScope.RECORDS_PERSONAL, beside=read, file_type=LINES,
                handle=self.export, problems=frozenset({Kind.RECORD_BROKEN}),
                summary="The whole record as a signed file that proves itself (vmr record verify),"
                " JSON Lines, names included. That it was taken, and by which program, is recorded"
                " before it is answered",
            ),
        )  # fmt: skip

    async def all(self, call: Call) -> Answer:
        query = call.query_as(MeetingQuery)
        found = await self._store.meetings(
            call.token.establishment.id,
            room=None if query.room is None else RoomId(query.room),
            span=days(query.first_day, query.last_day, call.token.establishment.zone),
            after=place_of(query.cursor),
            limit=query.limit + 1,
        )
        page, cursor = cut(found, query.limit, lambda one: Place(one.started_at or 0.0, one.id))
        return Answer(
            value=MeetingPage(items=[_meeting(one) for one in page], next=next_of(call, cursor))
        )

    async def one(self, call: Call) -> Answer:
        return Answer(value=_meeting(await self._meeting(call)))

    async def record(self, call: Call) -> Answer:
        query, token = call.query_as(RecordQuery), call.token
        meeting = await self._meeting(call)
        has_names = token.may(ApiScope.RECORDS_PERSONAL)
        first = query.after + 1
        found = await self._store.look_at_record(
            token,
            meeting.id,
            first=first,
            limit=query.limit + 1,
            with_names=has_names,
            at=self._clock(),
        )
        page = found[: query.limit]
        more = None
        if len(found) > query.limit:
            last = page[-1].entry.sequence
            more = f"{BASE}/meetings/{meeting.id}/record?after={last}&limit={query.limit}"
        items = [_entry(one, has_names=has_names) for one in page]
        return Answer(value=RecordPage(meeting=meeting.id, items=items, next=more))

    async def export(self, call: Call) -> Answer:
        meeting, token = await self._meeting(call), call.token
        try:
            made = await self._records.export(
                meeting.id, by=actor_of(token), at=self._clock(), facts=program_facts(token)
            )
        except RecordBroken:
            raise ApiProblem(Kind.RECORD_BROKEN) from None
        return Answer(file=made)

    async def _meeting(self, call: Call) -> MeetingSummary:
        establishment = call.token.establishment.id
        found = await self._store.meeting(establishment, MeetingId(call.path["meeting"]))
        if found is None:
            raise ApiProblem(Kind.NOT_FOUND)
        return found


def _meeting(one: MeetingSummary) -> MeetingOut:
    return MeetingOut(
        id=one.id,
        room=one.room,
        is_live=one.is_live,
        started_at=None if one.started_at is None else moment(one.started_at),
        ended_at=None if one.ended_at is None else moment(one.ended_at),
        entries=one.entries,
    )


def _entry(kept: KeptEntry, *, has_names: bool) -> EntryOut:
    one = kept.entry
    personal = [PersonalOut(name=name, value=value) for name, value in kept.personal]
    return EntryOut(
        sequence=one.sequence,
        at=moment(one.at),
        actor=one.actor,
        what=one.what,
        subject=one.subject,
        reason=one.reason,
        facts=[FactOut(name=name, value=value) for name, value in one.facts],
        personal=personal if has_names else None,
        has_personal=one.personal_digest != "",
        previous=one.previous,
        hash=one.hash,
    )
