"""The mailbox decides the team, when it is sure and somebody answers for it; else a person does."""

from collections.abc import Callable
from datetime import datetime

import pytest

from anliegen.flow.automation import approval, pauses, triage
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.reasons import explain
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import lists
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.models import Ticket

Open = Callable[..., Ticket]
Run = Callable[[], int]


def told(ticket: Ticket, since: str) -> list[tuple[str, str]]:
    rows = Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", "actor")
    verbs = [verb for verb, _actor in rows]
    return list(rows)[verbs.index(since) :]


def test_the_mailbox_decides_and_its_responsible_person_answers_for_it(
    open_ticket: Open, kim_address: Address, mailbox: Mailbox, mira: Agent, billing: Team, run_pipeline: Run
) -> None:
    ticket = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    decision = Decision.objects.get()
    assert (decision.choice, decision.confidence, decision.responsible) == (f"team:{billing.pk}", 1.0, mira)
    assert (decision.author, decision.evidence) == ("rule:mailbox", {"mailbox": mailbox.pk})
    assert decision.applied_at is not None
    assert Ticket.objects.get().team == billing
    assert told(ticket, "decision.made")[:3] == [
        ("decision.made", "rule:mailbox"),
        ("ticket.moved", "rule:mailbox"),
        ("ticket.triaged", "rule:mailbox"),
    ]
    received = Event.objects.get(verb="message.received")
    assert set(Event.objects.filter(actor="rule:mailbox").values_list("because", flat=True)) == {received.position}
    assert mailbox.address in explain(decision)


def test_without_a_mailbox_it_fits_none_and_a_person_decides(
    open_ticket: Open, kim_address: Address, run_pipeline: Run
) -> None:
    ticket = open_ticket(kim_address)
    run_pipeline()
    decision = Decision.objects.get()
    assert (decision.choice, decision.reason, decision.applied_at) == ("", "no-mailbox", None)
    assert Ticket.objects.get().team is None
    assert [verb for verb, _actor in told(ticket, "decision.made")][:2] == ["decision.made", "ticket.triaged"]
    assert Event.objects.get(verb="decision.made").data["choice"] is None


def test_a_mailbox_without_a_team_decides_nothing(
    open_ticket: Open, kim_address: Address, brand: Brand, now: datetime, run_pipeline: Run
) -> None:
    box = accounts.create(Mailbox, address="info@musterstadt.example", brand=brand, actor=SYSTEM, at=now)
    open_ticket(kim_address, mailbox=box)
    run_pipeline()
    decision = Decision.objects.get()
    assert (decision.choice, decision.reason, decision.applied_at) == ("", "mailbox-without-team", None)
    assert "kein Team" in explain(decision) or "no team" in explain(decision)
    assert Ticket.objects.get().team is None


def test_where_a_person_was_quicker_nothing_is_decided_but_the_rest_goes_on(
    open_ticket: Open, kim_address: Address, mailbox: Mailbox, technics: Team, now: datetime, run_pipeline: Run
) -> None:
    ticket = tickets.assign(open_ticket(kim_address, mailbox=mailbox), to=technics, actor=SYSTEM, at=now)
    run_pipeline()
    assert (Decision.objects.count(), Ticket.objects.get().team) == (0, technics)
    triaged = Event.objects.get(verb="ticket.triaged")
    assert (triaged.subject, triaged.data) == (f"ticket:{ticket.pk}", {"decision": None})


