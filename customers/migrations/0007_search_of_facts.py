"""Answers to searchable questions are found by how they begin."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The index is built beside the work: a locked table would stop every call.
    atomic = False
    dependencies = [("customers", "0006_facts")]
    operations = [
        AddIndexConcurrently(
            model_name="fact",
            index=models.Index(
                condition=models.Q(("search_value", ""), _negated=True),
                fields=["organization_id", "search_value"],
                name="fact_search",
            ),
        ),
    ]
