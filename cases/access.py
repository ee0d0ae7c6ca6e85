"""The only gates to cases and promises: in-house sees all, a partner those of records shared with it that
are not another partner's."""

from django.db.models import Q, QuerySet

from accounts.access import Viewer
from cases.models import Case, Promise
from customers.access import visible_customers
from foundation.errors import NotVisible


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """The cases this viewer may know of."""
    if viewer.scope is None:
        return Case.objects.all()
    theirs = Q(partner=None) | Q(partner_id=viewer.scope.partner_id)
    return Case.objects.filter(theirs, customer__in=visible_customers(viewer))


def visible_promises(viewer: Viewer) -> QuerySet[Promise]:
    """The promises this viewer may know of."""
    if viewer.scope is None:
        return Promise.objects.all()
    theirs = Q(owed_by=None) | Q(owed_by_id=viewer.scope.partner_id)
    return Promise.objects.filter(theirs, customer__in=visible_customers(viewer))


def access_case(viewer: Viewer, case_id: int) -> Case:
    """The case. NotVisible when there is none, or the viewer may not know."""
    case = visible_cases(viewer).select_related("customer", "partner").filter(id=case_id).first()
    if case is None:
        raise NotVisible("case")
    return case


def access_promise(viewer: Viewer, promise_id: int) -> Promise:
    """The promise. NotVisible when there is none, or the viewer may not know."""
    found = visible_promises(viewer).select_related("customer", "owed_by", "owner", "case")
    promise = found.filter(id=promise_id).first()
    if promise is None:
        raise NotVisible("promise")
    return promise
