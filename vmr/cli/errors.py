"""What stops a command, in one line for the operator."""


class CommandError(Exception):
    """The command could not be done; the message says why and what to do."""
