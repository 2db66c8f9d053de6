"""One script from many ES modules, for a page that would otherwise fetch them one by one.

Pure, and no compiler: each module becomes a function that returns what it exports, in the order in
which they need each other; not a line between is changed, but types and descriptions (JSDoc) are
left out: a fifth of what a browser would fetch, and of no use to it. What it does not know, it
refuses (`BundleError`, when the server starts): a ring of imports, `export let`, anything left
over.
"""

import posixpath
import re
from collections.abc import Callable

_BEGIN = r"(?:^|(?<=[;}]))[ \t]*"
"""A statement begins with a line; in minified files, behind another one."""
_NAMES = r"\{(?P<names>[^}]*)\}"
_FROM = r"\s*from\s*[\"'](?P<path>[^\"']+)[\"']\s*(?:;|$)"
_IMPORT = re.compile(
    _BEGIN + r"import\s*(?:\*\s*as\s+(?P<whole>\w+)|(?P<default>\w+)|" + _NAMES + ")" + _FROM,
    re.M,
)
_PASSED_ON = re.compile(_BEGIN + r"export\s*" + _NAMES + _FROM, re.M)
_LISTED = re.compile(_BEGIN + r"export\s*" + _NAMES + r"\s*(?:;|$)", re.M)
_DEFAULT = re.compile(_BEGIN + r"export\s+default\s+function\s*(?=\()", re.M)
_DECLARED = re.compile(
    _BEGIN + r"export\s+(?P<what>(?:async\s+)?function\*?|class|const)\s+(?P<name>[\w$]+)", re.M
)
_DESCRIPTION = re.compile(r"^[ \t]*/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*\n?", re.M)
_TYPE = re.compile(r"/\*\* @type \{[^\n`]*?\} \*/ ?")
"""In the midst of a line; nobody writes such a thing into a sentence."""
_LEFT_OVER = re.compile(_BEGIN + r"(?:import\b\s*[\w{*\"'$]|export\b\s*[\w{*])", re.M)


class BundleError(Exception):
    """A module is written in a way that cannot be bundled."""


def bundle(entry: str, read: Callable[[str], str]) -> str:
    """Return one module that does what `entry` does. `read` gives the text at a path.

    `entry` exports nothing and may await at its top; no other module may. Raises BundleError.
    """
    order: dict[str, _Module] = {}
    _collect(entry, read, order, ())
    numbers = {path: number for number, path in enumerate(order)}
    return "\n".join(
        _written(module, numbers, is_entry=path == entry) for path, module in order.items()
    )


class _Module:
    """One module's text, taken apart."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.imports: list[tuple[str, str]] = []
        """What is bound of whom: a pattern of `const`, and a path."""
        self.exports: list[tuple[str, str, str | None]] = []
        """Name outside, name inside, and the path of whom it is passed on from."""
        text = _TYPE.sub("", _DESCRIPTION.sub("", text))
        text = _IMPORT.sub(self._take_import, text)
        text = _PASSED_ON.sub(self._take_passed_on, text)
        text = _LISTED.sub(self._take_listed, text)
        text = _DEFAULT.sub(self._take_default, text)
        self.body = _DECLARED.sub(self._take_declared, text)
        left = _LEFT_OVER.search(self.body)
        if left is not None:
            raise BundleError(f"{path}: {self.body[left.start() : left.start() + 60].strip()}")

    @property
    def needs(self) -> list[str]:
        passed_on = (path for _, _, path in self.exports if path is not None)
        return list(dict.fromkeys([*(path for _, path in self.imports), *passed_on]))

    def _take_import(self, found: re.Match[str]) -> str:
        pattern = found["whole"]
        if found["default"]:
            pattern = f"{{ default: {found['default']} }}"
        elif found["names"] is not None:
            pairs = (f"{name}: {inside}" for name, inside in _pairs(found["names"]))
            pattern = f"{{ {', '.join(pairs)} }}"
        self.imports.append((pattern, self._resolve(found["path"])))
        return ""

    def _take_passed_on(self, found: re.Match[str]) -> str:
        path = self._resolve(found["path"])
        self.exports += [(outside, name, path) for name, outside in _pairs(found["names"])]
        return ""

    def _take_listed(self, found: re.Match[str]) -> str:
        self.exports += [(outside, name, None) for name, outside in _pairs(found["names"])]
        return ""

    def _take_default(self, _found: re.Match[str]) -> str:
        self.exports.append(("default", "$default", None))
        return "function $default"

    def _take_declared(self, found: re.Match[str]) -> str:
        self.exports.append((found["name"], found["name"], None))
        return f"{found['what']} {found['name']}"

    def _resolve(self, path: str) -> str:
        if not path.startswith("."):
            raise BundleError(f"{self.path}: {path} is not a relative path")
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path))


def _pairs(names: str) -> list[tuple[str, str]]:
    """`a, b as c` as (a, a), (b, c)."""
    words = [name.split() for name in names.split(",")]
    return [(one[0], one[-1]) for one in words if one]


def _collect(
    path: str, read: Callable[[str], str], order: dict[str, _Module], above: tuple[str, ...]
) -> None:
    if path in above:
        raise BundleError(f"a ring of imports: {' > '.join((*above, path))}")
    if path in order:
        return
    module = _Module(path, read(path))
    for other in module.needs:
        _collect(other, read, order, (*above, path))
    order[path] = module


def _written(module: _Module, numbers: dict[str, int], *, is_entry: bool) -> str:
    if is_entry and module.exports:
        raise BundleError(f"{module.path}: an entry exports nothing")
    bound = [f"const {pattern} = m{numbers[path]};" for pattern, path in module.imports]
    lines = [f"// {module.path}", *bound, module.body.strip("\n")]
    if is_entry:
        return "\n".join(["{", *lines, "}", ""])
    exports = (
        f"{outside}: {inside}" if path is None else f"{outside}: m{numbers[path]}.{inside}"
        for outside, inside, path in module.exports
    )
    head = f"const m{numbers[module.path]} = (() => {{"
    return "\n".join([head, *lines, f"return {{ {', '.join(exports)} }};", "})();"])
