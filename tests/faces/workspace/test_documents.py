"""One concern as a document: all of it, as far as somebody may read it, in words, and hostile texts stay texts."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anliegen.faces.ui import pdf
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, File, Promised
from anliegen.records.tickets.models import Message, Ticket
from tests import needs

HOSTILE = 'Ärger 😀 漢字 #eval("1") *fett* $x$ <b>#include "/etc/passwd"</b> \\ ]] }} {% x %} \u202e\u200d'
FILE = File(filename="Rechnung <i>.pdf", content_type="application/pdf", size=1234, sha256="ab" * 32)


@pytest.fixture
def whole(
    open_ticket: Callable[..., Ticket], kim_address: Address, mira: Agent, mailbox: Mailbox, now: datetime,
    run_pipeline: Callable[[], int],
) -> Ticket:  # fmt: skip
    """Kim wrote, a rule decided, Mira noted and answered."""
    ticket = open_ticket(
        kim_address, subject=HOSTILE, text=f"{HOSTILE}\n\nZweiter Absatz", files=(FILE,), mailbox=mailbox
    )
    run_pipeline()
    as_mira = Actor.agent(mira.pk)
    actions.write_note(ticket, text="Kim war schon einmal da.", actor=as_mira, at=now + timedelta(minutes=1))
    actions.reply(ticket, Answer("Wir prüfen das."), actor=as_mira, at=now + timedelta(minutes=2))
    run_pipeline()
    return ticket


def take(client: Client, ticket: Ticket, file: str, **more: str) -> Any:
    return client.post(f"/workspace/tickets/{ticket.pk}/document/", {"file": file} | more)


def test_the_json_holds_everything_in_its_documented_shape(miras: Client, whole: Ticket, mira: Agent):
    answer = take(miras, whole, "json", notes="yes")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    made = json.loads(answer.content)
    assert list(made) == [
        "format", "made_at", "made_by", "with_notes", "with_customer_data", "ticket", "customer", "participants",
        "messages", "promises", "notes", "decisions", "events",
    ]  # fmt: skip
    assert (made["format"], made["made_by"], made["with_notes"]) == ("anliegen.ticket/1", mira.name, True)
    assert (made["ticket"]["number"], made["ticket"]["subject"]) == (whole.pk, HOSTILE)
    assert made["customer"]["addresses"] == [{"kind": "email", "value": "kim@example.org"}]
    said = [(one["direction"], one["author"]["name"], one["text"]) for one in made["messages"]]
    assert said[0] == ("in", "Kim Berger", f"{HOSTILE}\n\nZweiter Absatz")
    assert said[-1] == ("out", mira.name, "Wir prüfen das.")
    assert made["messages"][0]["files"] == [
        {
            "filename": FILE.filename,
            "content_type": FILE.content_type,
            "size": 1234,
            "sha256": FILE.sha256,
            "inline": False,
        }
    ]
    assert [one["text"] for one in made["notes"]] == ["Kim war schon einmal da."]
    assert made["decisions"][0]["choice_in_words"] == "Team „Abrechnung“"
    assert [event["verb"] for event in made["events"]] == list(
        Event.objects.filter(subject=f"ticket:{whole.pk}")
        .exclude(verb="ticket.copied")
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert "Mira Yılmaz hat eine interne Notiz geschrieben" in [event["sentence"] for event in made["events"]]
    assert all(re.fullmatch("[0-9a-f]{64}", event["hash"]) for event in made["events"])


@pytest.mark.parametrize("file", ["json", "print"])
def test_without_notes_nothing_of_them_is_in_it(miras: Client, whole: Ticket, mira: Agent, now: datetime, file: str):
    actions.snooze(whole, until=now + timedelta(days=9), reason="Geheimer Grund", actor=Actor.agent(mira.pk), at=now)
    plain, full = (take(miras, whole, file, **more).content.decode() for more in ({}, {"notes": "yes"}))
    for secret in ("Kim war schon einmal da.", "interne Notiz geschrieben"):
        assert (secret in plain, secret in full) == (False, True)
    assert "Geheimer Grund" not in plain


def test_what_was_promised_is_in_it(miras: Client, whole: Ticket, mira: Agent, now: datetime):
    due = now + timedelta(days=3)
    actions.promise(whole, Promised("Wir melden uns.", due, mira), actor=Actor.agent(mira.pk), at=now)
    (promise,) = json.loads(take(miras, whole, "json").content)["promises"]
    assert (promise["words"], promise["owner"], promise["state"]) == ("Wir melden uns.", mira.name, "open")
    assert datetime.fromisoformat(promise["due_at"]) == due


def test_the_sheet_says_who_speaks_and_what_was_promised(
    miras: Client, whole: Ticket, mira: Agent, tom: Agent, now: datetime
):
    due = now + timedelta(days=3)
    actions.promise(whole, Promised("Wir melden uns.", due, mira), actor=Actor.agent(mira.pk), at=now)
    answer = whole.messages.get(agent=mira)
    Message.objects.filter(pk=answer.pk).update(model="probe@1", reviewed_by=tom)
    html = take(miras, whole, "print").content.decode()
    said = re.findall(r'<h3>(.+?)</h3>\s*<p class="small">(.+?) · ', html)
    assert said[0] == ("Kim Berger", "Kundschaft")
    assert said[-1] == (mira.name, "KI-Entwurf, von Mensch geprüft")
    assert f"Wir melden uns. {mira.name} sorgt dafür." in html
    assert "Wie sicher: " in html
    author = json.loads(take(miras, whole, "json").content)["messages"][-1]["author"]
    assert (author["model"], author["reviewed_by"]) == ("probe@1", tom.name)


def test_what_a_rule_wrote_bears_its_name(miras: Client, whole: Ticket, mira: Agent) -> None:
    answer = whole.messages.get(agent=mira)
    Message.objects.filter(pk=answer.pk).update(agent=None, rule="acknowledge")
    assert "Automatik (Eingangsbestätigung)" in take(miras, whole, "print").content.decode()


def test_the_course_of_events_goes_with_the_time_and_names_the_copy(
    miras: Client, whole: Ticket, mira: Agent, now: datetime
):
    """What was noted later may have happened earlier: the journal keeps its own order, a person reads by the clock."""
    actions.snooze(
        whole, until=now + timedelta(days=9), reason="", actor=Actor.agent(mira.pk), at=now + timedelta(seconds=90)
    )
    snoozed = json.loads(take(miras, whole, "json").content)["events"][-1]
    assert snoozed["verb"] == "ticket.snoozed"
    html = take(miras, whole, "print").content.decode()
    course = html[html.index("<h2>Verlauf</h2>") :]
    assert course.index(snoozed["sentence"]) < course.index("hat eine Antwort geschrieben")
    assert "hat das als Dokument ausgegeben (JSON)" in course


@pytest.mark.parametrize("file", ["json", "print"])
def test_a_private_note_is_in_no_file(miras: Client, whole: Ticket, mira: Agent, now: datetime, file: str):
    actions.write_note(whole, text="Nur für Tom und mich", is_side=True, actor=Actor.agent(mira.pk), at=now)
    full = take(miras, whole, file, notes="yes").content.decode()
    assert ("Nur für Tom und mich" in full, "kept_aside" in full, "Kim war schon einmal da." in full) == (
        False,
        False,
        True,
    )


def test_who_may_write_no_notes_gets_none(admin: Agent, mira: Agent, miras: Client, whole: Ticket, now: datetime):
    less = [code for code in mira.role.permissions if code != "ticket.note"]
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=less)
    assert "Mit internen Notizen" not in miras.get(f"/workspace/tickets/{whole.pk}/document/").content.decode()
    made = json.loads(take(miras, whole, "json", notes="yes").content)
    assert (made["with_notes"], made["notes"]) == (False, [])


def test_who_may_not_read_customers_gets_their_numbers_alone(
    admin: Agent, mira: Agent, miras: Client, whole: Ticket, now: datetime
):
    less = [code for code in mira.role.permissions if not code.startswith("customer.")]
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=less)
    content = take(miras, whole, "json").content.decode()
    assert json.loads(content)["customer"] == {"number": whole.person_id}
    assert ("Kim Berger" in content, "kim@example.org" in content) == (False, False)


def test_it_is_written_down_and_stands_in_the_timeline(miras: Client, whole: Ticket, mira: Agent):
    take(miras, whole, "json", notes="yes")
    event = Event.objects.get(verb="ticket.copied")
    assert (event.subject, event.actor) == (f"ticket:{whole.pk}", f"agent:{mira.pk}")
    assert event.data == {"file": "json", "notes": True}
    assert "hat das als Dokument ausgegeben" in miras.get(f"/workspace/tickets/{whole.pk}/").content.decode()


def test_another_teams_concern_and_an_unknown_kind_are_not_found(toms: Client, miras: Client, ticket: Ticket):
    assert take(toms, ticket, "json").status_code == 404
    assert take(miras, ticket, "exe").status_code == 404
    assert not Event.objects.filter(verb="ticket.copied").exists()


def test_the_page_to_print_shows_hostile_text_as_text(miras: Client, whole: Ticket):
    html = take(miras, whole, "print").content.decode()
    assert "&lt;b&gt;#include" in html
    assert "<script" not in html
    assert FILE.sha256 in html


def test_without_the_extra_it_says_how_to_have_it_and_what_to_do_until_then(
    miras: Client, whole: Ticket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pdf, "is_there", lambda: False)
    html = miras.get(f"/workspace/tickets/{whole.pk}/document/").content.decode()
    assert ('value="pdf"' in html, 'value="print"' in html) == (False, True)
    assert "pip install typst" in html
    assert take(miras, whole, "pdf").status_code == 409


@pytest.fixture
def with_typst() -> None:
    if not pdf.is_there():
        needs.is_missing("typst is not installed: pip install anliegen[pdf]")


def test_the_pdf_is_kept_for_long_and_can_be_read_aloud(with_typst: None, miras: Client, whole: Ticket):
    answer = take(miras, whole, "pdf", notes="yes")
    content = answer.content
    assert (answer.headers["Content-Type"], content[:5]) == ("application/pdf", b"%PDF-")
    for mark in (b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>A</pdfaid:conformance>", b"<pdfuaid:part>1"):
        assert mark in content
    assert b"/StructTreeRoot" in content
    assert b"/Lang(de)" in content


def test_a_translation_is_drawn_as_text_below_its_original(
    with_typst: None, miras: Client, whole: Ticket, mira: Agent, now: datetime
):
    message, as_mira = whole.messages.order_by("pk")[0], Actor.agent(mira.pk)
    before = take(miras, whole, "pdf").content
    actions.translate(message, [HOSTILE, "漢字 " * 300], language="en", actor=as_mira, at=now)
    after = take(miras, whole, "pdf").content
    assert after.startswith(b"%PDF-")
    assert b"/Lang(en)" in after and b"/Lang(en)" not in before


@pytest.mark.parametrize(
    "text", [HOSTILE, "漢字仮名交じり文" * 20, "😀🏳️‍🌈👩‍👩‍👧 ﷽ ", "\ue000\ufdd0", "a" * 3000, "= x\n- y\n#[z]"]
)
def test_no_text_breaks_the_pdf(with_typst: None, miras: Client, whole: Ticket, mira: Agent, text: str, now: datetime):
    actions.write_note(whole, text=text, actor=Actor.agent(mira.pk), at=now)
    assert take(miras, whole, "pdf", notes="yes").content.startswith(b"%PDF-")


@pytest.mark.parametrize("text", ["a" * 40_000, "\x01\x1b[31m\x85", "\ue000\U000f0000", "  ", "\u0301\u0489"])
def test_no_customer_keeps_a_pdf_from_being_made(with_typst: None, miras: Client, whole: Ticket, text: str):
    """By what they write, and by what they call themselves."""
    Person.objects.filter(pk=whole.person_id).update(name=text[:200])
    whole.messages.filter(direction="in").update(text=text, subject=text[:200], from_name=text[:200])
    Ticket.objects.filter(pk=whole.pk).update(subject=text[:200])
    assert take(miras, whole, "pdf").content.startswith(b"%PDF-")
