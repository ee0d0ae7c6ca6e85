"""Why a stack does not start, said in one line."""


class StackError(RuntimeError):
    """The stack cannot start; the message is for the person at the terminal."""
