"""A document on standard input, its PDF on standard output: a process of its own.

What comes is JSON, `{"html": text, "style": the text of a style sheet}`.

It is run as a file, by `signalling.staff.pdf`, and imports nothing of ours. It fetches nothing,
neither files nor addresses: what a document names stays unread (the fonts are the system's). The
kernel ends it when it takes too much time or memory, and lets it write no file.
"""

import json
import os
import resource
import sys
from typing import NoReturn

CPU_S = 60
MEMORY_BYTES = 2 * 1024**3
NICE = 10
CHECK = "check"


def main() -> int:
    """With the argument `check`: only whether a PDF could be made, by the exit status."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        from weasyprint import CSS, HTML  # loads Pango
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        return 1
    if sys.argv[1:] == [CHECK]:
        return 0

    class NothingElse(URLFetcher):  # type: ignore[misc]  # the library has no types
        """Every address is refused, and stands for nothing in the document."""

        def fetch(self, url: str, headers: object = None) -> NoReturn:
            raise ValueError("a record names no other document")

    given, nothing = json.load(sys.stdin.buffer), NothingElse()
    document = HTML(string=given["html"], url_fetcher=nothing)
    style = CSS(string=given["style"], url_fetcher=nothing)
    sys.stdout.buffer.write(document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
