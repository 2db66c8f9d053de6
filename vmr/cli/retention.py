"""`vmr retention run`: deletes the personal values whose time is over, and says which they were."""

import argparse
import time

from vmr.cli.work import add_verb, printable, time_text
from vmr.settings import Settings
from vmr.staff_record import OPERATOR
from vmr.store.store import Store


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    retention = commands.add_parser("retention", help="how long personal values are kept")
    verbs = retention.add_subparsers(metavar="COMMAND", required=True)
    run = add_verb(
        verbs, "run", _run, "delete the personal values whose retention has ended (as the server"
        " does every day)",
    )  # fmt: skip
    run.add_argument("--dry-run", action="store_true", help="only say which they are")


async def _run(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    numbers = settings.record_numbers
    report = await store.records.run_retention(
        numbers.days(),
        numbers.retention_staff_days,
        by=OPERATOR,
        at=time.time(),
        is_dry_run=chosen.dry_run,
    )
    for due in report.records:
        place = f"{due.establishment}, {due.room} ({due.policy.value})"
        line = f"{due.meeting}  ended {time_text(due.ended_at)}  {place}  {due.entries} entries"
        print(printable(line))
    for booking in report.bookings:
        place = f"{booking.establishment} ({booking.policy.value})"
        line = f"booking {booking.reference}  ended {time_text(booking.ended_at)}  {place}"
        print(printable(line))
    for kept in report.entitlements:
        print(printable(f"{kept.kind.value} {kept.id}  {kept.establishment}"))
    for names in report.names:
        line = f"names of staff  {names.establishment}  up to entry {names.until}"
        print(printable(f"{line}  {names.entries} entries"))
    done = "would be deleted" if chosen.dry_run else "deleted"
    print(f"Personal values {done}: of {len(report.records)} meetings, {len(report.bookings)}")
    print(f"bookings, {len(report.entitlements)} prisoners, contacts and bans, and the own records")
    print(f"of {len(report.names)} establishments. All still verify.")
