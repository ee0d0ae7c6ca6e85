"""Where the screens are."""

from django.urls import path

from desk.views import (
    announcements,
    console,
    contact,
    duplicates,
    floor,
    identities,
    record,
    styleguide,
    work,
)

app_name = "desk"
_contact = "contacts/<int:interaction_id>/"
_subscription = "subscriptions/<int:subscription_id>/"
_identity = "customers/<int:customer_id>/identities/<int:identity_id>/"
urlpatterns = [
    path("", console.console, name="console"),
    path("work/", console.work, name="work"),
    path("idle/", console.idle, name="idle"),
    path("marquee/", console.marquee, name="marquee"),
    path("search/", console.search, name="search"),
    path("customers/<int:customer_id>/", console.customer, name="customer"),
    path("customers/<int:customer_id>/timeline/", console.customer_timeline, name="customer_timeline"),
    path("customers/<int:customer_id>/identities/", identities.identities, name="identities"),
    path(_identity + "verify/", identities.verify, name="identity_verify"),
    path(_identity + "remove/", identities.remove, name="identity_remove"),
    path(_identity + "shared/", identities.share, name="identity_share"),
    path("customers/<int:customer_id>/duplicate/", duplicates.propose, name="duplicate_propose"),
    path("customers/duplicates/", duplicates.duplicates, name="duplicates"),
    path("customers/duplicates/<int:pair_id>/", duplicates.pair, name="duplicate"),
    path("customers/duplicates/<int:pair_id>/merge/", duplicates.merge_pair, name="duplicate_merge"),
    path("customers/duplicates/<int:pair_id>/apart/", duplicates.keep_apart, name="duplicate_apart"),
    path("customers/merges/<int:merge_id>/", duplicates.merge, name="merge"),
    path("customers/merges/<int:merge_id>/undo/", duplicates.undo_merge, name="merge_undo"),
    path("customers/<int:customer_id>/cases/", record.open_case, name="case_open"),
    path("cases/<int:case_id>/solve/", record.solve_case, name="case_solve"),
    path(_subscription + "switch/", record.switch_subscription, name="subscription_switch"),
    path(_subscription + "confirm/", record.confirm_switch, name="subscription_confirm"),
    path("presence/", work.set_presence, name="presence"),
    path("voice-token/", work.voice_token, name="voice_token"),
    path("offers/<int:offer_id>/accept/", work.accept_offer, name="offer_accept"),
    path("offers/<int:offer_id>/decline/", work.decline_offer, name="offer_decline"),
    path(_contact, console.contact, name="contact"),
    path(_contact + "identify/", contact.identify, name="contact_identify"),
    path(_contact + "note/", contact.add_note, name="contact_note"),
    path(_contact + "promise/", contact.make_promise, name="contact_promise"),
    path(_contact + "fact/", contact.record_fact, name="contact_fact"),
    path(_contact + "ask-again/", contact.ask_again, name="contact_ask_again"),
    path(_contact + "transfer/", contact.transfer, name="contact_transfer"),
    path(_contact + "hold/", contact.hold, name="contact_hold"),
    path(_contact + "mute/", contact.mute, name="contact_mute"),
    path(_contact + "hang-up/", contact.hang_up, name="contact_hangup"),
    path(_contact + "wrap-up/", contact.wrap_up, name="contact_wrapup"),
    path("floor/", floor.floor, name="floor"),
    path("floor/panels/<slug:name>/", floor.panel, name="floor_panel"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("announcements/", announcements.announce, name="announce"),
    path("announcements/<int:announcement_id>/end/", announcements.end, name="announcement_end"),
    path("announcements/<int:announcement_id>/seen/", announcements.acknowledge, name="marquee_ack"),
]
