"""Opening, searching and paging a record with 10,000 lines, as a web worker answers it over HTTP."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from script.benches.figures import Figure, medians, percentile
from script.benches.ground import Ground, quiet_collector, sign_in

about = "opening a record with 10,000 lines, against a bare page and a record with a few"
LINES, FEW = 10_000, 60
REPEATS, QUICK_REPEATS = 30, 6
ROUNDS = 5
# What opening may take, whatever the ratio says.
MOST_MS = 150.0
# A page of the record asks about 35 questions and draws 40 lines; the bare one asks 5 and draws none.
GOAL_BARE, GOAL_FEW = 12.0, 1.5
# A filter looks at every line of the record.
GOAL_SEARCH = 3.0

_FILL = """
INSERT INTO customers_timelineentry
  (organization_id, customer_id, at, kind, hand, author, title, body, ref_kind, for_partners)
SELECT %(organization_id)s, %(customer_id)s, now() - n * interval '40 minutes',
  (ARRAY['interaction','note','fact','promise','case','message'])[1 + n %% 6],
  (ARRAY['inhouse','ivr','customer','partner'])[1 + n %% 4], 'Agent ' || n %% 50,
  'Line ' || n || ' of the story', repeat('What was said and done about the order. ', 1 + n %% 8), '', true
FROM generate_series(1, %(lines)s) n
"""


def measure(*, quick: bool) -> list[Figure]:
    """Four figures: opened, against few lines, searched, and the last page against the first."""
    repeats, rounds = (QUICK_REPEATS, 2) if quick else (REPEATS, ROUNDS)
    with Ground() as ground:
        organization_id, [cookie] = sign_in(1)
        many, few = (record_with(organization_id, lines) for lines in (LINES, FEW))
        page = Pages(ground.run_web(workers=1), cookie, repeats)
        story = f"/customers/{many}/timeline/"
        with quiet_collector():
            opened = page.against(f"/customers/{many}/", "/marquee/", rounds)
            flat = page.against(f"/customers/{many}/", f"/customers/{few}/", rounds)
            found = page.against(f"{story}?q=line+9999&kind=fact&by=customer", story, rounds)
            oldest = page.against(page.last_page_of(story), story, rounds)
        worst = percentile(page.times(f"/customers/{many}/"), 0.95)
    return [
        _figure("timeline_open", opened, GOAL_BARE, f"p95 {worst:.0f} ms", within=worst <= MOST_MS),
        _figure("timeline_few_lines", flat, GOAL_FEW, f"{LINES:,} lines against {FEW}"),
        _figure("timeline_search", found, GOAL_SEARCH, "words, kind and writer against no filter"),
        _figure("timeline_oldest_page", oldest, GOAL_FEW, "the last page against the first"),
    ]


def _figure(
    name: str, measured: tuple[float, float, float], goal: float, note: str, *, within: bool = True
) -> Figure:
    ours, theirs, ratio = measured
    return Figure(name, ours, theirs, ratio, goal, ok=ratio <= goal and within, unit="ms", note=note)


def record_with(organization_id: int, lines: int) -> int:
    """A new customer with so long a story; its id."""
    from django.db import connection

    from accounts.actors import IVR_ACTOR
    from customers.actions import create_customer
    from foundation.tenancy import tenant

    with tenant(organization_id):
        customer = create_customer(actor=IVR_ACTOR, display_name=f"Robin with {lines} lines")
        with connection.cursor() as cursor:
            cursor.execute(
                _FILL,
                {"organization_id": organization_id, "customer_id": customer.pk, "lines": lines},
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_timelineentry")
    return customer.pk


@dataclass
class Pages:
    """Pages of a web worker on that port, asked for by somebody signed in, so many times each."""

    port: int
    cookie: str
    repeats: int

    def against(self, ours: str, theirs: str, rounds: int) -> tuple[float, float, float]:
        """Medians of both addresses in milliseconds, and of the rounds' ratios."""
        for url in (ours, theirs):
            self.get(url)  # warms templates and plans
        return medians([(self._median(ours), self._median(theirs)) for _ in range(rounds)])

    def times(self, url: str) -> list[float]:
        """How long each of some requests took, in milliseconds."""
        return [_timed(lambda: self.get(url)) for _ in range(self.repeats)]

    def last_page_of(self, url: str) -> str:
        """The address of the oldest lines, as the Earlier button would ask for them in the end."""
        after = re.search(r'hx-get="[^"]*before=(\d+)', self.get(url))
        assert after is not None, "there is no second page"
        return f"{url}?before={int(after[1]) + LINES - 80}"

    def get(self, url: str) -> str:
        """The fragment."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self.cookie, "HX-Request": "true", "Host": "localhost"}
        connection.request("GET", url, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, f"{answer.status} {url}"
        connection.close()
        return text

    def _median(self, url: str) -> float:
        return percentile(self.times(url), 0.5)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000
