"""`vmr record list|show`: the logs of meetings, for those who may run this command."""

import argparse
import time

from vmr.cli import proofs
from vmr.cli.work import add_room_argument, add_verb, find_room, printable, time_text
from vmr.ids import MeetingId
from vmr.settings import Settings
from vmr.staff_record import OPERATOR
from vmr.store import KeptEntry
from vmr.store.store import Store


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    record = commands.add_parser("record", help="the records of meetings")
    verbs = record.add_subparsers(metavar="COMMAND", required=True)
    add_room_argument(add_verb(verbs, "list", _list, "the meetings of a room, the newest first"))
    shown = add_verb(
        verbs, "show", _show, "one meeting's record, with the personal data still kept"
    )
    shown.add_argument("meeting", help="the meeting's id")
    proofs.add_verbs(verbs)


async def _list(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    room = await find_room(chosen, store)
    for one in await store.meetings(room.id):
        ended = "live" if one.is_live else f"ended {time_text(one.ended_at)}"
        print(f"{one.id}  started {time_text(one.started_at)}  {ended}  {one.entries} entries")


async def _show(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    meeting = MeetingId(chosen.meeting)
    record = await store.records.look(meeting, by=OPERATOR, at=time.time())
    if record.summary.personal_deleted_at is not None:
        print(f"Personal values deleted {time_text(record.summary.personal_deleted_at)}")
    for kept in record.entries:
        print(_line(kept))
    for part in record.side_parts:
        print(
            f"Beside the record, written from entry {part.first} on by"
            f" {printable(part.node or 'a server that ran alone')}"
            " while the meeting went on elsewhere:"
        )
        for kept in part.entries:
            print(_line(kept))


def _line(kept: KeptEntry) -> str:
    entry = kept.entry
    said = [f"{entry.sequence:4}  {time_text(entry.at)}  {entry.actor}  {entry.what}"]
    if entry.subject:
        said.append(entry.subject)
    if entry.reason:
        said.append(f"reason: {entry.reason}")
    said += [f"{name}={value}" for name, value in (*entry.facts, *kept.personal)]
    if entry.personal_digest and not kept.personal:
        said.append("(personal data deleted)")
    return printable("  ".join(said))
