"""`python -m tests.foundation.relay`: the product's relay with the tests' handlers and short leases."""

from tests.foundation.worker import app  # first: it sets Django up

if __name__ == "__main__":
    from django.core.management import call_command

    from foundation import deliveries

    app.set_current()
    deliveries.LEASE_SECONDS = {"realtime": 1, "background": 1}
    call_command("relay")
