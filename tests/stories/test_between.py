"""Between the rules: one is paused while others go on, and what comes meanwhile is still seen by a person soon."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from anliegen.flow.automation import approval, pauses
from anliegen.flow.automation.contest import contest
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.teaching import lessons, speaking
from anliegen.flow.automation.teaching.actions import let_speak
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Team, Topic
from anliegen.records.tickets import lists
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.learning.examples import SAID, made_up
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[[], int]


@pytest.fixture(autouse=True)
def topics_without_teams(mailbox: Mailbox, mira: Agent, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A model that speaks and may apply what it says; no topic names a team; the rule of the mailboxes is paused."""
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.0)
    for code in SAID:
        examples = [one.text for one in made_up(8) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=examples, actor=SYSTEM, at=clock.now())
    learnt = lessons.hold(actor=Actor.rule("lessons"), at=clock.now(), encoder="none")
    let_speak(learnt, responsible=mira, by=mira, at=clock.now())
    speaking.forget()
    pauses.pause("rule:mailbox", actor=SYSTEM, at=clock.now())
    yield
    speaking.forget()
    pauses.look_again()


def written(run: Run, text: str = "Der Zähler zeigt nichts an", **more: str) -> Ticket:
    taken = take(mail(text=text, subject="", **more)).message
    assert taken is not None
    run()
    return Ticket.objects.get(pk=taken.ticket_id)


def listed(agent: Agent) -> list[int]:
    return sorted(one.pk for one in lists.page(agent, "unplaced").items)


def test_with_its_topic_known_and_its_team_held_back_it_is_listed_and_due_in_an_hour(
    run_pipeline: Run, mira: Agent, tom: Agent, billing: Team
) -> None:
    ticket = written(run_pipeline)
    assert (ticket.topic, ticket.team, ticket.lacks) == ("zaehler", None, ("team",))
    assert (ticket.due_for, ticket.due_at) == ("place", ticket.unplaced_since + timedelta(hours=1))
    assert listed(mira) == listed(tom) == [ticket.pk]
    # Taking it up again makes up for nothing: a person says yes to what waited.
    pauses.resume("rule:mailbox", actor=Actor.agent(mira.pk), at=clock.now())
    run_pipeline()
    assert listed(mira) == [ticket.pk]
    approval.confirm(Decision.objects.get(question="team"), by=mira, at=clock.now())
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.team, ticket.lacks, ticket.due_for, listed(mira)) == (billing, (), "", [])


def test_what_speaks_of_two_things_lacks_both_and_a_topic_alone_is_not_enough(run_pipeline: Run, mira: Agent) -> None:
    ticket = written(
        run_pipeline,
        "Guten Tag,\n\nmein Abschlag ist zu hoch, bitte den Abschlag senken.\n\n"
        "Außerdem: Der Wasserzähler ist kaputt, bitte den Zähler austauschen.\n",
    )
    assert (Decision.objects.get(question="topic").reason, ticket.lacks) == ("several", ("topic", "team"))
    approval.correct(Decision.objects.get(question="topic"), "topic:abschlag", by=mira, at=clock.now())
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.lacks, ticket.due_for, listed(mira)) == (("team",), "place", [ticket.pk])


def test_a_contested_decision_leaves_it_listed_until_its_checker_has_it(
    run_pipeline: Run, mira: Agent, mailbox: Mailbox
) -> None:
    ticket = written(run_pipeline)
    topic = Decision.objects.get(question="topic")
    contest(topic, actor=Actor.person(ticket.person_id), at=clock.now())
    run_pipeline()
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.lacks) == (mira, ())  # who answers for the model is brought it


def test_whoever_sets_only_the_topic_is_told_before_and_after_that_it_stays(
    run_pipeline: Run, mira: Agent, client: Client, technics: Team
) -> None:
    pauses.resume("rule:mailbox", actor=Actor.agent(mira.pk), at=clock.now())
    Mailbox.objects.update(team=None)
    Topic.objects.filter(code="zaehler").update(team=technics, responsible=mira)
    ticket = written(run_pipeline, "Rezept für Apfelkuchen mit Streuseln")
    assert ticket.lacks == ("topic", "team")
    client.force_login(mira)
    address = f"/workspace/tickets/{ticket.pk}/"
    assert "kein Thema, kein Team" in client.get("/workspace/?view=unplaced").text
    page = client.get(address).text
    assert "Es bleibt in der Liste „Passt in keine Kategorie“, bis ein Team oder ein Mensch es hat." in page
    assert "Zaehler · Technik" in page and "Umzug · kein Team" in page
    said = client.post(f"{address}placed/", {"do": "topic", "topic": "umzug", "whom": "topic"}, follow=True).text
    assert "Es bleibt in seiner Liste, bis ein Team oder ein Mensch es hat." in said
    run_pipeline()
    assert listed(mira) == [ticket.pk]
    assert "Thema bekannt, kein Team" in client.get("/workspace/?view=unplaced").text
    page = client.get(address).text
    assert "Niemand hat es: ein Blick ist" in page and "Wer kümmert sich darum?" in page
    client.post(f"{address}placed/", {"do": "whom", "whom": "me"})
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.lacks, listed(mira)) == (mira, (), [])
