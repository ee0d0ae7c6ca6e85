"""What one neighbour wants from another: routing's surge plans and the marquee meet here."""

from accounts.actors import SYSTEM_ACTOR
from foundation import clock
from foundation.events import RecordedEvent
from knowledge.actions import end_announcement, post_announcement
from routing.actions.surges import note_marquee
from routing.models import SurgeRun
from routing.queries.surges import bundle_of


def keep_surge_marquee(event: RecordedEvent) -> None:
    """The plan's words are on the desktops exactly while it runs, in whatever order its events arrive."""
    # Locked: its start and its end may be told at the same time.
    runs = SurgeRun.objects.select_for_update(of=("self",)).select_related("version", "started_by")
    run = runs.filter(id=event.payload["run_id"]).first()
    if run is None:
        return
    is_on = run.reverted_at is None and run.expires_at > clock.now()
    if is_on and run.announcement_id is None:
        _post(run)
    elif not is_on and run.announcement_id is not None:
        end_announcement(run.announcement_id)


def _post(run: SurgeRun) -> None:
    marquee = bundle_of(run.version).marquee
    if marquee is None:
        return
    posted = post_announcement(
        actor=run.started_by.actor if run.started_by else SYSTEM_ACTOR,
        title=marquee.title,
        body=marquee.body,
        urgency=marquee.urgency,
        audience=marquee.audience,
        ends_at=run.expires_at,
    )
    note_marquee(run.id, posted.id)
