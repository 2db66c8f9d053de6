"""`python -m tests.browser.node_serving serve`: `vmr serve` as one of several servers.

TEST_REDIS_URL is their registry, VMR_PUBLIC_URL where browsers reach this one.
"""

import asyncio
import os
import sys

from vmr.cli import options
from vmr.cli.main import build
from vmr.cli.serve import serve
from vmr.cli.sharing import Sharing

REDIS = "TEST_REDIS_URL"
MODULE = "tests.browser.node_serving"


def main() -> int:
    settings = options.load_settings(build().parse_args(sys.argv[1:]))
    sharing = Sharing(redis_url=os.environ[REDIS], url=settings.public_url, name="node")
    return asyncio.run(serve(settings, sharing))


if __name__ == "__main__":
    sys.exit(main())
