"""The composer over HTTP: what it keeps, whom it warns of, what it refuses to send, and who may touch whose draft."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Mailbox, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Writing
from anliegen.records.tickets.models import Draft, DraftFile, Message, Ticket

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
Given = dict[str, object]


def keep(client: Client, ticket: Ticket, **fields: object) -> Draft:
    given = {"kind": "reply", "text": "Wir prüfen das.", **fields}
    answer = client.post(f"/workspace/tickets/{ticket.pk}/draft/", given)
    assert answer.status_code == 200, answer.content
    return Draft.objects.get(pk=answer.json()["draft"])


def form(ticket: Ticket, draft: Draft | None = None, **more: object) -> Given:
    """What the page sends when the button is pressed."""
    ticket.refresh_from_db()
    around: Given = {"status": "waiting_customer", "version": ticket.version, "seen": 10**9, "text": "Gern."}
    if draft is not None:
        draft.refresh_from_db()
        around |= {"draft": draft.pk, "draft_version": draft.version, "text": draft.text, "html": draft.html}
    return around | more


def send(client: Client, ticket: Ticket, draft: Draft | None = None, **more: object) -> int:
    return client.post(f"/workspace/tickets/{ticket.pk}/reply/", form(ticket, draft, **more)).status_code


def upload(client: Client, ticket: Ticket, name: str = "bild.png", content: bytes = PNG, **more: object) -> Given:
    file = SimpleUploadedFile(name, content, "image/png" if name.endswith("png") else "application/octet-stream")
    answer = client.post(f"/workspace/tickets/{ticket.pk}/draft/files/", {"kind": "reply", "file": file, **more})
    return {"status": answer.status_code, **answer.json()}


# Keeping


def test_a_draft_fills_the_form_on_every_device(
    miras: Client, logged_in: Callable[..., Client], mira: Agent, ticket: Ticket
) -> None:
    keep(miras, ticket, cc="halbe adre", send_at="Di 9 Uhr", status="resolved")
    html = logged_in(mira).get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert ">\nWir prüfen das.</textarea>" in html
    assert ">\nhalbe adre</textarea>" in html
    assert '<option value="resolved" selected>' in html


def test_nobody_reads_or_writes_another_s_draft(
    miras: Client, janas: Client, toms: Client, admin: Agent, ticket: Ticket
) -> None:
    draft = keep(miras, ticket, text="Nur für mich.")
    file = upload(miras, ticket, draft=draft.pk)["file"]
    given = {"kind": "reply", "draft": draft.pk, "draft_version": 1, "text": "Meins"}
    assert janas.post(f"/workspace/tickets/{ticket.pk}/draft/", given).status_code == 403
    assert toms.post(f"/workspace/tickets/{ticket.pk}/draft/", given).status_code == 404
    assert janas.post(f"/workspace/tickets/{ticket.pk}/draft/discard/", given).status_code == 403
    assert janas.get(f"/workspace/drafts/files/{file}/").status_code == 404
    assert janas.post(f"/workspace/drafts/files/{file}/take-out/").status_code == 404
    assert "Nur für mich." not in janas.get(f"/workspace/tickets/{ticket.pk}/?draft={draft.pk}").content.decode()
    assert send(janas, ticket, draft) == 403
    assert Draft.objects.get().text == "Nur für mich."


def test_a_note_s_draft_needs_the_right_to_note(miras: Client, mira: Agent, ticket: Ticket) -> None:
    mira.role.permissions = ["ticket.read", "ticket.reply"]
    mira.role.save()
    address = f"/workspace/tickets/{ticket.pk}/draft/"
    assert miras.post(address, {"kind": "note", "text": "x"}).status_code == 403
    assert miras.post(address, {"kind": "sonst", "text": "x"}).status_code == 404


def test_a_draft_whose_customer_wrote_since_says_so(
    miras: Client, ticket: Ticket, kim_address: Address, open_ticket: Callable[..., Ticket], now: datetime
) -> None:
    first = Message.objects.get(ticket=ticket)
    keep(miras, ticket, answers=first.pk)
    page = f"/workspace/tickets/{ticket.pk}/"
    assert "wieder geschrieben" not in miras.get(page).content.decode()
    Message.objects.filter(pk=first.pk).update(created_at=now - timedelta(hours=1))
    later = Message.objects.get(pk=first.pk)
    later.pk, later.created_at = None, now
    later.save()
    assert "wieder geschrieben" in miras.get(page).content.decode()


# Files


def test_a_file_goes_up_at_once_and_goes_along(miras_parts: Client, ticket: Ticket) -> None:
    first = upload(miras_parts, ticket)
    assert (first["status"], first["words"]) == (200, "bild.png · 28\u202fByte")
    draft = keep(miras_parts, ticket)
    assert send(miras_parts, ticket, draft, attached=[first["file"]]) == 200
    (sent,) = Message.objects.get(direction="out").attachments.all()
    assert (sent.filename, files.get(sent.sha256), sent.is_inline) == ("bild.png", PNG, False)


@pytest.mark.parametrize("name", ["rechnung.exe", "BRIEF.JS", "los.bat"])
def test_a_program_is_refused_with_words_and_nothing_is_kept(miras: Client, ticket: Ticket, name: str) -> None:
    refused = upload(miras, ticket, name)
    assert refused["status"] == 422
    assert "ist ein Programm" in str(refused["problem"])
    assert not DraftFile.objects.exists()


def test_together_too_large_is_refused(miras: Client, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anliegen.faces.workspace.tickets.attaching.LARGEST", 50)
    first = upload(miras, ticket)
    refused = upload(miras, ticket, draft=first["draft"])
    assert refused["status"] == 422
    assert "größer als" in str(refused["problem"])


def test_a_file_of_another_draft_does_not_go_along(
    miras_parts: Client, ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    other = upload(miras_parts, open_ticket(kim_address, at=now))["file"]
    assert send(miras_parts, ticket, keep(miras_parts, ticket), attached=[other]) == 422
    assert not Message.objects.filter(direction="out").exists()


def test_only_a_picture_is_shown_to_the_editor(miras: Client, ticket: Ticket) -> None:
    picture, text = upload(miras, ticket), upload(miras, ticket, "a.png", b"<svg onload=alert(1)>")
    shown = miras.get(f"/workspace/drafts/files/{picture['file']}/")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    assert miras.get(f"/workspace/drafts/files/{text['file']}/").status_code == 404


def test_speaking_of_an_attachment_without_one_blocks_once(miras_parts: Client, ticket: Ticket) -> None:
    given = form(ticket, text="Anbei die Rechnung.")
    refused = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given)
    assert refused.status_code == 422
    assert "es ist keiner dabei" in refused.content.decode()
    assert send(miras_parts, ticket, text="Anbei die Rechnung.", without="on") == 200


# Formatting


def test_formatting_is_cleaned_and_goes_out_with_its_text_and_its_picture(miras_parts: Client, ticket: Ticket) -> None:
    file = upload(miras_parts, ticket)["file"]
    html = (
        f"<p>Guten Tag,</p><h2>So geht es</h2><ul><li><p><strong>Abschlag</strong> senken</p></li></ul>"
        f'<p onclick="x()"><a href="javascript:x()">böse</a> <a href="https://example.org/a">gut</a></p>'
        f'<p><img src="/workspace/drafts/files/{file}/" alt="bild.png"><img src="https://weg.example/x.png">'
        f"</p><script>alert(1)</script>"
    )
    draft = keep(miras_parts, ticket, html=html, draft=Draft.objects.get().pk, draft_version=0)
    assert draft.text == (
        "Guten Tag,\n\nSo geht es\n\n- Abschlag senken\n\nböse gut <https://example.org/a>\n\n[Bild: bild.png]"
    )
    assert all(bad not in draft.html for bad in ("script", "onclick", "javascript", "weg.example", "/workspace/"))
    assert send(miras_parts, ticket, draft, attached=[file], html=html) == 200
    message = Message.objects.get(direction="out")
    (picture,) = message.attachments.all()
    mail = as_mail(message)
    assert f'<img src="cid:{picture.content_id}"' in (mail.html or "")
    assert '<h2 style="' in (mail.html or "") and "<strong>Abschlag</strong>" in (mail.html or "")
    assert mail.text.startswith(draft.text)
    shown = miras_parts.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert f'<img  alt="bild.png" src="/workspace/attachments/{picture.pk}/picture/"' in shown.replace("  alt", "  alt")


def test_formatting_comes_back_into_the_editor(miras: Client, ticket: Ticket) -> None:
    file = upload(miras, ticket)["file"]
    html = f'<p>Hier: <img src="/workspace/drafts/files/{file}/" alt="bild.png"></p>'
    keep(miras, ticket, html=html, draft=Draft.objects.get().pk, draft_version=0)
    shown = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert f"/workspace/drafts/files/{file}/&#34; alt=&#34;bild.png&#34;&gt;" in shown


# Review


@pytest.fixture
def shared(miras: Client, mira: Agent, admin: Agent, ticket: Ticket) -> Draft:
    draft = keep(miras, ticket)
    given = {"draft": draft.pk, "to": f"agent:{admin.pk}", "remark": "Ton?"}
    assert miras.post(f"/workspace/tickets/{ticket.pk}/draft/share/", given).status_code == 302
    draft.refresh_from_db()
    assert draft.review == "asked"
    return draft


def test_who_is_asked_sees_it_everywhere(janas: Client, miras: Client, shared: Draft, ticket: Ticket) -> None:
    listed = janas.get("/workspace/?view=open").content.decode()
    assert "wartet auf Freigabe von Jana Kowalski" in listed
    assert "1 zur Freigabe" in listed
    page = janas.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "Mira Yılmaz bittet Sie um Freigabe" in page and "Wir prüfen das." in page and "Ton?" in page
    assert "Wir prüfen das." in janas.get("/workspace/drafts/").content.decode()
    assert "Wartet auf Freigabe von Jana Kowalski" in miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()


def test_its_writer_cannot_send_it_meanwhile(miras_parts: Client, shared: Draft, ticket: Ticket) -> None:
    assert send(miras_parts, ticket, shared) == 422
    assert not Message.objects.filter(direction="out").exists()


def test_only_who_is_asked_approves(miras: Client, janas: Client, shared: Draft, ticket: Ticket) -> None:
    approve = f"/workspace/drafts/{shared.pk}/approve/"
    assert miras.post(approve, {"version": 1}).status_code == 403
    assert janas.post(approve, {"version": 1}).status_code == 302
    shared.refresh_from_db()
    assert shared.review == "approved"
    assert "Freigegeben von Jana Kowalski" in miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()


def test_sent_back_it_stands_in_the_form_with_the_remark(
    miras: Client, janas: Client, shared: Draft, ticket: Ticket
) -> None:
    janas.post(f"/workspace/drafts/{shared.pk}/send-back/", {"version": 1, "remark": "Bitte kürzer."})
    page = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "Jana Kowalski hat es zurückgegeben" in page and "Bitte kürzer." in page


def test_who_is_asked_changes_and_sends_it(
    janas: Client, logged_in: Callable[..., Client], mira: Agent, admin: Agent, shared: Draft, ticket: Ticket
) -> None:
    page = janas.get(f"/workspace/tickets/{ticket.pk}/?draft={shared.pk}").content.decode()
    assert "Entwurf von Mira Yılmaz" in page and "Freigeben und senden" in page
    given = {"kind": "reply", "draft": shared.pk, "draft_version": 1, "text": "Wir prüfen das gern."}
    assert janas.post(f"/workspace/tickets/{ticket.pk}/draft/", given).status_code == 200
    assert send(logged_in(admin, htmx=True), ticket, shared) == 200
    message = Message.objects.get(direction="out")
    assert (message.agent, message.reviewed_by, message.text) == (mira, admin, "Wir prüfen das gern.")
    shown = janas.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "freigegeben von Jana Kowalski" in shown


def test_who_does_not_see_the_concern_cannot_be_asked(miras: Client, tom: Agent, ticket: Ticket) -> None:
    draft = keep(miras, ticket)
    given = {"draft": draft.pk, "to": f"agent:{tom.pk}"}
    miras.post(f"/workspace/tickets/{ticket.pk}/draft/share/", given)
    draft.refresh_from_db()
    assert draft.review == ""


# Whom


def whom(client: Client, ticket: Ticket, **given: str) -> str:
    answer = client.post(f"/workspace/tickets/{ticket.pk}/whom/", {"kind": "reply", "to": "", "cc": "", **given})
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_recipient_says_what_should_be_known(
    miras: Client, ticket: Ticket, mira: Agent, mailbox: Mailbox, kim: Address, now: datetime
) -> None:
    usual = whom(miras, ticket)
    assert "Kim Berger" in usual and "chip-mark" not in usual  # who wrote is no surprise
    answered = actions.reply(ticket, Answer("Gern."), actor=Actor.agent(mira.pk), at=now + timedelta(minutes=1))
    actions.mark_sent(answered, actor=SYSTEM, at=now)
    assert "chip-mark" not in whom(miras, ticket)
    copied = whom(miras, ticket, cc="leo@fremd.example, jana@musterstadt.example")
    assert "außerhalb" in copied and "noch nie angeschrieben" in copied
    actions.mark_bounced(answered, reason="5.1.1", actor=SYSTEM, at=now)
    assert "kam zurück" in whom(miras, ticket)


def test_new_here_is_only_who_has_had_nothing_of_the_conversation(
    miras: Client, ticket: Ticket, mira: Agent, mailbox: Mailbox, kim: Address, admin: Agent, now: datetime
) -> None:
    other = customers.add_address(ticket.person, kind="email", value="kim@privat.example", actor=SYSTEM, at=now)
    only_jana = Answer("Zur Kenntnis.", to=(("", admin.email),))
    sent = actions.reply(ticket, only_jana, actor=Actor.agent(mira.pk), at=now + timedelta(minutes=1))
    actions.mark_sent(sent, actor=SYSTEM, at=now)
    assert "neu dabei" not in whom(miras, ticket)  # the customer, whose message the last one was not
    assert "neu dabei" not in whom(miras, ticket, to=other.value)  # at an address of theirs that was not used yet
    assert "neu dabei" not in whom(miras, ticket, cc=admin.email)
    assert "neu dabei" in whom(miras, ticket, cc=mira.email)
    passed_on = Answer("Bitte sehen.", to=(("", mira.email),))
    forwarded = actions.forward(ticket, passed_on, actor=Actor.agent(mira.pk), at=now)
    assert forwarded.is_forward and "neu dabei" in whom(miras, ticket, cc=mira.email)


def test_who_wrote_last_from_the_status_page_is_not_new_here(
    miras: Client, ticket: Ticket, mira: Agent, kim: Address, now: datetime
) -> None:
    """What comes by form names no address, and says nothing of who had the last mail."""
    answered = actions.reply(ticket, Answer("Gern."), actor=Actor.agent(mira.pk), at=now + timedelta(minutes=1))
    actions.mark_sent(answered, actor=SYSTEM, at=now)
    Message.objects.create(
        ticket=ticket, direction="in", channel="form", state="received", person=ticket.person, text="Danke.",
        written_at=now + timedelta(minutes=2),
        created_at=now + timedelta(minutes=2),
    )  # fmt: skip
    assert "chip-mark" not in whom(miras, ticket)


def test_a_colleague_is_named_as_one(miras: Client, ticket: Ticket, admin: Agent) -> None:
    assert "Kollegium" in whom(miras, ticket, cc=admin.email)


@pytest.mark.parametrize(
    ("to", "greeting"),
    [
        ("", "Sehr geehrte Frau Berger,"),
        ("kim@example.org", "Sehr geehrte Frau Berger,"),
        ("kim@example.org, leo@example.net", "Guten Tag,"),
        ("wer@fremd.example", "Guten Tag,"),
        ("leo@example.net", "Guten Tag Leo Ott,"),
    ],
)
def test_the_greeting_follows_whom_it_goes_to(
    miras: Client, ticket: Ticket, kim_address: Address, to: str, greeting: str, now: datetime
) -> None:
    person = kim_address.person
    customers.change(person, address_form="frau", given_name="Kim", family_name="Berger", actor=SYSTEM, at=now)
    customers.meet(kind="email", value="leo@example.net", name="Leo Ott", language="de", actor=SYSTEM, at=now)
    assert f"<template data-greeting>{greeting}</template>" in whom(miras, ticket, to=to)


def test_whom_one_may_mean_is_offered_and_nobody_one_does_not_see(
    miras: Client, ticket: Ticket, tom: Agent, technics: Team, open_ticket: Callable[..., Ticket], now: datetime
) -> None:
    hidden = customers.meet(kind="email", value="tobias@fremd.example", name="Tobias Fern", actor=SYSTEM, at=now)
    actions.assign(open_ticket(hidden, at=now), to=technics, actor=SYSTEM, at=now)
    address = f"/workspace/tickets/{ticket.pk}/whom/suggest/"
    assert miras.get(f"{address}?q=ki").json() == {"people": [{"name": "Kim Berger", "address": "kim@example.org"}]}
    found = [one["address"] for one in miras.get(f"{address}?q=to").json()["people"]]
    assert found == ["tom@musterstadt.example"]
    assert miras.get(f"{address}?q=k").json() == {"people": []}


# Forwarding


def forward(client: Client, ticket: Ticket, **more: object) -> str:
    ticket.refresh_from_db()
    given = {
        "version": ticket.version,
        "seen": 10**9,
        "text": "Bitte ansehen.",
        "to": "werk@partner.example",
        "status": "same",
        **more,
    }
    answer = client.post(f"/workspace/tickets/{ticket.pk}/forward/", given)
    return f"{answer.status_code} {answer.content.decode()}"


def test_what_is_forwarded_is_what_was_chosen_and_never_a_note(
    miras_parts: Client, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    actions.write_note(ticket, text="Kundin ist schwierig", actor=Actor.agent(mira.pk), at=now)
    first = Message.objects.get(ticket=ticket)
    page = miras_parts.get(f"/workspace/tickets/{ticket.pk}/forward/").content.decode()
    assert f'value="{first.pk}" checked' in page and "schwierig" not in page
    assert forward(miras_parts, ticket, message=[first.pk]).startswith("200")
    sent = Message.objects.get(is_forward=True)
    assert sent.said == "Bitte ansehen."
    assert "Mein Abschlag ist zu hoch." in sent.text and "Kim Berger <kim@example.org>" in sent.text
    mail = as_mail(sent)
    assert "schwierig" not in mail.text and "Mein Abschlag ist zu hoch." in mail.text
    assert mail.references == () and "/a/" not in mail.text  # neither thread nor the owner's link


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("kim@example.org", "antworten Sie, statt weiterzuleiten"),
        ("service@musterstadt.example", "ist ein Postfach von uns"),
        ("", "Bitte sagen Sie, an wen."),
        ("quatsch", "keine E-Mail-Adresse"),
    ],
)
def test_nobody_gets_a_forward_who_should_not(
    miras_parts: Client, ticket: Ticket, mailbox: Mailbox, to: str, why: str
) -> None:
    first = Message.objects.get(ticket=ticket)
    answer = forward(miras_parts, ticket, to=to, message=[first.pk])
    assert answer.startswith("422")
    assert why.casefold() in answer.casefold()
    assert not Message.objects.filter(is_forward=True).exists()


def test_messages_of_another_concern_and_encrypted_ones_are_not_forwarded(
    miras_parts: Client, ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    other = Message.objects.get(ticket=open_ticket(kim_address, at=now, text="Geheim"))
    sealed = Message.objects.get(ticket=ticket)
    Message.objects.filter(pk=sealed.pk).update(enclosed={"seal": {"encryption": "opened"}}, text="Verschlüsselt")
    assert forward(miras_parts, ticket, message=[other.pk, sealed.pk]).startswith("200")
    sent = Message.objects.get(is_forward=True)
    assert sent.text == "Bitte ansehen."


# After sending


@pytest.mark.parametrize(("wish", "place"), [("back", "/workspace/?view=team&sent="), ("next", "/tickets/")])
def test_after_sending_one_goes_where_one_prefers_and_can_still_take_it_back(
    miras_parts: Client, mira: Agent, ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address,
    billing: Team, now: datetime, wish: str, place: str,
) -> None:  # fmt: skip
    earlier = open_ticket(kim_address, at=now - timedelta(hours=1))
    actions.assign(earlier, to=billing, actor=SYSTEM, at=now)
    mira.after_sending = wish
    mira.save()
    here = {"HX-Current-URL": f"http://testserver/workspace/tickets/{ticket.pk}/?view=team"}
    answer = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", form(ticket), headers=here)
    goal = answer.headers["HX-Redirect"]
    assert place in goal and (wish == "back" or f"/tickets/{earlier.pk}/" in goal)
    message = Message.objects.get(direction="out")
    Message.objects.filter(pk=message.pk).update(created_at=clock.now())
    page = Client()
    page.force_login(mira)
    shown = page.get(goal.partition("#")[0]).content.decode()
    assert f"/workspace/messages/{message.pk}/undo/" in shown and f"Nummer {ticket.pk}" in shown
    there = {"HX-Current-URL": f"http://testserver{goal}"}
    undone = miras_parts.post(f"/workspace/messages/{message.pk}/undo/", {"from": "toast"}, headers=there)
    assert undone.headers["HX-Redirect"] == f"/workspace/tickets/{ticket.pk}/"
    assert ">\nGern.</textarea>" in page.get(f"/workspace/tickets/{ticket.pk}/").content.decode()


def test_somebody_else_s_answer_is_not_offered_to_be_taken_back(
    janas: Client, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    message = actions.reply(ticket, Answer("Gern."), actor=Actor.agent(mira.pk), at=clock.now())
    assert "/undo/" not in janas.get(f"/workspace/?sent={message.pk}").content.decode()


def test_a_draft_costs_a_page_no_further_question(
    miras: Client, mira: Agent, ticket: Ticket, now: datetime, django_assert_num_queries: Callable[..., object]
) -> None:
    path = f"/workspace/tickets/{ticket.pk}/"
    miras.get(path)
    with CaptureQueriesContext(connection) as without:
        miras.get(path)
        questions = len(without)
    actions.keep_draft(ticket, Writing(text="x"), actor=Actor.agent(mira.pk), at=now)
    miras.get(path)
    with django_assert_num_queries(questions):
        assert 'name="draft"' in miras.get(path).content.decode()
