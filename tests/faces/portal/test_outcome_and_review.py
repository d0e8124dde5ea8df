"""Is it settled, and was it decided rightly? The customer's judgement, on the status page."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision
from anliegen.flow.feedback.models import Outcome
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Mailbox, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions.targets import Wanted, set_target
from anliegen.records.tickets.content import Answer as Said
from anliegen.records.tickets.models import Message, Note, Ticket

from .conftest import address, text_of

Read = Callable[..., str]
Answer = Callable[..., str]

pytestmark = pytest.mark.usefixtures("present")


@pytest.fixture
def resolved(ticket: Ticket, now: datetime) -> Ticket:
    return actions.resolve(ticket, actor=SYSTEM, at=now)


@pytest.fixture
def say(browser: Client, ticket: Ticket) -> Answer:
    """Send the answer, and read the page it leads to."""

    def send(answer: str, words: str = "") -> str:
        response = browser.post(address("outcome", ticket), {"answer": answer, "words": words})
        assert response.status_code == 303
        return text_of(browser.get(response["Location"]))

    return send


def test_only_after_a_resolution_it_is_asked(ticket: Ticket, status_page: Read, now: datetime) -> None:
    assert "Ist Ihr Anliegen erledigt?" not in status_page(ticket)
    actions.resolve(ticket, actor=SYSTEM, at=now)
    assert "Ist Ihr Anliegen erledigt?" in status_page(ticket)


def test_a_yes_is_thanked_for_and_shown(resolved: Ticket, say: Answer) -> None:
    page = say("fulfilled", "Ging schnell.")
    assert "Das freut uns." in page
    assert "Bestätigt erledigt" in page
    assert "„Ging schnell.“" in page
    assert "Antwort ändern" in page


def test_a_no_opens_it_again_and_says_what_happens_next(resolved: Ticket, ticket: Ticket, say: Answer) -> None:
    page = say("not_fulfilled", "Der Betrag ist noch falsch.")
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert "Ihr Anliegen ist wieder offen. Wir sind an der Reihe: Das Team Abrechnung antwortet Ihnen." in page
    assert "Wieder geöffnet" in page
    assert Message.objects.filter(ticket=ticket, text="Der Betrag ist noch falsch.").count() == 1


def test_partly_says_who_reads_it(resolved: Ticket, say: Answer) -> None:
    assert "Wenn Sie uns sagen, was fehlt, liest es ein Mensch" in say("partly")
    assert "Ein Mensch liest, was noch fehlt" in say("partly", "Die Gutschrift fehlt.")


def test_the_answer_can_be_changed_also_after_a_no(resolved: Ticket, ticket: Ticket, say: Answer) -> None:
    assert "Antwort ändern" in say("not_fulfilled")
    assert "Bestätigt erledigt" in say("fulfilled")
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert [each.answer for each in Outcome.objects.all()] == ["fulfilled"]


@pytest.mark.parametrize("answer", ["", "perfect"])
def test_without_one_of_the_three_answers_the_words_stay(
    browser: Client, resolved: Ticket, ticket: Ticket, answer: str
) -> None:
    response: HttpResponse = browser.post(address("outcome", ticket), {"answer": answer, "words": "Eigene Worte."})
    assert response.status_code == 422
    assert "Eigene Worte." in text_of(response)
    assert Outcome.objects.exclude(answer="").count() == 0


def test_an_answer_that_comes_too_late_shows_how_it_stands(browser: Client, ticket: Ticket) -> None:
    response = browser.post(address("outcome", ticket), {"answer": "fulfilled"})
    assert (response.status_code, response["Location"]) == (303, address("status", ticket))
    assert Outcome.objects.count() == 0


@pytest.fixture
def sorted_ticket(
    open_ticket: Callable[..., Ticket], kim_address: Address, mailbox: Mailbox, run_pipeline: Callable[[], int]
) -> Ticket:
    """A rule gave it to billing."""
    ticket = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    ticket.refresh_from_db()
    return ticket


def test_a_decision_of_a_rule_stands_there_with_its_reason_and_who_answers_for_it(
    sorted_ticket: Ticket, status_page: Read
) -> None:
    page = status_page(sorted_ticket)
    for part in (
        "Welches Team sich kümmert: Abrechnung",
        "service@musterstadt.example",
        "Verantwortlich für diese Entscheidung: Mira Yılmaz.",
        "Von einem Menschen prüfen lassen",
    ):
        assert part in page


def test_where_nothing_was_decided_automatically_there_is_nothing_to_check(
    browser: Client,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    run_pipeline: Callable[[], int],
    status_page: Read,
) -> None:
    ticket = open_ticket(kim_address)
    run_pipeline()
    page = status_page(ticket)
    assert "automatisch entschieden" not in page
    assert "Von einem Menschen prüfen lassen" not in page
    left_to_a_person = Decision.objects.get(ticket=ticket, choice="")
    assert browser.post(address("review", ticket, decision=left_to_a_person.pk)).status_code == 404


def test_a_person_is_asked_to_check_it(
    browser: Client,
    sorted_ticket: Ticket,
    status_page: Read,
    mira: Agent,
    answered: Callable[..., Message],
    now: datetime,
) -> None:
    decision = Decision.objects.get()
    response = browser.post(address("review", sorted_ticket, decision=decision.pk))
    page = text_of(browser.get(response["Location"]))
    assert "Ihr Wunsch ist notiert" in page
    assert "Sie haben um Prüfung durch einen Menschen gebeten" in page
    assert "Von einem Menschen prüfen lassen" not in page
    sorted_ticket.refresh_from_db()
    assert (sorted_ticket.status, sorted_ticket.assignee) == ("open", mira)
    assert Note.objects.count() == 1
    assert (sorted_ticket.by_hand_why, sorted_ticket.waiting_since) == ("contested", now)
    assert "Mira Yılmaz prüft es und antwortet Ihnen." in page
    assert "Ich möchte, dass ein Mensch prüft, was automatisch entschieden wurde." in page  # their message
    answered(sorted_ticket, mira, "Geprüft.", at=now + timedelta(minutes=1))
    assert "Mira Yılmaz hat Ihnen seitdem geantwortet" in status_page(sorted_ticket)


def test_a_decision_about_another_concern_cannot_be_contested(
    browser: Client, sorted_ticket: Ticket, ticket: Ticket
) -> None:
    decision = Decision.objects.get(ticket=sorted_ticket)
    assert browser.post(address("review", ticket, decision=decision.pk)).status_code == 404
    decision.refresh_from_db()
    assert decision.contested_at is None


def test_by_when_it_is_checked_stands_there_and_is_due_like_every_answer(
    browser: Client,
    sorted_ticket: Ticket,
    mira: Agent,
    run_pipeline: Callable[[], int],
    status_page: Read,
    now: datetime,
) -> None:
    actions.reply(sorted_ticket, Said(text="Gern."), actor=Actor.agent(mira.pk), at=now)
    set_target(Wanted(first_minutes=60, next_minutes=120), reaches_back=False, actor=SYSTEM, at=now - timedelta(days=1))
    run_pipeline()
    browser.post(address("review", sorted_ticket, decision=Decision.objects.get().pk))
    run_pipeline()
    sorted_ticket.refresh_from_db()
    assert sorted_ticket.due_at == now + timedelta(minutes=120)
    assert "Wir wollen bis" in status_page(sorted_ticket)


@pytest.mark.parametrize(("deed", "said"), [("confirm", "bestätigt"), ("correct", "geändert")])
def test_the_outcome_of_the_check_stands_there_and_is_a_word_to_learn_from(
    browser: Client,
    sorted_ticket: Ticket,
    status_page: Read,
    mira: Agent,
    technics: Team,
    now: datetime,
    deed: str,
    said: str,
) -> None:
    decision = Decision.objects.get()
    approval.confirm(decision, by=mira, at=now)  # before; what is contested is asked anew
    browser.post(address("review", sorted_ticket, decision=decision.pk))
    decision.refresh_from_db()
    assert (decision.settled_as, decision.settled_by) == ("", None)
    if deed == "confirm":
        approval.confirm(decision, by=mira, at=now)
    else:
        approval.correct(decision, f"team:{technics.pk}", by=mira, at=now)
    page = status_page(sorted_ticket)
    assert f"Mira Yılmaz hat es geprüft und {said}." in page
    assert ("Welches Team sich kümmert: Technik." in page) is (deed == "correct")


def test_customers_read_nothing_of_what_only_colleagues_need(
    browser: Client, sorted_ticket: Ticket, status_page: Read, mira: Agent, now: datetime
) -> None:
    evidence = {"words": ["wütend"], "load": "Überlastung"}
    for question, choice in (("signal", "signal:anger"), ("tags", "tag:+schwierig"), ("level", "level:3")):
        inside = Proposal(choice, 0.99, "no-mailbox", mira.pk, evidence)
        approval.submit(sorted_ticket, question, inside, actor=Actor.rule("signals"), at=now)
    page = status_page(sorted_ticket)
    part = page[page.index('id="decisions"') : page.index('id="automation"')]
    for words in ("Ärger", "schwierig", "wütend", "Überlastung", "Die Nachricht kam an kein"):
        assert words not in part, words
    assert "Wer als Nächstes dran ist: Leitung" in part
    assert "So sagt es eine Regel, die Menschen festgelegt haben." in part
    for one in Decision.objects.filter(question__in=("signal", "tags")):
        assert browser.post(address("review", sorted_ticket, decision=one.pk)).status_code == 404


def test_words_are_shown_only_where_they_are_the_customers_own(
    sorted_ticket: Ticket, status_page: Read, browser: Client, mira: Agent, now: datetime
) -> None:
    message = sorted_ticket.messages.get(direction="in")
    about = Proposal("topic:umzug", 0.97, "no-mailbox", mira.pk, {"words": ["Umzugskiste"]})
    made = approval.submit(sorted_ticket, "topic", about, actor=Actor.model("t@1"), at=now, message=message)
    page = status_page(sorted_ticket)
    assert "„Umzugskiste“" in page and "Wie sicher es war: recht sicher." in page
    assert "Ein Modell, das aus früheren Anliegen gelernt hat" in page
    in_english = text_of(browser.get(address("status", sorted_ticket) + "?lang=en"))
    assert "“Umzugskiste”" in in_english
    Decision.objects.filter(pk=made.pk).update(message=None)
    assert "Umzugskiste" not in status_page(sorted_ticket)


def wish(browser: Client, ticket: Ticket, deed: str) -> str:
    response = browser.post(address("people_only", ticket), {"do": deed})
    assert response.status_code == 303
    return text_of(browser.get(response["Location"]))


def test_no_automation_for_this_concern_and_taken_back(browser: Client, ticket: Ticket) -> None:
    page = wish(browser, ticket, "this-people")
    assert "Ihr Wunsch ist notiert" in page and "Um dieses Anliegen kümmern sich nur Menschen." in page
    ticket.refresh_from_db()
    assert ticket.by_hand_why == "customer"
    assert "Um dieses Anliegen kümmern sich nur Menschen." not in wish(browser, ticket, "this-automation")
    ticket.refresh_from_db()
    assert ticket.by_hand_since is None


def test_no_automation_for_all_of_theirs_holds_for_open_and_new_ones_and_for_nobody_elses(
    browser: Client,
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    mailbox: Mailbox,
    run_pipeline: Callable[[], int],
    now: datetime,
) -> None:
    other = customers.meet(kind="email", value="otto@example.org", name="Otto", actor=SYSTEM, at=now)
    foreign = open_ticket(other, mailbox=mailbox)
    page = wish(browser, ticket, "all-people")
    assert "Um alle Ihre Anliegen kümmern sich nur Menschen" in page
    new = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    by_hand = dict(Ticket.objects.values_list("pk", "by_hand_why"))
    assert by_hand == {ticket.pk: "customer", new.pk: "customer", foreign.pk: ""}
    wish(browser, new, "all-automation")
    assert set(Ticket.objects.values_list("by_hand_why", flat=True)) == {""}


def test_whoever_wants_people_only_has_no_disadvantage(
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    mailbox: Mailbox,
    run_pipeline: Callable[[], int],
    now: datetime,
) -> None:
    other = customers.meet(kind="email", value="otto@example.org", name="Otto", actor=SYSTEM, at=now)
    customers.want_people(kim_address.person, actor=Actor.person(kim_address.person_id), at=now)
    set_target(Wanted(first_minutes=60, next_minutes=120), reaches_back=False, actor=SYSTEM, at=now - timedelta(days=1))
    theirs, others = open_ticket(kim_address, mailbox=mailbox), open_ticket(other, mailbox=mailbox)
    run_pipeline()
    same = ("team_id", "priority", "due_at", "due_for", "waiting_since", "level", "status", "unplaced_since")
    of = {one.pk: [getattr(one, name) for name in same] for one in Ticket.objects.all()}
    assert of[theirs.pk] == of[others.pk]
    assert of[theirs.pk][2] is not None


def test_what_an_agent_decided_a_customer_cannot_take_back_and_nothing_else_exists(
    browser: Client, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    actions.take_by_hand(ticket, why="bereavement", actor=Actor.agent(mira.pk), at=now)
    wish(browser, ticket, "this-automation")
    ticket.refresh_from_db()
    assert ticket.by_hand_why == "bereavement"
    assert browser.post(address("people_only", ticket), {"do": "close"}).status_code == 404


def of_words(question: str, choice: str, reason: str = "words", **more: object) -> dict[str, object]:
    evidence = {"signal": "anger", "strength": "sure", "spans": []}
    return {"question": question, "choice": choice, "reason": reason, "evidence": evidence, **more}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            of_words("by-hand", "hand:anger"),
            ["nein, nur Menschen bearbeiten es", "die Aufmerksamkeit eines Menschen verdient"],
        ),
        (of_words("by-hand", "hand:person"), ["weil Sie einen Menschen gewünscht haben"]),
        (
            of_words("language", "language:tr", "language-of-text", confidence=0.8),
            [
                "In welcher Sprache Sie schreiben: Türkisch",
                "Wie sicher es war: eher sicher.",
                "die Wörter Ihrer Nachricht",
            ],
        ),
        (
            of_words("level", "level:2", "escalated", evidence={"triggers": ["emotion"]}),
            ["wer mehr entscheiden darf", "So ist es festgelegt, es ist keine Vermutung."],
        ),
    ],
)
def test_each_decision_says_why_how_sure_and_on_which_data_and_nothing_of_moods(
    ticket: Ticket, mira: Agent, status_page: Read, now: datetime, row: dict[str, object], said: list[str]
) -> None:
    fixed = {"ticket": ticket, "author": "rule:escalate", "confidence": 1.0, "responsible": mira}
    Decision.objects.create(**{**fixed, "made_at": now, "applied_at": now, **row})
    page = status_page(ticket)
    part = page[page.index('id="decisions"') : page.index('id="automation"')]
    for words in [*said, "Verwendet wurde:", "Verantwortlich für diese Entscheidung: Mira Yılmaz.", "prüfen lassen"]:
        assert words in part, words
    for mood in ("Ärger", "Wut", "Belastung", "Verzweiflung", "Gefühl"):
        assert mood not in part


def test_that_people_alone_see_to_it_can_be_contested_without_naming_why(
    browser: Client, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    row = of_words("by-hand", "hand:anger", ticket=ticket, author="rule:escalate", confidence=1.0, responsible=mira)
    decision = Decision.objects.create(**row, made_at=now, applied_at=now)
    assert browser.post(address("review", ticket, decision=decision.pk)).status_code == 303
    decision.refresh_from_db()
    assert decision.contested_at == now
    wish = Message.objects.filter(ticket=ticket, direction="in").latest("pk").text
    assert "nur Menschen bearbeiten es" in wish and "Ärger" not in wish
