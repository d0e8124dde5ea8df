"""A proposed draft or refund on the ticket: yes opens the editor or the form with it; nothing is sent by itself."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.models import Decision
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.frames import set_frames
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import Agent, ConcessionKind, Role, Topic
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Writing
from anliegen.records.tickets.models import Concession, Draft, Message, Note, Ticket

WORDS = "Ihr Abschlag im Vorgang {{vorgangsnummer}} sinkt."
Run = Callable[[], int]


@pytest.fixture
def drafted(ticket: Ticket, mira: Agent, now: datetime) -> Decision:
    proposal = Proposal("draft:some", 1.0, "rule", mira.pk, {"rule": 12, "version": 1}, text=WORDS)
    return approval.submit(ticket, "draft", proposal, actor=Actor.rule(12), at=now, may_act=False)


@pytest.fixture
def refund(ticket: Ticket, mira: Agent, agent_role: Role, now: datetime) -> Decision:
    set_frames(agent_role, [Limit("ticket", 5000, "EUR")], actor=SYSTEM, at=now)
    for name in ("Nachlass", "Gutschrift"):
        accounts.create(ConcessionKind, name=name, proposal="", actor=SYSTEM, at=now)
    proposal = Proposal(
        "refund:some",
        1.0,
        "rule",
        mira.pk,
        {"rule": 12, "version": 1},
        text="Gutschrift von 12,50 €, zweimal\ngewartet",
    )
    return approval.submit(ticket, "refund", proposal, actor=Actor.rule(12), at=now, may_act=False)


def say(client: Client, decision: Decision, deed: str = "confirm", **more: str) -> "tuple[int, str, str]":
    """Status, where it leads, and what is shown."""
    response = client.post(f"/workspace/decisions/{decision.pk}/", {"do": deed, **more})
    there = response.headers.get("HX-Redirect") or response.headers.get("Location") or ""
    return response.status_code, there, response.content.decode()


def begin(ticket: Ticket, mira: Agent, now: datetime, text: str = "Mein Anfang", html: str = "") -> Draft:
    return actions.keep_draft(ticket, Writing(text, html), actor=Actor.agent(mira.pk), at=now)


@pytest.mark.parametrize("script", [True, False])
def test_yes_opens_the_editor_with_the_draft_filled_in_and_sends_nothing(
    miras: Client, miras_parts: Client, drafted: Decision, ticket: Ticket, script: bool
) -> None:
    assert "In meine Antwort übernehmen" in miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    status, there, _html = say(miras_parts if script else miras, drafted)
    assert (status, there) == (204 if script else 302, f"/workspace/tickets/{ticket.pk}/?taken={drafted.pk}#id_text")
    page = miras.get(there.partition("#")[0]).content.decode()
    form = page[page.index('<form id="reply"') :]
    assert f"Guten Tag Kim Berger,\n\nIhr Abschlag im Vorgang {ticket.pk} sinkt.\n</textarea>" in form
    assert "Von einer Regel vorgeschlagen." in form
    assert ("Es steht in Ihrer Antwort. Gesendet ist nichts." in page) is not script  # told to whoever asked
    assert ("bestätigt, noch nicht gesendet" in page, "Zur Antwort" in page) == (True, True)
    assert not Message.objects.filter(direction="out", agent__isnull=False).exists()


def test_sent_from_the_form_it_is_in_force_in_the_agents_name(
    miras: Client, drafted: Decision, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    say(miras, drafted)
    draft = Draft.objects.get()
    ticket.refresh_from_db()
    form = {
        "text": draft.text, "draft": draft.pk, "draft_version": draft.version, "version": ticket.version, "seen": 10**6,
        "status": "waiting_customer",
    }  # fmt: skip
    assert miras.post(f"/workspace/tickets/{ticket.pk}/reply/", form).status_code == 302
    run_pipeline()
    drafted.refresh_from_db()
    assert (drafted.settled_as, drafted.applied_at is not None, drafted.settled_by) == ("confirmed", True, mira)
    assert "bestätigt, in Kraft" in miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()


@pytest.mark.parametrize("script", [True, False])
def test_who_has_begun_an_answer_is_asked_where_it_goes_and_nothing_is_touched(
    miras: Client, miras_parts: Client, drafted: Decision, ticket: Ticket, mira: Agent, now: datetime, script: bool
) -> None:
    begin(ticket, mira, now)
    status, there, html = say(miras_parts if script else miras, drafted)
    assert (status, there, "Sie haben schon eine Antwort begonnen" in html) == (200, "", True)
    assert ("Mein Anfang" in html, f"im Vorgang {ticket.pk} sinkt." in html, "<html" in html) == (
        True,
        True,
        not script,
    )
    drafted.refresh_from_db()
    assert (Draft.objects.get().text, drafted.settled_as) == ("Mein Anfang", "")


def test_below_it_keeps_what_was_written_formatting_and_all(
    miras: Client, drafted: Decision, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    begin(ticket, mira, now, html="<p><strong>Mein</strong> Anfang</p>")
    assert say(miras, drafted, how="below")[0] == 302
    draft, words = Draft.objects.get(), f"Ihr Abschlag im Vorgang {ticket.pk} sinkt."
    assert draft.text == f"Mein Anfang\n\n{words}\n"
    assert (draft.html.startswith("<p><strong>Mein</strong> Anfang</p>"), words in draft.html) == (True, True)
    assert not Note.objects.exists()


def test_in_its_place_what_was_written_is_kept_in_a_note_of_ones_own(
    miras: Client, drafted: Decision, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    begin(ticket, mira, now)
    assert say(miras, drafted, how="instead")[0] == 302
    assert Draft.objects.get().text == f"Guten Tag Kim Berger,\n\nIhr Abschlag im Vorgang {ticket.pk} sinkt.\n"
    assert [(one.text, one.is_side) for one in Note.objects.all()] == [("Mein Anfang", True)]


def test_who_may_not_answer_opens_nothing(
    miras: Client, drafted: Decision, agent_role: Role, admin: Agent, now: datetime
) -> None:
    left = [code for code in agent_role.permissions if code != "ticket.reply"]
    accounts.change(agent_role, permissions=left, actor=SYSTEM, at=now)
    assert say(miras, drafted)[0] == 403
    assert not Draft.objects.exists()


def test_from_the_list_of_proposals_it_leads_to_the_editor(miras: Client, drafted: Decision) -> None:
    assert "In meine Antwort übernehmen" in miras.get("/workspace/proposals/").content.decode()
    status, there, _html = say(miras, drafted, back="list")
    assert (status, there.endswith("#id_text")) == (302, True)


@pytest.mark.parametrize("script", [True, False])
def test_yes_to_a_refund_opens_the_form_filled_in_and_gives_nothing(
    miras: Client, miras_parts: Client, refund: Decision, ticket: Ticket, script: bool
) -> None:
    status, there, _html = say(miras_parts if script else miras, refund)
    address = f"/workspace/tickets/{ticket.pk}/concessions/?decision={refund.pk}"
    assert (status, there) == (204 if script else 302, f"{address}#give-amount")
    page = miras.get(address).content.decode()
    credit = ConcessionKind.objects.get(name="Gutschrift").pk
    for part in (
        '<details class="folded give" open>',
        'value="12,50"',
        'value="Gutschrift von 12,50 €, zweimal gewartet"',
        f'<option value="{credit}" selected>',
        f'name="decision" value="{refund.pk}"',
        "Bewilligt wird erst, wenn Sie den Knopf drücken",
    ):
        assert part in page, part
    assert not Concession.objects.exists()


def give(client: Client, ticket: Ticket, decision: Decision, amount: str) -> int:
    credit = ConcessionKind.objects.get(name="Gutschrift").pk
    form = {"kind": credit, "amount": amount, "currency": "EUR", "reason": "Gewartet", "decision": decision.pk}
    return client.post(f"/workspace/tickets/{ticket.pk}/concessions/", form).status_code


def test_given_from_the_form_it_is_in_force_and_another_amount_is_told(
    miras: Client, refund: Decision, ticket: Ticket, mira: Agent, run_pipeline: Run
) -> None:
    say(miras, refund)
    assert give(miras, ticket, refund, "nichts") == 422
    assert give(miras, ticket, refund, "20") == 302
    run_pipeline()
    refund.refresh_from_db()
    assert (refund.settled_as, refund.applied_at is not None, refund.settled_by) == ("corrected", True, mira)
    page = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert ("geändert, in Kraft" in page, "20,00\u00a0€ (Gutschrift)" in page) == (True, True)


def test_before_somebody_said_yes_the_form_knows_nothing_of_it(miras: Client, refund: Decision, ticket: Ticket) -> None:
    address = f"/workspace/tickets/{ticket.pk}/concessions/?decision={refund.pk}"
    assert 'name="decision"' not in miras.get(address).content.decode()
    for odd in ("x", "9" * 30, "0"):
        assert miras.get(f"/workspace/tickets/{ticket.pk}/concessions/?decision={odd}").status_code == 200
    assert give(miras, ticket, refund, "5") == 302
    refund.refresh_from_db()
    assert (refund.settled_as, refund.evidence) == ("", {"rule": 12, "version": 1})


def test_discarded_it_says_so(miras: Client, refund: Decision, ticket: Ticket) -> None:
    say(miras, refund)
    assert say(miras, refund, "give_up")[0] == 302
    assert ">verworfen" in miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode().replace("</svg>", ">")
    say(miras, refund, "give_up")
    page = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "Es ist schon bewilligt, erbeten oder verworfen." in page


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("placed/", {}, "Es bleibt ohne Thema."),
        ("change/", {"topic": "gas", "was": ""}, "Das Thema ist gesetzt: Gasanschluss."),
    ],
)
def test_who_places_what_fitted_no_category_hears_it_and_the_keyboard_goes_on_there(
    miras: Client, miras_parts: Client, ticket: Ticket, now: datetime, path: str, form: dict[str, str], said: str
) -> None:
    accounts.create(Topic, code="gas", name="Gasanschluss", actor=SYSTEM, at=now)
    address = f"/workspace/tickets/{ticket.pk}/"
    for client in (miras_parts, miras):
        Ticket.objects.filter(pk=ticket.pk).update(unplaced_since=now, topic="")
        page = client.post(f"{address}{path}", form, follow=True).content.decode()
        assert said in page
        if client is miras_parts:
            assert f'id="settled" tabindex="-1" data-focus>{said}</p>' in page
    other = miras_parts.post(f"{address}change/", {"topic": "", "was": "gas"}).content.decode()
    assert "data-focus>" not in other  # somebody chose it in the head, where the keyboard stays
