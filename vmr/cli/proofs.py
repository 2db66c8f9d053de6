"""`vmr record verify|export|checkpoint|rotate-key`: proving records, and signing them."""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from vmr import checkpoints, record_export
from vmr.checkpoints import BadCheckpoint, SignedCheckpoint
from vmr.cli.errors import CommandError, reason
from vmr.cli.work import add_verb, find_establishment, printable, time_text
from vmr.ids import MeetingId
from vmr.record_export import BadExport
from vmr.rooms import Establishment
from vmr.settings import Settings
from vmr.staff_record import OPERATOR
from vmr.store import EstablishmentProof
from vmr.store.signing import is_signed
from vmr.store.store import Store

Run = Callable[[argparse.Namespace], None]
NEWLINE = b"\n"


def add_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Below `vmr record`."""
    verified = add_verb(verbs, "verify", _verify, "prove that records were not changed")
    verified.add_argument(
        "what",
        nargs="?",
        metavar="MEETING|FILE",
        help="a meeting's id, or the file of an export, which needs no database; without it, the"
        " whole establishment is proven",
    )
    verified.set_defaults(run=_verify_file_or(verified.get_default("run")))
    _add_establishment(verified)
    verified.add_argument(
        "--checkpoint", metavar="FILE", help="one kept elsewhere: shows a record written anew"
    )
    exported = add_verb(verbs, "export", _export, "a record as a file that proves itself")
    exported.add_argument("meeting", help="the meeting's id")
    exported.add_argument("--out", metavar="FILE", required=True, help="a new file")
    checkpoint = add_verb(
        verbs, "checkpoint", _checkpoint, "sign the record as it is now, and print the signature"
    )
    _add_establishment(checkpoint)
    add_verb(verbs, "rotate-key", _rotate, "sign with a new key, which the old one signs")


def _add_establishment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--establishment", metavar="NAME", help="where there is more than one")


def _verify_file_or(otherwise: Run) -> Run:
    """An existing file is proven by itself; the rest is work on the database."""

    def run(chosen: argparse.Namespace) -> None:
        if chosen.what is not None and Path(chosen.what).is_file():
            _verify_file(Path(chosen.what), chosen.checkpoint)
        else:
            otherwise(chosen)

    return run


def _verify_file(path: Path, checkpoint: str | None) -> None:
    try:
        with path.open("rb") as file:
            lines = iter(lambda: file.readline(record_export.LINE_BYTES_MAX), b"")
            header = record_export.verify(lines, is_signed)
    except OSError as error:
        raise CommandError(f"{path}: {reason(error)}") from error
    except BadExport as error:
        raise CommandError(f"{path}: {error}") from error
    said = header.checkpoint.checkpoint
    if checkpoint is not None and read_checkpoint(checkpoint).public_key != (
        header.checkpoint.public_key
    ):
        raise CommandError(f"{path}: signed by another key than the checkpoint given")
    live = ", when it was not over" if header.is_live else ""
    print(printable(f"Meeting {header.meeting}, {header.room}, {header.establishment}"))
    print(f"Exported {time_text(header.exported_at)}{live}")
    if header.personal_deleted_at is not None:
        print(f"Personal values deleted {time_text(header.personal_deleted_at)}")
    print(f"The record holds: {header.head.sequence} entries, each proven by the next.")
    print(f"Signed by key {said.key}; compare it with a checkpoint of this establishment.")


async def _export(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    meeting = MeetingId(chosen.meeting)
    made = await store.records.export(meeting, by=OPERATOR, at=time.time())
    _write(chosen.out, made)
    print(f"{made.count(NEWLINE) - 1} entries in {chosen.out}; vmr record verify proves them.")


def _write(path: str, made: bytes) -> None:
    """A new file that only its owner reads: names are in it."""
    try:
        with open(path, "xb", opener=_private) as file:
            file.write(made)
    except OSError as error:
        raise CommandError(f"{path}: {reason(error)}") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


async def _verify(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    if chosen.what is None:
        await _verify_establishment(chosen, store)
    elif chosen.checkpoint or chosen.establishment:
        raise CommandError("name either a meeting or an establishment with its checkpoint")
    else:
        entries = await store.verify(MeetingId(chosen.what))
        print(f"The record holds: {entries} entries, each proven by the next.")


async def _verify_establishment(chosen: argparse.Namespace, store: Store) -> None:
    kept = read_checkpoint(chosen.checkpoint) if chosen.checkpoint else None
    establishment = await _establishment(chosen, store, kept)
    proof = await store.records.verify_establishment(establishment.id, kept)
    if kept is not None:
        said = kept.checkpoint
        print(f"Checkpoint given: entry {said.sequence}, of {time_text(said.at)}, key {said.key}")
    show(establishment, proof)


def show(establishment: Establishment, proof: EstablishmentProof) -> None:
    """What was proven; raises CommandError where something does not hold."""
    print(f"The record of {printable(establishment.name)}: {proof.entries} entries")
    print(f"Records of its meetings: {proof.meetings}, with {proof.meeting_entries} entries")
    print(f"Signed up to entry {proof.signed}")
    for note in proof.notes:
        print(printable(f"NOTE   {note}"))
    for problem in proof.problems:
        place = "establishment" if problem.meeting is None else f"meeting {problem.meeting}"
        print(printable(f"WRONG  {place}: {problem.text}"))
    if proof.problems:
        raise CommandError(f"{len(proof.problems)} of the records do not hold")
    print("All of them hold.")


async def _establishment(
    chosen: argparse.Namespace, store: Store, kept: SignedCheckpoint | None
) -> Establishment:
    """Whose checkpoint it is, or the one that was named."""
    if kept is None:
        return await find_establishment(chosen.establishment, store)
    for one in await store.establishments():
        if one.id == kept.checkpoint.establishment:
            return one
    raise CommandError("the checkpoint is of an establishment that this database does not know")


def read_checkpoint(path: str) -> SignedCheckpoint:
    """Raises CommandError."""
    try:
        return checkpoints.parse(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: {reason(error)}") from error
    except (BadCheckpoint, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: this is not a checkpoint") from error


async def _checkpoint(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    establishment = await find_establishment(chosen.establishment, store)
    print((await store.records.checkpoint(establishment.id, time.time())).text())


async def _rotate(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    key = await store.records.rotate_key(time.time())
    print(f"Records are signed with key {key} from now on. The old key has signed it and is gone.")
