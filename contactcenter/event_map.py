"""Who listens to what: the one page. Real-time handlers move calls; background ones inform."""

from analytics import handlers as analytics
from cases import handlers as cases
from cases.events import PromiseDue, PromiseDueSoon, ReasonTrainingWanted
from customers import handlers as customers
from customers.consent import handlers as consent
from customers.events import (
    CustomerChanged,
    CustomerCreated,
    CustomerMerged,
    CustomersImported,
    CustomerUnmerged,
    InteractionAbandoned,
    InteractionAnswered,
    InteractionEnded,
    InteractionIdentified,
    InteractionQueued,
    InteractionTransferred,
    InteractionWrappedUp,
    QuestionAskedAgain,
)
from customers.exports import handlers as exports
from customers.exports.events import ExportExpired, ExportRequested
from customers.imports import handlers as imports
from customers.imports.events import ImportChunksDue, ImportFinished, ImportForgotten, ImportUploaded
from customers.privacy import handlers as privacy
from customers.privacy.events import CustomerErased, ErasureSweepDue
from desk import handlers as desk
from foundation.events import listen
from ivr import handlers as phone
from ivr.events import (
    AgentLegAnswered,
    AgentLegLost,
    AgentLegOverdue,
    AgentLegWanted,
    CallbackOverdue,
    CallControlRequested,
    RecordingUnwanted,
    WebhookStored,
)
from knowledge import handlers as knowledge
from knowledge.events import AnnouncementRunsOut, AnnouncementStarts
from partners import handlers as partners
from partners.feed import PARTNER_EVENTS
from routing import handlers as routing
from routing.events import (
    CallbackDue,
    CallbackEnded,
    OfferAccepted,
    OfferExpiryDue,
    SeatsAnswerDue,
    SimulationRequested,
    SurgeExpiryDue,
    SurgeReverted,
    SurgeStarted,
    WorkFinalWanted,
    WorkLeft,
    WrapUpDue,
)


def register() -> None:
    """Register every handler. Called once, when Django is ready."""
    listen(CustomerCreated, customers.look_for_duplicates)
    listen(CustomerChanged, customers.look_for_duplicates)
    listen(CustomerMerged, customers.collect_stragglers)
    listen(CustomerUnmerged, consent.keep_stops_of_both)
    listen(CustomerCreated, consent.heed_kept_stops)
    listen(CustomerChanged, consent.heed_kept_stops)
    listen(PromiseDueSoon, cases.warn_about_promise)
    listen(PromiseDue, cases.escalate_promise)
    listen(ReasonTrainingWanted, cases.learn_reasons, outward=True)
    listen(AnnouncementStarts, knowledge.release_announcement, lane="realtime")
    listen(AnnouncementRunsOut, knowledge.end_announcement)
    for name in PARTNER_EVENTS:
        listen(name, partners.queue_webhooks)
    listen(OfferExpiryDue, routing.expire_due_offer, lane="realtime")
    listen(WrapUpDue, routing.close_due_wrap_up, lane="realtime")
    listen(OfferAccepted, routing.settle_estimates_of_answered)
    listen(WorkLeft, routing.settle_estimates_of_left)
    listen(SimulationRequested, routing.run_requested_simulation, outward=True)
    _register_surges()
    _register_files()
    _register_phone()
    _register_figures()


def _register_surges() -> None:
    listen(SurgeExpiryDue, routing.end_expired_surge, lane="realtime")
    listen(SeatsAnswerDue, routing.refuse_unanswered_ask, lane="realtime")
    listen(SurgeStarted, desk.keep_surge_marquee, lane="realtime")
    listen(SurgeReverted, desk.keep_surge_marquee, lane="realtime")


def _register_files() -> None:
    listen(ImportUploaded, imports.read_uploaded_file)
    listen(ImportChunksDue, imports.write_due_chunks, outward=True)
    listen(CustomersImported, imports.make_imported_findable)
    listen(CustomersImported, consent.heed_kept_stops_of_imported)
    listen(ImportFinished, cases.learn_after_import)
    listen(ImportForgotten, imports.forget_old_import)
    listen(ExportRequested, exports.write_requested_file)
    listen(ExportExpired, exports.expire_file)
    listen(CustomerErased, privacy.sweep_up_after_erasure)
    listen(ErasureSweepDue, privacy.sweep_up_after_erasure)


def _register_phone() -> None:
    listen(WebhookStored, phone.process_webhook, lane="realtime")
    listen(OfferAccepted, phone.dial_agent, lane="realtime", outward=True)
    listen(AgentLegWanted, phone.dial_agent_again, lane="realtime", outward=True)
    listen(AgentLegAnswered, phone.connect_caller, lane="realtime", outward=True)
    listen(CallControlRequested, phone.control_call, lane="realtime", outward=True)
    listen(WorkFinalWanted, phone.end_waiting, lane="realtime", outward=True)
    listen(AgentLegOverdue, phone.give_up_overdue_leg, lane="realtime")
    listen(AgentLegLost, phone.replace_agent, lane="realtime")
    listen(CallbackDue, routing.resume_due_callback, lane="realtime")
    listen(CallbackOverdue, phone.give_up_overdue_call, lane="realtime")
    listen(CallbackEnded, phone.close_called_back, lane="realtime")
    listen(InteractionIdentified, phone.record_heard_answers)
    listen(RecordingUnwanted, phone.delete_recording, outward=True)


def _register_figures() -> None:
    listen(InteractionQueued, analytics.count_offered)
    listen(InteractionAnswered, analytics.count_answered)
    listen(InteractionAbandoned, analytics.count_abandoned)
    listen(InteractionTransferred, analytics.count_transferred)
    listen(InteractionEnded, analytics.count_ended)
    listen(InteractionWrappedUp, analytics.count_wrapped_up)
    listen(QuestionAskedAgain, analytics.count_asked_again)
