"""`bench pages` measures what its names say."""

from typing import Any

import pytest

from anliegen.ground import clock
from anliegen.oversight.measurement.bench import pages
from anliegen.oversight.measurement.bench.browser import Browser, PageFailed
from anliegen.records.accounts import founding
from anliegen.records.accounts.models import Agent, Operator
from anliegen.records.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ["inbox", "ticket", "search_common", "search_rare", "reply"]


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few calls over few tickets, in a house that has just been founded."""
    for name, value in {"FEW": 60, "CALLS": 1, "WARM_UP": 1, "AGENTS": 3}.items():
        monkeypatch.setattr(pages, name, value)
    if not Operator.objects.exists():
        founding.found(organisation="Messung", admin_email="bench@bench.example", password="x" * 20, at=clock.now())


def figures_of(report: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: sorted(report[name]) for name in names}


def test_each_page_is_measured_with_few_and_many_tickets_in_one_run(quickly: None) -> None:
    noted: list[str] = []
    report = pages.measure(90, noted.append)
    times = {name: ["cpu_ms", "p50_ms", "p95_ms"] for name in PAGES}
    for figures in (report.figures, report.figures["with_60_tickets"], report.figures["sees_all_teams"], report.limit):
        assert figures_of(figures, *PAGES) == times
    growth = {
        name: round(report.figures[name]["p95_ms"] / report.figures["with_60_tickets"][name]["p95_ms"], 2)
        for name in PAGES
    }
    assert report.figures["growth_p95"] == growth
    assert report.ratio == min(report.limit["ratios"].values())
    assert (Ticket.objects.count(), noted) == (90, ["60 tickets", "90/90 tickets"])


def test_an_answer_that_is_measured_is_one_that_was_queued_at_once(quickly: None) -> None:
    pages.measure(60, lambda words: None)
    browser_calls = 2 * 2 * (pages.CALLS + pages.WARM_UP) + 2  # two agents, twice; and two while queries are counted
    assert Message.objects.filter(state="queued", agent__isnull=False).count() == browser_calls


def test_a_page_that_does_not_answer_is_no_figure(quickly: None) -> None:
    browser = Browser(Agent.objects.get())
    assert b'aria-current="page"' in browser.get("/workspace/?view=open")
    with pytest.raises(PageFailed, match="404"):
        browser.get("/workspace/tickets/1/")