def test_a_second_message_is_not_sorted_again(
    open_ticket: Open, kim_address: Address, mailbox: Mailbox, now: datetime, run_pipeline: Run
) -> None:
    ticket = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    more = Received(channel="email", person_id=ticket.person_id, address=kim_address, text="Noch", written_at=now)
    tickets.receive(more, ticket=ticket, at=now)
    run_pipeline()
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("confidence", "somebody_answers", "applied"),
    [(0.5, True, False), (0.949, True, False), (0.95, True, True), (1.0, True, True), (1.0, False, False)],
)
def test_what_is_not_sure_or_has_nobody_to_answer_for_it_waits_for_a_person(
    open_ticket: Open,
    kim_address: Address,
    billing: Team,
    mira: Agent,
    now: datetime,
    confidence: float,
    somebody_answers: bool,
    applied: bool,
) -> None:
    ticket = open_ticket(kim_address)
    proposal = Proposal(f"team:{billing.pk}", confidence, "mailbox", mira.pk if somebody_answers else None)
    decision = triage.make(ticket, proposal, actor=triage.AUTHOR, at=now)
    decision.refresh_from_db()
    assert (decision.applied_at is not None) is applied
    assert Ticket.objects.get().team == (billing if applied else None)
    assert Event.objects.filter(verb="ticket.moved").exists() is applied
    assert Event.objects.filter(verb="decision.made").count() == 1
    assert (Ticket.objects.get().unplaced_since is None) is applied


def test_what_comes_while_it_is_paused_has_no_place_until_a_person_confirms_it(
    open_ticket: Open, kim_address: Address, mailbox: Mailbox, billing: Team, mira: Agent, run_pipeline: Run,
    now: datetime,
) -> None:  # fmt: skip
    pauses.pause("rule:mailbox", actor=SYSTEM, at=now)
    ticket = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    pauses.resume("rule:mailbox", actor=Actor.agent(mira.pk), at=now)
    assert Ticket.objects.get().team is None
    assert [one.pk for one in lists.page(mira, "unplaced").items] == [ticket.pk]
    approval.confirm(Decision.objects.get(question="team"), by=mira, at=now)
    assert (Ticket.objects.get().team, Ticket.objects.get().unplaced_since) == (billing, None)


def test_only_what_can_be_taken_back_may_apply_by_itself(mira: Agent) -> None:
    sure = Decision(question="team", choice="team:1", confidence=1.0, responsible=mira)
    assert approval.may_apply(sure)
    sure.question = "refund"
    assert not approval.may_apply(sure)


def test_what_fits_none_is_listed_until_somebody_gives_it_a_place(
    open_ticket: Open, kim_address: Address, mira: Agent, billing: Team, run_pipeline: Run, now: datetime
) -> None:
    by_team, by_topic, taken = (open_ticket(kim_address) for _number in range(3))
    run_pipeline()
    decided = dict(Decision.objects.values_list("ticket", "made_at"))
    assert dict(Ticket.objects.values_list("pk", "unplaced_since")) == decided
    assert [one.pk for one in lists.page(mira, "unplaced").items] == [taken.pk, by_topic.pk, by_team.pk]
    tickets.assign(by_team, to=billing, actor=SYSTEM, at=now)
    tickets.change(by_topic, Change(topic="gas"), actor=SYSTEM, at=now)
    tickets.assign(taken, to=mira, actor=SYSTEM, at=now)  # who works on it does not say yet where it belongs
    # What it is about does not say yet whose it is.
    assert [one.pk for one in lists.page(mira, "unplaced").items] == [taken.pk, by_topic.pk]
    tickets.assign(by_topic, to=mira, actor=SYSTEM, at=now)
    assert [one.pk for one in lists.page(mira, "unplaced").items] == [taken.pk]


def test_a_person_who_was_quicker_leaves_nothing_without_a_place(
    open_ticket: Open, kim_address: Address, billing: Team, run_pipeline: Run, now: datetime
) -> None:
    tickets.assign(open_ticket(kim_address), to=billing, actor=SYSTEM, at=now)
    run_pipeline()
    assert Ticket.objects.get().unplaced_since is None


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("I have a question about my invoice and would like you to call me back.", []),
        ("I have a question about the invoice: ist das die richtige? Thank you and regards.", ["language:de"]),
    ],
)
def test_another_language_is_named_only_with_its_share(
    open_ticket: Open, kim_address: Address, mailbox: Mailbox, run_pipeline: Run, text: str, others: list[str]
) -> None:
    open_ticket(kim_address, mailbox=mailbox, text=text)
    run_pipeline()
    decision = Decision.objects.get(question="language")
    assert [one["choice"] for one in decision.alternatives] == others
    assert all(0.005 <= one["confidence"] < decision.confidence for one in decision.alternatives)
