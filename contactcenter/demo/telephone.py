"""The companies' telephone: an account at the carrier, a number, a menu; and the carrier's view of it."""

import secrets
from collections.abc import Mapping
from typing import Any

from contactcenter.demo.company import Company
from contactcenter.demo.population import ROBERT, ROBERT_NUMBER
from customers.models import Identity
from ivr.actions import set_up_account, set_up_number
from ivr.addresses import address
from ivr.models import MenuChoice, PhoneNumber, TelephonyAccount
from routing.models import Queue

_STRANGER = {"number": "+447700900999", "name": "Somebody new"}


def write_telephone(company: Company) -> None:
    """Give the company an account and its number, unless it has one."""
    if TelephonyAccount.objects.exists():
        return
    account = set_up_account(
        _sid("AC"),
        auth_token=secrets.token_hex(16),
        api_key_sid=_sid("SK"),
        api_key_secret=secrets.token_urlsafe(24),
        twiml_app_sid=_sid("AP"),
    )
    queues = {queue.slug: queue for queue in Queue.objects.all()}
    plan = company.plan
    line = set_up_number(
        account,
        plan.number,
        name="Main line",
        queue=queues[plan.queues[0].slug],
        queues_by_reason={reason: queues[slug] for reason, slug in plan.queues_by_reason.items()},
        greeting=plan.greeting,
    )
    if plan.menu:
        _replace_menu(
            line, plan.menu, {reason: queues[slug] for reason, slug in plan.queues_by_reason.items()}
        )


def _replace_menu(
    line: PhoneNumber, menu: tuple[tuple[str, str, str, tuple[str, ...]], ...], queues: Mapping[str, Queue]
) -> None:
    line.menu.all().delete()
    for digit, reason, label, keywords in menu:
        MenuChoice.objects.create(
            number=line,
            digit=digit,
            reason=reason,
            label=label,
            keywords=list(keywords),
            queue=queues.get(reason),
        )


def own_line() -> dict[str, str]:
    """What somebody needs who plays the carrier for this company."""
    account = TelephonyAccount.objects.get(is_active=True)
    return {
        "account_sid": account.account_sid,
        "auth_token": account.auth_token,
        "number": PhoneNumber.objects.filter(account=account).order_by("id")[0].e164,
        "voice_url": address("voice"),
        "status_url": address("status"),
    }


def carrier_account(company: Company) -> dict[str, Any]:
    """The company's account as the carrier knows it."""
    account = TelephonyAccount.objects.get(is_active=True)
    return {
        "sid": account.account_sid,
        "auth_token": account.auth_token,
        "name": company.plan.name,
        "api_key_sid": account.api_key_sid,
        "api_key_secret": account.api_key_secret,
        "numbers": [_carrier_number(line) for line in PhoneNumber.objects.filter(account=account)],
        "applications": [{"sid": account.twiml_app_sid, "voice_url": address("voice")}],
    }


def _carrier_number(line: PhoneNumber) -> dict[str, str]:
    return {
        "number": line.e164,
        "name": line.name,
        "voice_url": address("voice"),
        "voice_method": "POST",
        "voice_fallback_url": address("fallback"),
        "status_callback": address("status"),
        "status_callback_method": "POST",
        "sms_url": address("message"),
    }


def callers() -> list[dict[str, str]]:
    """Whose telephones stand on the desk: the known caller, some more, and a stranger."""
    phones = Identity.objects.filter(kind="phone", value__startswith="+447700900").exclude(
        value=ROBERT_NUMBER
    )
    others = phones.select_related("customer").order_by("customer_id")[:5]
    known = [{"number": row.value, "name": row.customer.display_name} for row in others]
    return [{"number": ROBERT_NUMBER, "name": ROBERT}, *known, _STRANGER]


def _sid(kind: str) -> str:
    return kind + secrets.token_hex(16)
