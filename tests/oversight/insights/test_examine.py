"""Looking at real concerns: what is read, what is kept, and what becomes of a finding."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from anliegen.flow.automation.models import Decision
from anliegen.flow.feedback.models import Outcome
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.insights import actions, jobs, rows, words
from anliegen.oversight.insights.fairness.look import LATE, RATES, SMALLEST, WAITING
from anliegen.oversight.insights.fairness.stream import DIMENSIONS
from anliegen.oversight.insights.models import Finding, Report
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Team
from anliegen.records.customers.models import Person
from anliegen.records.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def concerns(brand: Brand, kim: Person, now: datetime) -> Callable[..., list[Ticket]]:
    """Writes concerns of a way in that were answered after about so many hours, as rows."""

    def write(count: int, *, channel: str = "email", hours: float = 4.0, **fields: Any) -> list[Ticket]:
        random = np.random.default_rng(count)
        made = []
        for number in range(count):
            begun = now - timedelta(days=80) + timedelta(hours=number)
            waited = HOUR * float(hours * random.lognormal(0, 0.5))
            made.append(
                Ticket(
                    **{
                        "subject": "Abschlag",
                        "topic": "abschlag",
                        "channel": channel,
                        "language": "de",
                        "brand": brand,
                        "person": kim,
                        "status": "open",
                        "created_at": begun,
                        "updated_at": begun,
                        "last_message_at": begun + waited,
                        "first_answered_at": begun + waited,
                        **fields,
                    }
                )
            )
        return Ticket.objects.bulk_create(made)

    return write


def test_a_way_in_that_waits_longer_becomes_a_finding_that_somebody_answers_for(
    concerns: Callable[..., list[Ticket]], admin: Agent, now: datetime
) -> None:
    concerns(120), concerns(60, channel="letter", hours=12.0)
    report = actions.examine(at=now)
    assert (report.looked_at, report.is_sample) == (180, False)
    found = Finding.objects.get(measure="waiting")
    assert (found.dimension, found.group, found.sign, found.state, found.owner) == (
        "channel",
        "letter",
        1,
        "open",
        admin,
    )
    assert found.value > 2 * found.others and found.low > 0
    assert list(Event.objects.filter(subject=f"finding:{found.pk}").values_list("verb", flat=True)) == [
        "finding.opened"
    ]
    looked = Event.objects.get(verb="fairness.looked")
    assert looked.data == {"report": f"report:{report.pk}", "count": 180, "found": Finding.objects.count()}


def test_nobody_served_worse_is_no_finding(concerns: Callable[..., list[Ticket]], now: datetime) -> None:
    concerns(120), concerns(60, channel="letter")
    actions.examine(at=now)
    assert not Finding.objects.exists()


def test_seen_again_it_is_the_same_finding(concerns: Callable[..., list[Ticket]], admin: Agent, now: datetime) -> None:
    concerns(120), concerns(60, channel="letter", hours=12.0)
    actions.examine(at=now)
    before = Finding.objects.count()
    actions.examine(at=now + timedelta(days=1))
    assert Finding.objects.count() == before
    found = Finding.objects.get(measure="waiting")
    assert (found.first_seen_at, found.seen_at) == (now, now + timedelta(days=1))


def test_settled_it_stays_so_until_its_day_and_opens_again_when_it_is_still_there(
    concerns: Callable[..., list[Ticket]], admin: Agent, now: datetime
) -> None:
    concerns(120), concerns(60, channel="letter", hours=12.0)
    actions.examine(at=now)
    found = Finding.objects.get(measure="waiting")
    day = (now + timedelta(days=3)).date()
    actions.settle(found, note="Die Poststelle scannt jetzt täglich.", check_on=day, by=admin, at=now)
    actions.examine(at=now + timedelta(days=2))
    found.refresh_from_db()
    assert (found.state, found.settled_by) == ("settled", admin)
    actions.examine(at=now + timedelta(days=3))
    found.refresh_from_db()
    assert (found.state, found.settled_at, found.note) == ("open", None, "Die Poststelle scannt jetzt täglich.")
    told = Event.objects.filter(subject=f"finding:{found.pk}").order_by("id").values_list("verb", flat=True)
    assert list(told) == ["finding.opened", "finding.settled", "finding.reopened"]


def test_settled_and_gone_it_stays_settled(concerns: Callable[..., list[Ticket]], admin: Agent, now: datetime) -> None:
    concerns(120)
    late = concerns(60, channel="letter", hours=12.0)
    actions.examine(at=now)
    for found in Finding.objects.all():
        actions.settle(found, note="Behoben.", check_on=(now + timedelta(days=1)).date(), by=admin, at=now)
    Ticket.objects.filter(pk__in=[one.pk for one in late]).update(channel="email")
    actions.examine(at=now + timedelta(days=2))
    assert set(Finding.objects.values_list("state", flat=True)) == {"settled"}


def test_it_is_taken_on_and_never_left_to_who_is_gone(
    concerns: Callable[..., list[Ticket]], admin: Agent, mira: Agent, now: datetime
) -> None:
    concerns(120), concerns(60, channel="letter", hours=12.0)
    actions.examine(at=now)
    found = Finding.objects.get(measure="waiting")
    found = actions.take_on(found, owner=mira, actor=Actor.agent(admin.pk), at=now)
    assert (found.state, found.owner) == ("taken_on", mira)
    actions.take_on(found, owner=mira, actor=Actor.agent(admin.pk), at=now)
    assert Event.objects.filter(verb="finding.taken_on").count() == 1
    accounts.deactivate(mira, actor=SYSTEM, at=now)
    actions.examine(at=now + timedelta(days=1))
    found.refresh_from_db()
    assert found.owner == admin


def test_the_database_keeps_a_settled_finding_whole(
    concerns: Callable[..., list[Ticket]], admin: Agent, now: datetime
) -> None:
    concerns(120), concerns(60, channel="letter", hours=12.0)
    actions.examine(at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.update(state="settled")


def test_what_is_read_of_each_concern(
    concerns: Callable[..., list[Ticket]], kim: Person, billing: Team, technics: Team, mira: Agent, now: datetime
) -> None:
    first, second, waiting, ended = concerns(4)
    Ticket.objects.filter(pk=first.pk).update(priority=4, topic="", team=billing)
    Ticket.objects.filter(pk=waiting.pk).update(first_answered_at=None, created_at=now - 5 * HOUR, last_message_at=now)
    # A person took it from the team that a rule knew: that is no failing of the automation.
    Ticket.objects.filter(pk=waiting.pk).update(team=None, assignee=None, unplaced_since=now)
    Ticket.objects.filter(pk=ended.pk).update(
        first_answered_at=None, status="resolved", resolved_at=now, unplaced_since=None
    )
    say = {"direction": "in", "channel": "email", "state": "received", "person": kim, "written_at": now}
    Message.objects.create(ticket=first, text="Frechheit! " + "x" * 900, created_at=now - HOUR, **say)
    Message.objects.create(ticket=first, text="Danke", created_at=now, **say)
    Message.objects.create(ticket=second, text="Bitte helfen Sie mir.", created_at=now, **say)
    decide = {"question": "team", "reason": "mailbox", "author": "rule:mailbox", "responsible": mira, "made_at": now}
    Decision.objects.create(ticket=first, choice=f"team:{billing.pk}", confidence=0.97, applied_at=now, **decide)
    Decision.objects.create(ticket=second, choice="", confidence=0.0, **decide)
    Decision.objects.create(ticket=waiting, choice=f"team:{technics.pk}", confidence=0.96, applied_at=now, **decide)
    Outcome.objects.create(ticket=second, asked_at=now, resolved_at=now, answer="partly", stated_at=now)

    stream, is_sample = rows.stream(since=now - timedelta(days=90), until=now)
    order = np.argsort([ended.pk, waiting.pk, second.pk, first.pk])  # the newest come first
    assert len(stream) == 4 and not is_sample

    def named(dimension: str) -> list[str | None]:
        grouping = stream.groups[dimension]
        return [grouping.names[code] if code >= 0 else None for code in grouping.codes[order]]

    def flags(measure: str) -> list[float | None]:
        return [None if np.isnan(one) else one for one in stream.rates[measure][order]]

    assert named("acquaintance") == ["new", "known", "known", "known"]
    assert named("topic_known") == ["no", "yes", "yes", "yes"]
    assert named("length") == ["long", "short", None, None]
    assert named("tone") == ["angry", "polite", None, None]
    assert flags("urgent") == [1, 0, 0, 0]
    assert flags("unplaced") == [0, 1, 0, None]
    assert flags("by_rule") == [1, 0, 1, None]
    assert flags("by_model") == [None] * 4, "no model has looked at any"
    assert flags("fulfilled") == [None, 0, None, None]
    assert stream.waits[order][2] == pytest.approx(5.0), "who still waits counts until now"
    assert np.isnan(stream.waits[order][3]), "what ended without an answer has no wait"
    assert np.isnan(stream.sure).all() and np.isnan(stream.right).all(), "a rule is always sure: nothing to measure"


def test_how_sure_it_was_is_measured_only_where_a_model_spoke_and_a_person_said_so(
    concerns: Callable[..., list[Ticket]], mira: Agent, now: datetime
) -> None:
    confirmed, corrected, implied, silent, ruled = concerns(5)
    of_model = {"question": "topic", "choice": "topic:abschlag", "reason": "topic-words", "author": "model:triage@1"}
    said = {"settled_at": now, "settled_by": mira}
    for ticket, more in (
        (confirmed, {"confidence": 0.9, "settled_as": "confirmed", **said}),
        (corrected, {"confidence": 0.8, "settled_as": "corrected", **said}),
        (implied, {"confidence": 0.7, "settled_as": "confirmed", "is_implied": True, **said}),
        (silent, {"confidence": 0.6, "applied_at": now, "responsible": mira}),
        (ruled, {"confidence": 1.0, "settled_as": "confirmed", "author": "rule:mailbox", "question": "team", **said}),
    ):
        Decision.objects.create(ticket=ticket, made_at=now, **{**of_model, **more})
    stream, _more = rows.stream(since=now - timedelta(days=90), until=now)
    order = np.argsort([ruled.pk, silent.pk, implied.pk, corrected.pk, confirmed.pk])

    def plain(values: Any) -> list[float | None]:
        return [None if np.isnan(one) else one for one in values[order]]

    assert plain(stream.sure) == [0.9, 0.8, None, None, None]
    assert plain(stream.right) == [1, 0, None, None, None]
    assert plain(stream.rates["by_model"]) == [0, 0, 0, 1, None]
    assert plain(stream.rates["by_rule"]) == [0, 0, 0, 0, 0]


def test_waiting_is_service_time(concerns: Callable[..., list[Ticket]], calendar: Any, now: datetime) -> None:
    """Friday 16:30 to Monday 8:30: an hour, with hours from 8 to 17."""
    (ticket,) = concerns(1)
    friday = datetime(2026, 11, 13, 15, 30, tzinfo=now.tzinfo)
    answered = datetime(2026, 11, 16, 7, 30, tzinfo=now.tzinfo)
    Ticket.objects.filter(pk=ticket.pk).update(created_at=friday, first_answered_at=answered, last_message_at=answered)
    stream, _more = rows.stream(since=now - timedelta(days=90), until=now)
    assert stream.waits[0] == pytest.approx(1.0, abs=1e-6)


def test_of_many_only_the_newest_are_looked_at_in_one_statement(
    concerns: Callable[..., list[Ticket]], now: datetime
) -> None:
    concerns(50)
    with CaptureQueriesContext(connection) as asked:
        stream, is_sample = rows.stream(since=now - timedelta(days=90), until=now, most=40)
    assert (len(stream), is_sample) == (40, True)
    assert sum("tickets_ticket" in one["sql"] for one in asked) == 1


def test_the_nightly_look_does_nothing_before_anything_is_set_up(db: None) -> None:
    jobs.look_nightly(0)
    assert not Report.objects.exists()


def test_an_instance_without_concerns_has_a_report_without_findings(admin: Agent) -> None:
    jobs.look_nightly(0)
    assert (Report.objects.get().looked_at, Finding.objects.count()) == (0, 0)


def test_reports_are_kept_for_a_good_year(operator: Any, now: datetime) -> None:
    actions.examine(at=now)
    actions.examine(at=now + timedelta(days=399))
    assert Report.objects.count() == 2
    actions.examine(at=now + timedelta(days=401))
    assert Report.objects.count() == 2


def test_every_finding_there_can_be_has_a_sentence() -> None:
    assert words.DIMENSION_NAMES.keys() == set(DIMENSIONS)
    wanted = {(WAITING, 1), (LATE, 1), *((name, sign) for name, signs in RATES.items() for sign in signs)}
    kept_before = {("automatic", 1), ("automatic", -1)}  # may stand in the table of an instance
    assert words._SENTENCES.keys() == wanted | kept_before


def test_a_range_of_hours_says_its_unit_once() -> None:
    with translation.override("de"):
        assert words.hours_between(2.9, 4.0) == "2,9 bis 4,0\xa0Std."
        assert words.hours_between(0.5, 4.0) == "30\xa0Min. bis 4,0\xa0Std."


def test_a_finding_reads_as_a_sentence_in_both_languages() -> None:
    found = Finding(measure="waiting", dimension="language", group="tr", sign=1, value=5.0, others=1.5)
    with translation.override("en"):
        assert words.sentence(found) == (
            "Concerns of the group “Turkish” (language) wait longer for the first answer: in the middle 5.0\xa0h,"
            " comparable others 90\xa0min."
        )
    with translation.override("de"):
        assert words.sentence(found) == (
            "Anliegen der Gruppe „Türkisch“ (Sprache) warten länger auf die erste Antwort: in der Mitte 5,0\xa0Std."
            " statt 90\xa0Min. bei vergleichbaren anderen."
        )


def test_figures_say_nothing_of_a_small_group(concerns: Callable[..., list[Ticket]], now: datetime) -> None:
    concerns(60), concerns(SMALLEST - 1, channel="letter")
    figures = actions.examine(at=now).figures["groups"]["channel"]
    assert [(one["group"], one["n"]) for one in figures] == [("email", 60), ("letter", None)]
    assert figures[1].keys() == {"group", "n"}
