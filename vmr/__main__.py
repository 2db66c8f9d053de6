"""The `vmr` command."""

import sys

from vmr.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
