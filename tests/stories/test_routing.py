"""A mail, and who sees to it: through the whole pipeline, with a team that gives its concerns out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import translation

from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.reasons import explain
from anliegen.flow.automation.referrals import set_referrals
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Role, Team
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Ticket
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[[], int]


@pytest.fixture
def lea(agent_role: Role, billing: Team) -> Agent:
    return accounts.create_agent(
        email="lea@musterstadt.example",
        name="Lea Brandt",
        role=agent_role,
        teams=[billing],
        actor=SYSTEM,
        at=clock.now(),
    )


@pytest.fixture(autouse=True)
def routed(mailbox: Mailbox, billing: Team, mira: Agent, lea: Agent) -> Team:
    here(mira, lea)
    return accounts.change(billing, routing="assign", actor=SYSTEM, at=clock.now())


def here(*agents: Agent) -> None:
    Agent.objects.filter(pk__in=[one.pk for one in agents]).update(last_login=clock.now())


def gone(agent: Agent) -> None:
    """For two hours: what they did before lies that far back."""
    Agent.objects.filter(pk=agent.pk).update(last_login=None)
    Event.objects.filter(actor=f"agent:{agent.pk}").update(at=clock.now() - timedelta(hours=2))


def concern(run: Run, number: int, text: str = "Mein Abschlag ist zu hoch.", who: str = "kim") -> Ticket:
    sender = f"{who.title()} <{who}@example.org>"
    taken = take(
        mail(text=text, message_id=f"<{number}@example.org>", subject=f"Frage {number}", sender=sender),
        sender=f"{who}@example.org",
    ).message
    assert taken is not None
    run()
    return Ticket.objects.get(pk=taken.ticket_id)


def why(ticket: Ticket) -> str:
    with translation.override("de"):
        return explain(Decision.objects.filter(ticket=ticket, question="assignee").latest("pk"))


def test_who_comes_again_reaches_the_same_person_and_is_told_why_when_not(
    run_pipeline: Run, mira: Agent, lea: Agent
) -> None:
    first = concern(run_pipeline, 1)
    assert first.assignee in (mira, lea)
    knows = first.assignee
    other = lea if knows == mira else mira
    tickets.reply(first, Answer("Wir prüfen das."), actor=Actor.agent(knows.pk), at=clock.now())
    run_pipeline()
    for number in range(2, 4):
        assert concern(run_pipeline, number, who=f"p{number}").assignee is not None
    again = concern(run_pipeline, 5)
    assert again.assignee == knows
    assert why(again).startswith("Kennt die Kundin oder den Kunden; hat ")
    gone(knows)
    last = concern(run_pipeline, 6)
    assert last.assignee == other
    assert f"{knows.name} kennt die Kundin oder den Kunden und ist gerade nicht da." in why(last)


def test_the_automation_gives_and_the_journal_says_so(run_pipeline: Run) -> None:
    ticket = concern(run_pipeline, 1)
    events = Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("position")
    said = [
        (one.verb, one.actor) for one in events if one.verb in ("ticket.moved", "ticket.triaged", "ticket.assigned")
    ]
    assert said == [
        ("ticket.moved", "rule:mailbox"),
        ("ticket.triaged", "rule:mailbox"),
        ("ticket.assigned", "rule:routing"),
    ]


def test_grief_goes_to_somebody_trained_in_the_team_that_was_named(
    run_pipeline: Run, technics: Team, tom: Agent, mira: Agent
) -> None:
    accounts.change(technics, routing="assign", actor=SYSTEM, at=clock.now())
    set_referrals({"signal:bereavement": technics}, actor=SYSTEM, at=clock.now())
    here(tom)
    ticket = concern(run_pipeline, 1, "Guten Tag, mein Mann ist verstorben. Was muss ich tun?")
    assert (ticket.by_hand_why, ticket.team, ticket.assignee) == ("bereavement", technics, tom)


def test_grief_without_a_named_team_is_left_to_people(run_pipeline: Run, mira: Agent, lea: Agent) -> None:
    ticket = concern(run_pipeline, 1, "Guten Tag, mein Mann ist verstorben. Was muss ich tun?")
    assert (ticket.by_hand_why, ticket.assignee) == ("bereavement", None)
    assert not Decision.objects.filter(ticket=ticket, author="rule:routing").exists()


def test_with_routing_off_people_draw_as_before(run_pipeline: Run, routed: Team) -> None:
    accounts.change(routed, routing="off", actor=SYSTEM, at=clock.now())
    ticket = concern(run_pipeline, 1)
    assert ticket.assignee is None
    assert not Decision.objects.filter(author="rule:routing").exists()
