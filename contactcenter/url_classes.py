"""Who may open which URL: every named URL stands here, and a test walks them all as the wrong user.

public: anybody · signed: a carrier whose signature we check · member: any signed-in member ·
agent: members who take work · supervisor: supervisors and administrators · partner_api: a partner's
system with a token · ops: health and figures, which name no company and no customer.
"""

from typing import Literal

UrlClass = Literal["public", "signed", "member", "agent", "supervisor", "partner_api", "ops"]

URL_CLASSES: dict[str, UrlClass] = {
    "accounts:login": "public",
    "accounts:logout": "member",
    "desk:console": "member",
    "desk:work": "agent",
    "desk:idle": "agent",
    "desk:marquee": "member",
    "desk:marquee_ack": "member",
    "desk:presence": "agent",
    "desk:voice_token": "agent",
    "desk:offer_accept": "agent",
    "desk:offer_decline": "agent",
    "desk:contact": "agent",
    "desk:contact_note": "agent",
    "desk:contact_promise": "agent",
    "desk:contact_fact": "agent",
    "desk:contact_ask_again": "agent",
    "desk:contact_transfer": "agent",
    "desk:contact_hold": "agent",
    "desk:contact_mute": "agent",
    "desk:contact_hangup": "agent",
    "desk:contact_wrapup": "agent",
    "desk:customer": "member",
    "desk:customer_timeline": "member",
    "desk:search": "member",
    "desk:floor": "supervisor",
    "desk:floor_panel": "supervisor",
    "desk:announce": "supervisor",
    "desk:announcement_end": "supervisor",
    "desk:styleguide": "member",
    "ivr:voice": "signed",
    "ivr:step": "signed",
    "ivr:wait": "signed",
    "ivr:hold": "signed",
    "ivr:after_queue": "signed",
    "ivr:after_call": "signed",
    "ivr:voicemail": "signed",
    "ivr:recording": "signed",
    "ivr:status": "signed",
    "ivr:conference": "signed",
    "ivr:fallback": "public",
    "live_since": "member",
    "healthz": "ops",
    "metrics": "ops",
}
