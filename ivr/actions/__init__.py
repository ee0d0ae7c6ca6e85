"""Everything that changes a call. Call inside `tenancy.tenant()`; each is one change with its events."""

from ivr.actions.calls import (
    end_call,
    locked_session,
    note_news,
    open_call,
    queue_call,
    take_to_voicemail,
)
from ivr.actions.conferences import ConferenceNews, note_conference, note_hold, note_moved, note_muted
from ivr.actions.control import (
    hang_up_call,
    hold_call,
    mute_call,
    resume_call,
    transfer_call,
    unmute_call,
    voice_token,
)
from ivr.actions.legs import (
    end_leg,
    fail_leg,
    locked_with_leg,
    note_answered,
    note_dialled,
    note_leg_status,
    replace_lost_leg,
    want_leg,
)
from ivr.actions.setup import set_up_account, set_up_number
from ivr.actions.voicemail import store_voicemail
from ivr.actions.webhooks import (
    Webhook,
    announce_unprocessed,
    lock_stored,
    locked_webhook,
    mark_answered,
    mark_processed,
    note_failure,
    store_callback,
    store_webhook,
)

__all__ = [
    "ConferenceNews",
    "Webhook",
    "announce_unprocessed",
    "end_call",
    "end_leg",
    "fail_leg",
    "hang_up_call",
    "hold_call",
    "lock_stored",
    "locked_session",
    "locked_webhook",
    "locked_with_leg",
    "mark_answered",
    "mark_processed",
    "mute_call",
    "note_answered",
    "note_conference",
    "note_dialled",
    "note_failure",
    "note_hold",
    "note_leg_status",
    "note_moved",
    "note_muted",
    "note_news",
    "open_call",
    "queue_call",
    "replace_lost_leg",
    "resume_call",
    "set_up_account",
    "set_up_number",
    "store_callback",
    "store_voicemail",
    "store_webhook",
    "take_to_voicemail",
    "transfer_call",
    "unmute_call",
    "voice_token",
    "want_leg",
]
