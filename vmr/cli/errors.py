"""What stops a command, in one line for the operator."""

import os


class CommandError(Exception):
    """The command could not be done; the message says why and what to do."""


def reason(error: OSError) -> str:
    """What the system says is wrong, as the end of a sentence."""
    known = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
    return known[0].lower() + known[1:]
