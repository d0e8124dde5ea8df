"""Whoever asks reads of each automated decision why it was made, and what people said of it."""

from datetime import datetime, timedelta

from django.utils import translation

from anliegen.faces.workspace.tickets import printed
from anliegen.flow.automation import approval, contest
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import SETTLED_AS, Decision
from anliegen.ground.journal.actors import Actor
from anliegen.oversight.compliance import access
from anliegen.oversight.compliance.decided import SAID, decided, decided_for_customers
from anliegen.oversight.compliance.dossier import dossier
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Person
from anliegen.records.tickets.models import Ticket

LATER = timedelta(hours=1)


def _team(ticket: Ticket, team: Team, mira: Agent, now: datetime, **more: bool) -> Decision:
    proposal = Proposal(f"team:{team.pk}", 0.8, "nothing-said", mira.pk, {"words": ["Zähler"]}, (("team:1", 0.1),))
    return approval.submit(ticket, "team", proposal, actor=Actor.rule("mailbox"), at=now, **more)  # type: ignore[arg-type]


def test_who_corrected_it_how_and_when_is_told(
    ticket: Ticket, mira: Agent, billing: Team, technics: Team, now: datetime
) -> None:
    decision = _team(ticket, billing, mira, now)
    approval.correct(decision, f"team:{technics.pk}", by=mira, at=now + LATER)
    with translation.override("en"):
        [told] = decided(ticket.pk, mira)
    assert (told["settled_as"], told["settled_by"], told["settled_by_deed"]) == ("corrected", mira.name, False)
    assert datetime.fromisoformat(told["settled_at"]) == now + LATER
    assert (told["settled_choice"], told["settled_in_words"]) == (
        f"team:{technics.pk}",
        f"{mira.name} chose something else: {told['settled_choice_in_words']}.",
    )
    assert (told["words"], told["used"]) == (["Zähler"], ["the words of the message"])


def test_each_way_to_say_something_of_it_has_its_words(
    ticket: Ticket, mira: Agent, billing: Team, now: datetime
) -> None:
    decision = _team(ticket, billing, mira, now)
    said = []
    for how in ("confirmed", "rejected", "undone", "stopped"):
        Decision.objects.filter(pk=decision.pk).update(settled_as=how, settled_at=now, settled_by=mira, is_implied=True)
        with translation.override("en"):
            said.append(decided(ticket.pk, mira)[0]["settled_in_words"])
    assert said == [
        f"{mira.name} {words} That was read off what they did."
        for words in (
            "confirmed it.", "said that it was wrong.", "took it back.", "stopped it before it took effect.",
        )
    ]  # fmt: skip


def test_what_was_only_tried_out_says_so_and_nobody_has_said_anything_of_it(
    ticket: Ticket, mira: Agent, technics: Team, now: datetime
) -> None:
    _team(ticket, technics, mira, now, is_shadow=True)
    whole = dossier(ticket, viewer=mira, with_notes=False, at=now)
    [told] = whole["decisions"]
    assert (told["only_tried_out"], told["applied_at"], told["settled_as"], told["settled_in_words"]) == (
        True, None, None, None,
    )  # fmt: skip
    with translation.override("de"):
        [drawn] = printed.sheet(whole)["decisions"]
    assert "nur erprobt" in drawn["text"]


def test_the_paper_says_that_it_was_contested_and_how_that_ended(
    ticket: Ticket, kim: Person, mira: Agent, technics: Team, now: datetime
) -> None:
    decision = _team(ticket, technics, mira, now)
    contest.contest(decision, actor=Actor.person(kim.pk), at=now, language="de")
    approval.reject(decision, by=mira, at=now + LATER)
    with translation.override("de"):
        [drawn] = printed.sheet(dossier(ticket, viewer=mira, with_notes=False, at=now))["decisions"]
    assert "durch einen Menschen gewünscht" in drawn["text"]
    assert drawn["text"].endswith(f"{mira.name} hat gesagt, dass sie falsch war.")


def test_what_is_kept_of_a_person_holds_the_decisions_on_their_concerns(
    ticket: Ticket, kim: Person, mira: Agent, billing: Team, now: datetime
) -> None:
    approval.confirm(_team(ticket, billing, mira, now), by=mira, at=now + LATER)
    told = dict(access.tell(kim, mira, actor=Actor.agent(mira.pk), at=now))
    [concern] = list(told["concerns"])  # type: ignore[call-overload]
    assert concern["automated_decisions"] == decided_for_customers(ticket.pk, mira)
    assert concern["automated_decisions"][0]["settled_as"] == "confirmed"


def test_what_a_person_is_told_says_nothing_of_who_else_there_was(
    ticket: Ticket, kim: Person, mira: Agent, admin: Agent, now: datetime
) -> None:
    """Who knows them but is away, who has how much to do, who would be next: that is of colleagues."""
    evidence = {
        "because": ["language"],
        "language": "de",
        "waits": 7,
        "known": admin.pk,
        "passed": "away",
        "next": [admin.pk],
    }
    proposal = Proposal(f"agent:{mira.pk}", 1.0, "routed", mira.pk, evidence, ((f"agent:{admin.pk}", 0.5),))
    approval.submit(ticket, "assignee", proposal, actor=Actor.rule("routing"), at=now)
    with translation.override("de"):
        told = dict(access.tell(kim, mira, actor=Actor.agent(mira.pk), at=now))
        [concern] = list(told["concerns"])  # type: ignore[call-overload]
        [theirs], [whole] = concern["automated_decisions"], decided(ticket.pk, mira)
    assert (theirs["reason"], theirs["alternatives"], theirs["words"]) == ("Die Person spricht Ihre Sprache.", [], [])
    assert admin.name not in str(theirs) and "7" not in theirs["reason"]
    assert admin.name in whole["reason"] and whole["alternatives"][0]["choice"] == admin.name


def test_whatever_may_be_said_of_a_decision_has_its_sentence() -> None:
    assert set(SAID) == {code for code, _words in SETTLED_AS}
