"""Setting the telephone up: accounts, numbers, menus."""

from collections.abc import Mapping

from foundation.errors import Refusal
from foundation.phones import parse_phone
from ivr.known_lines import forget_lines
from ivr.models import MenuChoice, PhoneNumber, TelephonyAccount
from ivr.rules import DEFAULT_MENU
from routing.models import Queue


def set_up_account(
    account_sid: str,
    *,
    auth_token: str,
    secondary_auth_token: str = "",
    api_key_sid: str = "",
    api_key_secret: str = "",
    twiml_app_sid: str = "",
) -> TelephonyAccount:
    """An account at the carrier, new or with new secrets. Refusal `bad_account`."""
    if not account_sid.startswith("AC") or len(account_sid) != 34 or not auth_token:
        raise Refusal(
            "bad_account", "An account SID starts with AC and has 34 characters.", field="account_sid"
        )
    account, _ = TelephonyAccount.objects.update_or_create(
        account_sid=account_sid,
        defaults={
            "auth_token": auth_token,
            "secondary_auth_token": secondary_auth_token,
            "api_key_sid": api_key_sid,
            "api_key_secret": api_key_secret,
            "twiml_app_sid": twiml_app_sid,
            "is_active": True,
        },
    )
    forget_lines()
    return account


def set_up_number(
    account: TelephonyAccount,
    number: str,
    *,
    name: str,
    queue: Queue,
    queues_by_reason: Mapping[str, Queue] | None = None,
    **fields: object,
) -> PhoneNumber:
    """A number and its menu; reasons without a queue of their own go to `queue`. Refusal `bad_number`."""
    phone = parse_phone(number, country_code="")
    if phone is None:
        raise Refusal("bad_number", "Give the number with + and country code.", field="number")
    line, _ = PhoneNumber.objects.update_or_create(
        e164=phone.e164, defaults={"account": account, "name": name, "queue": queue, **fields}
    )
    line.menu.all().delete()
    for choice in DEFAULT_MENU:
        MenuChoice.objects.create(
            number=line,
            digit=choice.digit,
            reason=choice.reason,
            label=choice.label,
            keywords=list(choice.keywords),
            queue=(queues_by_reason or {}).get(choice.reason),
        )
    forget_lines()
    return line
