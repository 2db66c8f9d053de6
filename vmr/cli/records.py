"""`vmr record list|show|verify`: the logs of meetings, for those who may run this command."""

import argparse

from vmr.cli.work import add_room_argument, add_verb, find_room, printable, time_text
from vmr.ids import MeetingId
from vmr.settings import Settings
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
    verified = add_verb(verbs, "verify", _verify, "prove that a record was not changed")
    verified.add_argument("meeting", help="the meeting's id")


async def _list(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    room = await find_room(chosen, store)
    for one in await store.meetings(room.id):
        ended = "live" if one.is_live else f"ended {time_text(one.ended_at)}"
        print(f"{one.id}  started {time_text(one.started_at)}  {ended}  {one.entries} entries")


async def _show(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    for kept in await store.record(MeetingId(chosen.meeting)):
        print(_line(kept))


async def _verify(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    entries = await store.verify(MeetingId(chosen.meeting))
    print(f"The record holds: {entries} entries, each proven by the next.")


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
