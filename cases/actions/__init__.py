"""Everything that changes cases and promises. Call inside `tenancy.tenant()`.

Each returns the row as it now stands; a step that was already taken writes nothing.
"""

from cases.actions.cases import open_case, reopen_case, solve_case
from cases.actions.escalation import break_promise, warn_promise
from cases.actions.promises import acknowledge_promise, keep_promise, make_promise, withdraw_promise

__all__ = [
    "acknowledge_promise",
    "break_promise",
    "keep_promise",
    "make_promise",
    "open_case",
    "reopen_case",
    "solve_case",
    "warn_promise",
    "withdraw_promise",
]
