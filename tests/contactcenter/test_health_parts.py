"""What the health page says of the carrier's webhooks."""

from datetime import timedelta

from contactcenter.health_parts import check_webhooks
from foundation import clock
from foundation.tenancy import tenant
from ivr.models import ReceivedWebhook


def received(cast, seconds_ago, *, processed):
    at = clock.now() - timedelta(seconds=seconds_ago)
    with tenant(cast.organization.id):
        ReceivedWebhook.objects.create(
            kind="voice", url="/", params={}, dedupe_key=str(seconds_ago), received_at=at,
            processed_at=at if processed else None,
        )  # fmt: skip


def test_no_webhook_yet_is_well(committed_cast):
    part = check_webhooks()
    assert part.ok
    assert part.figures["last_processed_seconds"] is None


def test_the_age_of_the_last_processed_webhook_is_told(committed_cast):
    received(committed_cast, 500, processed=True)
    received(committed_cast, 100, processed=True)
    part = check_webhooks()
    assert part.ok
    assert 100 <= part.figures["last_processed_seconds"] < 500


def test_a_webhook_that_nobody_processes_is_ill(committed_cast):
    received(committed_cast, 100, processed=False)
    part = check_webhooks()
    assert not part.ok
    assert part.figures["oldest_unprocessed_seconds"] >= 100
