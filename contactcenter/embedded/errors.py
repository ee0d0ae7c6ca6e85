"""What can go wrong with an embedded engine, said in one line."""


class EngineError(RuntimeError):
    """An engine cannot run; the message is one line for the person at the terminal."""
