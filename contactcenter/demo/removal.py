"""Taking a demo company away again."""

from django.apps import apps
from django.db import connection, models

from accounts.models import Member, Organization, User
from foundation.tenancy import tenant


def remove_company(organization: Organization) -> None:
    """Delete every row of the company, and the logins that belong to it alone.

    Foreign keys are checked at the end of the transaction, so the order does not matter.
    """
    with tenant(organization.id):
        user_ids = list(Member.objects.values_list("user_id", flat=True))
        with connection.cursor() as cursor:
            for model in _tenant_models():
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"DELETE FROM {table} WHERE organization_id = %s", [organization.id])  # noqa: S608
        User.objects.filter(id__in=user_ids, memberships=None).delete()
        Organization.objects.filter(id=organization.id).delete()


def _tenant_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if any(field.name == "organization_id" for field in model._meta.local_concrete_fields)
    ]
