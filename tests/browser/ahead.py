"""`python -m tests.browser.ahead ARGUMENTS`: the `vmr` command on a day to come.

The wall clock is TEST_AHEAD_S seconds ahead, from before anything of the program is loaded.
"""

import os
import sys
import time
from unittest import mock

AHEAD = "TEST_AHEAD_S"
MODULE = "tests.browser.ahead"


def main() -> int:
    real, ahead_s = time.time, float(os.environ[AHEAD])

    def ahead() -> float:
        return real() + ahead_s

    with mock.patch.object(time, "time", ahead):
        from vmr.cli.main import main as vmr

        return vmr()


if __name__ == "__main__":
    sys.exit(main())
