"""The partners' doors, all under /api/v1/."""

from django.urls import include, path, re_path, register_converter
from django.views.decorators.csrf import csrf_exempt

from accounts.middleware import finds_own_tenant
from partners import views
from partners.api import (
    cases,
    contact,
    customers,
    erasures,
    events,
    interactions,
    promises,
    record,
    routing,
    seats,
    webhooks,
)

app_name = "partners"


class RowId:
    """A row's number, as far as numbers go in the database."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """Read it."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Write it."""
        return str(value)


register_converter(RowId, "row")

_CUSTOMER = "customers/<row:customer_id>"
_ENDPOINT = "webhook-endpoints/<row:endpoint_id>"

_api = [
    path("oauth/token/", csrf_exempt(finds_own_tenant(views.ClientTokenView.as_view())), name="token"),
    path("openapi.json", views.openapi_document, name="openapi"),
    path("docs/", views.docs, name="docs"),
    path("customers/", customers.CustomerList.as_view(), name="customers"),
    path(f"{_CUSTOMER}/", customers.CustomerDetail.as_view(), name="customer"),
    path(f"{_CUSTOMER}/timeline/", customers.CustomerTimeline.as_view(), name="timeline"),
    path(f"{_CUSTOMER}/facts/", customers.CustomerFacts.as_view(), name="facts"),
    path(f"{_CUSTOMER}/identities/", customers.CustomerIdentities.as_view(), name="identities"),
    path(f"{_CUSTOMER}/notes/", customers.CustomerNotes.as_view(), name="notes"),
    path(f"{_CUSTOMER}/answers/", record.CustomerAnswers.as_view(), name="answers"),
    path(f"{_CUSTOMER}/orders/", record.CustomerOrders.as_view(), name="orders"),
    path(f"{_CUSTOMER}/subscriptions/", record.CustomerSubscriptions.as_view(), name="subscriptions"),
    path("fields/", record.FieldList.as_view(), name="fields"),
    path("asked-again/", record.AskedAgainView.as_view(), name="asked_again"),
    path(f"{_CUSTOMER}/consents/", contact.CustomerConsents.as_view(), name="consents"),
    path("contact-permission/", contact.ContactPermission.as_view(), name="contact_permission"),
    path("contact-permission/addresses/", contact.AddressPermission.as_view(), name="address_permission"),
    path("interactions/", interactions.InteractionList.as_view(), name="interactions"),
    path("interactions/<row:interaction_id>/", interactions.InteractionDetail.as_view(), name="interaction"),
    path("cases/", cases.CaseList.as_view(), name="cases"),
    path("cases/<row:case_id>/", cases.CaseDetail.as_view(), name="case"),
    path("promises/", promises.PromiseList.as_view(), name="promises"),
    path("promises/<row:promise_id>/", promises.PromiseDetail.as_view(), name="promise"),
    path(
        "promises/<row:promise_id>/acknowledge/",
        promises.PromiseAcknowledge.as_view(),
        name="promise_acknowledge",
    ),
    path("promises/<row:promise_id>/keep/", promises.PromiseKeep.as_view(), name="promise_keep"),
    path("erasure-requests/", erasures.ErasureRequestList.as_view(), name="erasure_requests"),
    path(
        "erasure-requests/<row:receipt_id>/",
        erasures.ErasureRequestDetail.as_view(),
        name="erasure_request",
    ),
    path(
        "erasure-requests/<row:receipt_id>/confirm/",
        erasures.ErasureRequestConfirm.as_view(),
        name="erasure_request_confirm",
    ),
    path("seat-asks/", seats.SeatAskList.as_view(), name="seat_asks"),
    path("seat-asks/<row:ask_id>/", seats.SeatAskDetail.as_view(), name="seat_ask"),
    path("seat-asks/<row:ask_id>/answer/", seats.SeatAskAnswer.as_view(), name="seat_ask_answer"),
    path("events", events.EventFeed.as_view(), name="events"),
    path("webhook-endpoints/", webhooks.EndpointList.as_view(), name="webhook_endpoints"),
    path(f"{_ENDPOINT}/", webhooks.EndpointDetail.as_view(), name="webhook_endpoint"),
    path(
        f"{_ENDPOINT}/rotate-secret/",
        webhooks.EndpointRotateSecret.as_view(),
        name="webhook_endpoint_rotate_secret",
    ),
    path(f"{_ENDPOINT}/replay/", webhooks.EndpointReplay.as_view(), name="webhook_endpoint_replay"),
    path(f"{_ENDPOINT}/messages/", webhooks.MessageList.as_view(), name="webhook_messages"),
    path(
        f"{_ENDPOINT}/messages/<row:message_id>/resend/",
        webhooks.MessageResend.as_view(),
        name="webhook_message_resend",
    ),
    *(
        path(f"routing/{name}/", every.as_view(), name=f"routing_{name.replace('-', '_')}")
        for name, (every, _) in routing.VIEWS.items()
    ),
    *(
        path(
            f"routing/{name}/<{'row:member_id' if name == 'agents' else 'slug:slug'}>/",
            one.as_view(),
            name=f"routing_{name.replace('-', '_')}_one",
        )
        for name, (_, one) in routing.VIEWS.items()
    ),
    re_path(r"^(?P<rest>.*)$", views.forgiving_path, name="elsewhere"),
]

urlpatterns = [path("api/v1/", include(_api))]
