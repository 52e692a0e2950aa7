"""What stops a command before its work: not a fault of a record."""


class Refusal(Exception):
    """A command can't run. The message says why, and what to do."""
