"""A file of subscribers that somebody imported, some rows of it refused."""

import csv
import io

from contactcenter.demo.company import Company
from customers.imports import actions, running
from customers.imports.models import ImportChunk
from customers.imports.queries import reader_of
from customers.models import Customer, Identity


def write_import(company: Company, customers: list[Customer]) -> None:
    """Run a small import as its supervisor would: customers that are known, and three rows to mend."""
    member = next((each for each in company.members.values() if each.supervises), None)
    content = _content(customers[:12])
    if member is None or not content:
        return
    file = actions.start_upload(file_name="subscribers.csv", size_bytes=len(content), member=member)
    actions.store_part(file.id, number=0, content=content)
    actions.finish_upload(file.id, actor=member.actor)
    actions.read_file(file.id)
    file.refresh_from_db()
    actions.map_columns(file.id, mapping=file.mapping, match_by="subscriber_number", on_match="fill")
    file = actions.start_import(file.id, actor=member.actor)
    for chunk in ImportChunk.objects.filter(file=file).order_by("number"):
        read = running.read_chunk(reader_of(file), chunk.number, bytes(chunk.rows))
        running.write_chunk(file, chunk.id, read)
    actions.finish_import(file.id)


def _content(customers: list[Customer]) -> bytes:
    numbers = dict(
        Identity.objects.filter(customer__in=customers, kind=Identity.Kind.SUBSCRIBER_NUMBER).values_list(
            "customer_id", "value"
        )
    )
    rows = [
        [customer.display_name, numbers[customer.id], ""] for customer in customers if customer.id in numbers
    ]
    if not rows:
        return b""
    rows += [
        ["Harriet Vane", rows[0][1] + "9", "4.47701E+11"],
        ["Walter Morel", "", "020 7946 0999"],
        ["=A2", rows[0][1] + "8", ""],
    ]
    text = io.StringIO()
    csv.writer(text).writerows([["Name", "Subscriber number", "Phone"], *rows])
    return text.getvalue().encode()
