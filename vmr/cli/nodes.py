"""`vmr nodes`: the servers that share the rooms, as they are now."""

import argparse
from collections.abc import Mapping, Sequence

from vmr.cli.errors import CommandError
from vmr.cli.work import add_verb, printable, time_text
from vmr.nodes.drain import NodeRow
from vmr.nodes.node import Node
from vmr.settings import Settings
from vmr.store.store import Store

HEAD = ("NAME", "STATE", "ROOMS", "PEOPLE", "LOAD", "VERSION", "SINCE", "ADDRESS")
RIGHT = ("ROOMS", "PEOPLE", "LOAD")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add_verb(
        commands,
        "nodes",
        _show,
        "list the servers that share the rooms: state, rooms, people, load",
    )


async def _show(chosen: argparse.Namespace, settings: Settings, store: Store) -> None:
    from vmr.cli.sharing import look  # half of the server: too much for the others to load

    if not settings.redis_url:
        raise CommandError("redis_url is not set: one server runs alone")
    running = (await look(settings.redis_url)).nodes
    known, seen = await store.owners.nodes(), await store.owners.urls_seen()
    print(table(running, known, seen), end="")


def table(nodes: Sequence[Node], known: Sequence[NodeRow], seen: Mapping[str, float]) -> str:
    """`known` is every server there ever was, by name; `seen` where servers are or were, and when
    each was last there (epoch seconds). An address that no name goes with is told without one."""
    names = {one.name for one in nodes}
    gone = [one for one in known if one.name not in names]
    told = {one.url for one in nodes} | {one.url for one in gone}
    rows = [_row(one) for one in sorted(nodes, key=lambda one: (one.name, one.url))]
    rows += [_gone(one.name, one.url or "-", one.seen_at) for one in gone]
    rows += [_gone("-", url, at) for url, at in sorted(seen.items()) if url not in told]
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    return "".join(_line(row, widths) for row in (HEAD, *rows))


def _row(node: Node) -> tuple[str, ...]:
    return (
        printable(node.name),
        "draining" if node.is_draining else "running",
        str(node.rooms),
        str(node.people),
        f"{node.load:.0%}",
        printable(node.version) or "-",
        time_text(node.since),
        printable(node.url),
    )


def _gone(name: str, url: str, at: float) -> tuple[str, ...]:
    return printable(name), "gone", "-", "-", "-", "-", f"seen {time_text(at)}", printable(url)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if head in RIGHT else cell.ljust(width)
        for head, cell, width in zip(HEAD, row, widths, strict=True)
    ]
    return "  ".join(cells).rstrip() + "\n"
