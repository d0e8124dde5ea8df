"""The page of the fairness monitor: figures, findings, who answers for them, and the way out."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from anliegen.oversight.insights import actions
from anliegen.oversight.insights.models import Finding, Report
from anliegen.records.accounts.models import Agent, Brand
from anliegen.records.customers.models import Person
from anliegen.records.tickets.models import Ticket

PAGE = "/workspace/settings/fairness/"


@pytest.fixture(autouse=True)
def at_that_time(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anliegen.ground.clock.now", lambda: now)


@pytest.fixture
def unequal(brand: Brand, kim: Person, now: datetime) -> None:
    """Letters wait three times as long as mails; of the telephone there is little."""
    made = []
    for number in range(160):
        channel = "letter" if number % 4 == 0 else "phone" if number % 20 == 1 else "email"
        begun = now - timedelta(hours=12 * number + 100)
        ends = begun + timedelta(hours=(3 if channel == "letter" else 1) * (2 + number % 7))
        made.append(
            Ticket(
                subject="Abschlag",
                channel=channel,
                language="de",
                brand=brand,
                person=kim,
                created_at=begun,
                updated_at=begun,
                last_message_at=ends,
                first_answered_at=ends,
            )
        )
    Ticket.objects.bulk_create(made)


def test_before_the_first_look_the_page_says_when_it_comes(janas: Client) -> None:
    assert "Noch nicht nachgesehen" in janas.get(PAGE).content.decode()
    assert janas.get(f"{PAGE}figures.json").status_code == 404


def test_looking_now_shows_figures_and_findings(janas: Client, unequal: None) -> None:
    page = janas.post(f"{PAGE}look/", follow=True).content.decode()
    assert "160 Anliegen wurden angesehen." in page
    assert "Anliegen der Gruppe „Brief“ (Weg) warten länger auf die erste Antwort" in page
    assert "1 Gruppe wird nicht gezeigt: Über weniger als 30 Anliegen" in page
    assert "Holm über alle Vergleiche" in page
    assert "nicht erledigt" in janas.get("/workspace/settings/").content.decode()


def test_a_finding_is_handed_over_and_settled(janas: Client, unequal: None, mira: Agent, now: datetime) -> None:
    actions.examine(at=now)
    finding = Finding.objects.get(measure="waiting")
    page = janas.post(f"{PAGE}{finding.pk}/owner/", {"owner": mira.pk}, follow=True).content.decode()
    assert "Mira Yılmaz steht ab jetzt dafür ein." in page
    for day in ("2026-11-16", "2028-01-01", "morgen"):
        refused = janas.post(f"{PAGE}{finding.pk}/settle/", {"note": "Scanner.", "check_on": day})
        assert refused.status_code == 422
    assert janas.post(f"{PAGE}{finding.pk}/settle/", {"note": " ", "check_on": "2026-12-16"}).status_code == 422
    assert janas.post(f"{PAGE}{finding.pk}/owner/", {"owner": 99999}).status_code == 422
    said = {"note": "Die Poststelle\r\nscannt jetzt täglich.", "check_on": "2026-12-16"}
    page = janas.post(f"{PAGE}{finding.pk}/settle/", said, follow=True).content.decode()
    assert "Erledigte Befunde" in page
    finding.refresh_from_db()
    assert (finding.state, finding.note) == ("settled", "Die Poststelle\nscannt jetzt täglich.")


def test_who_reads_the_journal_sees_it_and_changes_nothing(
    client: Client, mira: Agent, unequal: None, now: datetime
) -> None:
    actions.examine(at=now)
    client.force_login(mira)
    assert client.get(PAGE).status_code == 403
    mira.role.permissions = [*mira.role.permissions, "audit.read"]
    mira.role.save()
    page = client.get(PAGE).content.decode()
    assert "warten länger" in page and "fairness/look/" not in page and "/settle/" not in page
    assert client.post(f"{PAGE}look/").status_code == 403
    finding = Finding.objects.get(measure="waiting")
    assert client.post(f"{PAGE}{finding.pk}/owner/", {"owner": mira.pk}).status_code == 403


def test_the_figures_as_files(janas: Client, unequal: None, now: datetime) -> None:
    actions.examine(at=now)
    kept = janas.get(f"{PAGE}figures.json").json()
    assert (kept["concerns"], kept["smallest_group"], kept["level"]) == (160, 30, 0.01)
    assert kept["groups"] == Report.objects.get().figures["groups"]
    answer = janas.get(f"{PAGE}figures.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="fairness-2026-11-16.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    letters = {one["measure"]: one for one in rows if one["group"] == "letter"}
    assert float(letters["waiting_median_hours"]["value"]) > 10
    assert [one["measure"] for one in rows if one["group"] == "phone"] == ["hidden"]
    assert janas.get(f"{PAGE}figures.exe").status_code == 404


def test_the_page_asks_little_however_many_findings(
    janas: Client, unequal: None, now: datetime, django_assert_max_num_queries: Callable[..., object]
) -> None:
    actions.examine(at=now)
    janas.get(PAGE)
    with django_assert_max_num_queries(14):
        janas.get(PAGE)
