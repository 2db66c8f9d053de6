"""Fetch the third-party browser files named in vendor.lock.json into vendor/.

    python web/vendor.py            fetch, check the SHA-512 of every package, write, check
    python web/vendor.py --check    only compare the files in vendor/ with the lock
    python web/vendor.py --update   fetch the versions named in the lock, write their hashes into it

Fetching uses `npm pack`, compiling the styles uses `node`; checking and running use neither.
Modules are copied as published except for one thing: bare imports ("preact") become relative
ones ("./preact.js"), since a page without inline script can have no import map.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

WEB = Path(__file__).resolve().parent
LOCK = WEB / "vendor.lock.json"
VENDOR = WEB / "vendor"
STYLES_ENTRY = WEB / "vendor.scss"
STYLES_OUTPUT = "govuk-frontend.css"
NPM_TIMEOUT_S = 300
COMPILE = """
const sass = require("sass");
const [entry, load] = process.argv.slice(1);
const result = sass.compile(entry, {loadPaths: [load], style: "compressed", quietDeps: true});
process.stdout.write(result.css + "\\n");
"""

Lock = dict[str, Any]


def sha512(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetch(name: str, version: str, into: Path) -> bytes:
    """The package's tarball as the registry serves it."""
    command = ["npm", "pack", "--json", "--pack-destination", str(into), f"{name}@{version}"]
    run = subprocess.run(command, check=True, capture_output=True, timeout=NPM_TIMEOUT_S)
    return (into / Path(json.loads(run.stdout)[0]["filename"]).name).read_bytes()


def unpack(name: str, tarball: bytes, modules: Path) -> Path:
    """Unpack into `modules/name`, as node would find it."""
    target = modules / name
    target.mkdir(parents=True)
    archive = modules / "archive.tgz"
    archive.write_bytes(tarball)
    with tarfile.open(archive) as tar:
        members = [m for m in tar.getmembers() if m.isfile() and "/" in m.name]
        for member in members:
            member.name = member.name.partition("/")[2]
        tar.extractall(target, members=members, filter="data")
    archive.unlink()
    return target


def fetch_all(lock: Lock, modules: Path, *, update: bool) -> None:
    for name, package in lock["packages"].items():
        with tempfile.TemporaryDirectory() as into:
            tarball = fetch(name, package["version"], Path(into))
        found = sha512(tarball)
        if update:
            package["integrity"] = found
        elif found != package["integrity"]:
            sys.exit(f"{name} {package['version']}: the registry's file is not the one in the lock")
        unpack(name, tarball, modules)


def relative_imports(text: str, imports: dict[str, str]) -> str:
    """Bare specifiers become neighbours; a source map that is not vendored is not named."""

    def neighbour(match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}{imports.get(match[3], match[3])}{match[2]}"

    text = re.sub(r"""(\bfrom\s*|\bimport\s*\(?)(["'])([^"']+)\2""", neighbour, text)
    return re.sub(r"\n?//# sourceMappingURL=.*\n?", "\n", text)


def compile_styles(modules: Path) -> bytes:
    load = modules / "govuk-frontend" / "dist"
    command = ["node", "-e", COMPILE, str(STYLES_ENTRY), str(load)]
    run = subprocess.run(
        command, check=True, capture_output=True, cwd=modules.parent, timeout=NPM_TIMEOUT_S
    )
    return run.stdout


def built_files(lock: Lock, modules: Path) -> dict[str, bytes]:
    files = {STYLES_OUTPUT: compile_styles(modules)}
    for name, package in lock["packages"].items():
        for source, target in package.get("files", {}).items():
            content = (modules / name / source).read_bytes()
            if target.endswith((".js", ".d.ts")):
                content = relative_imports(content.decode(), lock["imports"]).encode()
            files[target] = content
    return files


def check(lock: Lock) -> list[str]:
    """What differs between vendor/ and the lock, in words; nothing when all is well."""
    wrong = []
    for name, expected in lock["sha256"].items():
        path = VENDOR / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif sha256(path.read_bytes()) != expected:
            wrong.append(f"{name} is not the file of the lock")
    known = set(lock["sha256"])
    found = {p.relative_to(VENDOR).as_posix() for p in VENDOR.rglob("*") if p.is_file()}
    wrong += [f"{name} is not in the lock" for name in sorted(found - known)]
    return wrong


def refresh(lock: Lock, *, update: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        modules = Path(folder) / "node_modules"
        modules.mkdir()
        fetch_all(lock, modules, update=update)
        files = built_files(lock, modules)
    for name, content in files.items():
        (VENDOR / name).parent.mkdir(parents=True, exist_ok=True)
        (VENDOR / name).write_bytes(content)
    if update:
        kept = {n: (VENDOR / n).read_bytes() for n in lock["kept"]}
        lock["sha256"] = {n: sha256(c) for n, c in sorted({**files, **kept}.items())}
        LOCK.write_text(json.dumps(lock, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare with the lock")
    parser.add_argument("--update", action="store_true", help="write new hashes into the lock")
    options = parser.parse_args()
    lock = json.loads(LOCK.read_text())
    if not options.check:
        refresh(lock, update=options.update)
    if wrong := check(lock):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
