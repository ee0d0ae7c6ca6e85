from tests.people import cast, committed_cast  # noqa: F401
