"""The page that says how often the guess is right, as supervisors open it."""

from __future__ import annotations

from cases.models import ReasonModel
from foundation.tenancy import tenant
from tests.desk.reason_samples import evaluation
from tests.people import make_cast
from tests.sockets import signed_in


def test_the_page_says_who_guesses_why_and_how_often_that_is_right(db: None) -> None:
    cast = make_cast()
    sam, ana = signed_in(cast.sam), signed_in(cast.ana)
    page = sam.get("/record/reasons/").content.decode()
    assert "Nothing was learned yet" in page
    assert "0 of 500" in page
    with tenant(cast.organization.id):
        ReasonModel.objects.create(
            made_from="a",
            in_force=True,
            verdict="better",
            contacts=2038,
            evaluation=evaluation().as_json(),
            weights={"never": "shown"},
        )
    page = " ".join(sam.get("/record/reasons/").content.decode().split())
    assert "The model guesses" in page
    for name in ("Model", "Rules", "Plain frequency", "Access to the digital edition"):
        assert name in page
    found = evaluation()
    assert f"{100 * found.model.hit1:.0f} %" in page
    assert f"{100 * found.frequency.hit3:.0f} %" in page
    with tenant(cast.organization.id):
        ReasonModel.objects.create(made_from="b", verdict="no_better", contacts=2038)
    assert "The rules guess" in sam.get("/record/reasons/").content.decode()
    assert ana.get("/record/reasons/").status_code == 403
