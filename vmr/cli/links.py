"""What links begin with and what is in them; commands as they are printed."""

import re
import sys
from pathlib import Path

from vmr.settings import Settings


def base_url(settings: Settings, port: int | None = None, like: str = "") -> str:
    """What every link begins with: as in the link `like`, or with the `port` really taken."""
    given = re.match(r"(https?://[^/\s]+)/r/", like)
    scheme = "https" if settings.tls_cert_file else "http"
    here = f"{scheme}://localhost:{port or settings.http_port}"
    default = settings.public_url or settings.node_url or here
    return given[1] if given else default


def address_in(text: str) -> str:
    """The room's address in what an operator typed: itself, or any link of the room."""
    found = re.search(r"/r/([^/?#]+)", text)
    return found[1] if found else text


def token_in(text: str) -> str:
    """The token in a personal link, or the text itself."""
    return text.rpartition("#invite=")[2]


def command() -> str:
    """How this program was called, so that printed commands can be pasted."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{Path(sys.executable).name} -m vmr"
    try:
        return str(called.relative_to(Path.cwd()))
    except ValueError:
        return called.name if called.is_absolute() else str(called)
