import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, links
from anliegen.records.tickets.content import Answer, File, Received
from anliegen.records.tickets.models import Attachment, Message, Note, Ticket

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def fields(client: Client, ticket: Ticket) -> dict[str, str]:
    """What the answer's form carries when the page was opened."""
    html = client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    form = html.split('id="reply"')[1].split("</form>")[0]
    hidden = re.findall(r'<input type="hidden" name="(version|seen)" value="(\d+)">', form)
    return dict(hidden) | {"status": "waiting_customer"}


def note_fields(client: Client, ticket: Ticket) -> dict[str, str]:
    """What the note's form carries when the page was opened."""
    form = client.get(f"/workspace/tickets/{ticket.pk}/").content.decode().split('id="note"')[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(seen|draft|draft_version)" value="(\d*)">', form))


def verbs(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(subject=f"ticket:{ticket.pk}").order_by("id").values_list("verb", flat=True))


def come_in(ticket: Ticket, address: Address, at: datetime, text: str = "Noch etwas.", **more: object) -> Message:
    received = Received(
        channel="email",
        person_id=address.person_id,
        address=address,
        text=text,
        from_name="Kim Berger",
        from_address=address.value,
        written_at=at,
        **more,  # type: ignore[arg-type]
    )
    return actions.receive(received, ticket=ticket, at=at)


def test_another_teams_ticket_does_not_exist(toms: Client, ticket: Ticket) -> None:
    for method, address in (
        ("get", ""),
        ("post", "reply/"),
        ("post", "note/"),
        ("post", "change/"),
        ("post", "assign/"),
        ("post", "person/"),
    ):
        response = getattr(toms, method)(f"/workspace/tickets/{ticket.pk}/{address}", {"text": "x", "status": "open"})
        assert response.status_code == 404, address


def test_an_answer_is_queued_and_can_be_taken_back(miras_parts: Client, ticket: Ticket, mira: Agent) -> None:
    given = fields(whole_pages(miras_parts), ticket)
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given | {"text": "Wir prüfen das."})
    html = response.content.decode()
    assert response.status_code == 200
    message = Message.objects.get(direction="out")
    assert (message.text, message.state, message.agent_id) == ("Wir prüfen das.", "queued", mira.pk)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee_id) == ("waiting_customer", mira.pk)
    assert verbs(ticket)[-3:] == ["message.queued", "ticket.assigned", "ticket.status_changed"]
    assert "Die Antwort an Kim Berger geht gleich hinaus." in html
    assert 'hx-swap-oob="beforeend:#toasts"' in html

    undone = miras_parts.post(f"/workspace/messages/{message.pk}/undo/", {"from": "toast"}).content.decode()
    message.refresh_from_db()
    assert message.state == "cancelled"
    assert verbs(ticket)[-1] == "message.cancelled"
    assert "Zurückgenommen. Ihr Text steht wieder im Antwortfeld." in undone
    assert 'data-restore="compose-reply"' in undone and ">\nWir prüfen das.</textarea>" in undone


def whole_pages(client: Client) -> Client:
    """The same session, asking for whole pages."""
    whole = Client()
    whole.cookies = client.cookies
    return whole


def test_the_button_says_whom_it_goes_to_and_nothing_is_new_yet(miras: Client, ticket: Ticket) -> None:
    form = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode().split('id="reply"')[1].split("</form>")[0]
    assert "Antwort an Kim Berger senden" in form
    assert ("Trotzdem senden" in form, "Es gibt Neues" in form) == (False, False)


def test_what_has_left_the_house_cannot_be_taken_back(
    miras_parts: Client, ticket: Ticket, mira: Agent, now: datetime
) -> None:
    message = actions.reply(ticket, Answer(text="Gut."), actor=Actor.agent(mira.pk), at=now)
    actions.mark_sent(message, actor=SYSTEM, at=now)
    html = miras_parts.post(f"/workspace/messages/{message.pk}/undo/").content.decode()
    message.refresh_from_db()
    assert message.state == "sent"
    assert "Es war zu spät" in html


def test_another_teams_answer_cannot_be_taken_back(toms: Client, ticket: Ticket, mira: Agent, now: datetime) -> None:
    message = actions.reply(ticket, Answer(text="Gut."), actor=Actor.agent(mira.pk), at=now)
    assert toms.post(f"/workspace/messages/{message.pk}/undo/").status_code == 404
    message.refresh_from_db()
    assert message.state == "queued"


def test_an_answer_without_words_is_refused_and_the_rest_kept(miras_parts: Client, ticket: Ticket) -> None:
    given = fields(whole_pages(miras_parts), ticket) | {"text": "  ", "cc": "erika@example.org"}
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given)
    assert response.status_code == 422
    assert "Bitte schreiben Sie etwas oder hängen Sie eine Datei an." in response.content.decode()
    assert "erika@example.org" in response.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_a_wrong_address_in_copy_is_named(miras_parts: Client, ticket: Ticket) -> None:
    given = fields(whole_pages(miras_parts), ticket) | {"text": "Gut.", "cc": "erika@example.org, quatsch"}
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given)
    assert response.status_code == 422
    assert "„quatsch“ ist keine E-Mail-Adresse." in response.content.decode()


def test_files_and_copies_go_along(miras_parts: Client, ticket: Ticket) -> None:
    given = fields(whole_pages(miras_parts), ticket) | {"text": "Anbei.", "cc": "erika@example.org; max@example.org"}
    upload = SimpleUploadedFile("../Übersicht.pdf", b"%PDF-1.4", content_type="application/pdf")
    miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given | {"files": upload})
    message = Message.objects.get(direction="out")
    assert [one["address"] for one in message.cc] == ["erika@example.org", "max@example.org"]
    kept = message.attachments.get()
    assert (kept.filename, kept.size, files.get(kept.sha256)) == ("Übersicht.pdf", 8, b"%PDF-1.4")


def test_sending_stops_when_the_customer_wrote_meanwhile(
    miras_parts: Client, ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    given = fields(whole_pages(miras_parts), ticket) | {"text": "Wir prüfen das."}
    come_in(ticket, kim_address, now + timedelta(minutes=5), "Hat sich erledigt!")
    stopped = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given)
    html = stopped.content.decode()
    assert stopped.status_code == 422
    assert "Es gibt Neues" in html
    assert "Kim Berger hat geschrieben" in html
    assert "Trotzdem senden" in html
    assert "Hat sich erledigt!" in html
    assert "Wir prüfen das." in html
    assert not Message.objects.filter(direction="out").exists()

    form = html.split("</form>")[0]
    again = dict(re.findall(r'<input type="hidden" name="(version|seen)" value="(\d+)">', form))
    miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given | again)
    assert Message.objects.get(direction="out").text == "Wir prüfen das."


def test_what_the_page_showed_when_it_was_opened_is_no_news(
    miras_parts: Client, ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    come_in(ticket, kim_address, now + timedelta(minutes=5), "Ich warte noch.")
    given = fields(whole_pages(miras_parts), ticket) | {"text": "Wir prüfen das."}
    ticket.refresh_from_db()
    changed = {"version": ticket.version, "was": ticket.priority, "priority": 3}
    assert miras_parts.post(f"/workspace/tickets/{ticket.pk}/change/", changed).status_code == 200
    assert miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given).status_code == 200
    assert Message.objects.get(direction="out").text == "Wir prüfen das."


def test_an_answer_that_is_sent_twice_goes_out_once(miras: Client, miras_parts: Client, ticket: Ticket) -> None:
    given = fields(miras, ticket) | {"text": "Wir pr\u00fcfen das."}
    for client in (miras, miras, miras_parts):  # pressed twice before the page had an answer, and from another tab
        assert client.post(f"/workspace/tickets/{ticket.pk}/reply/", given).status_code in (200, 302)
    assert [one.text for one in Message.objects.filter(direction="out")] == ["Wir pr\u00fcfen das."]
    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4", content_type="application/pdf")
    miras.post(f"/workspace/tickets/{ticket.pk}/reply/", given | {"files": upload})
    assert Message.objects.filter(direction="out").count() == 2  # another file is another answer
    given |= {"text": "Noch etwas."}
    assert miras.post(f"/workspace/tickets/{ticket.pk}/reply/", given).status_code == 302
    assert Message.objects.filter(direction="out").count() == 3


def test_what_machines_do_meanwhile_stops_nobody(miras_parts: Client, ticket: Ticket, now: datetime) -> None:
    given = fields(whole_pages(miras_parts), ticket) | {"text": "Wir prüfen das."}
    actions.acknowledge(ticket, Answer(text="Angekommen."), rule="acknowledge", actor=SYSTEM, at=now)
    assert miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given).status_code == 200


def test_without_an_address_there_is_no_way_to_answer(
    miras_parts: Client, ticket: Ticket, kim_address: Address
) -> None:
    given = fields(whole_pages(miras_parts), ticket) | {"text": "Hallo"}
    kim_address.delete()
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/reply/", given)
    assert response.status_code == 422
    assert "Wir haben keine E-Mail-Adresse dieser Person." in response.content.decode()


def test_a_note_is_kept_for_colleagues_and_never_shown_to_the_customer(
    miras_parts: Client, client: Client, ticket: Ticket
) -> None:
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", {"text": "Anfangsstand falsch erfasst."})
    assert response.status_code == 200
    assert Note.objects.get().text == "Anfangsstand falsch erfasst."
    assert verbs(ticket)[-1] == "note.written"
    assert "Anfangsstand falsch erfasst." in response.content.decode()
    portal = client.get(links.status_link(ticket).replace("http://127.0.0.1:8000", ""))
    assert portal.status_code == 200
    assert "Mein Abschlag ist zu hoch." in portal.content.decode()
    assert "Anfangsstand" not in portal.content.decode()


def test_a_note_that_is_sent_twice_is_kept_once(miras: Client, ticket: Ticket) -> None:
    given = note_fields(miras, ticket) | {"text": "Anfangsstand falsch erfasst."}
    for _press in range(2):
        assert miras.post(f"/workspace/tickets/{ticket.pk}/note/", given).status_code == 302
    assert Note.objects.count() == 1
    miras.post(f"/workspace/tickets/{ticket.pk}/note/", given | {"is_side": "on"})
    miras.post(f"/workspace/tickets/{ticket.pk}/note/", given | {"text": "Noch etwas."})
    assert Note.objects.count() == 3  # another note each
    given = note_fields(miras, ticket) | {"text": "Noch etwas."}
    miras.post(f"/workspace/tickets/{ticket.pk}/note/", given)
    assert Note.objects.count() == 4  # meant: the page showed the first already


def test_a_note_that_was_a_draft_is_kept_once_too(miras: Client, ticket: Ticket) -> None:
    miras.post(f"/workspace/tickets/{ticket.pk}/draft/", {"kind": "note", "text": "Zähler pr\u00fcfen."})
    given = note_fields(miras, ticket) | {"text": "Zähler pr\u00fcfen."}
    assert given["draft"]
    for _press in range(2):
        assert miras.post(f"/workspace/tickets/{ticket.pk}/note/", given).status_code == 302
    assert Note.objects.count() == 1


def test_a_note_that_was_withdrawn_is_kept_again(mira: Agent, ticket: Ticket, now: datetime) -> None:
    by = Actor.agent(mira.pk)
    note = actions.write_note(ticket, text="Weg damit", after=0, actor=by, at=now)
    assert actions.write_note(ticket, text="Weg damit", after=0, actor=by, at=now).pk == note.pk
    actions.withdraw_note(note, actor=by, at=now)
    assert actions.write_note(ticket, text="Weg damit", after=0, actor=by, at=now).pk != note.pk


def test_an_empty_note_is_refused(miras_parts: Client, ticket: Ticket) -> None:
    assert miras_parts.post(f"/workspace/tickets/{ticket.pk}/note/", {"text": " "}).status_code == 422
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "verb"),
    [
        ("status", "waiting_internal", "ticket.status_changed"),
        ("status", "resolved", "ticket.resolved"),
        ("priority", "4", "ticket.priority_changed"),
        ("tags", "Umzug, abschlag", "ticket.tagged"),
        ("subject", "Neuer Betreff", "ticket.subject_changed"),
    ],
)
def test_each_field_changes_by_itself(miras_parts: Client, ticket: Ticket, field: str, value: str, verb: str) -> None:
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/change/", {field: value, "version": ticket.version})
    assert response.status_code == 200
    assert verbs(ticket)[-1] == verb
    ticket.refresh_from_db()
    shown = {"tags": ["abschlag", "umzug"], "priority": 4}.get(field, value)
    assert getattr(ticket, field) == shown


@pytest.mark.parametrize(("field", "value"), [("status", "gone"), ("priority", "9"), ("nothing", "x")])
def test_unknown_choices_are_not_found(miras_parts: Client, ticket: Ticket, field: str, value: str) -> None:
    assert miras_parts.post(f"/workspace/tickets/{ticket.pk}/change/", {field: value}).status_code == 404


def test_a_ticket_is_given_to_a_colleague_and_back_to_nobody(miras_parts: Client, ticket: Ticket, tom: Agent) -> None:
    miras_parts.post(f"/workspace/tickets/{ticket.pk}/assign/", {"assignee": tom.pk, "summary": "Zähler prüfen"})
    ticket.refresh_from_db()
    assert ticket.assignee_id == tom.pk
    miras_parts.post(f"/workspace/tickets/{ticket.pk}/assign/", {"assignee": ""})
    ticket.refresh_from_db()
    assert ticket.assignee_id is None


def test_whoever_gives_a_ticket_away_goes_back_to_the_list(miras_parts: Client, ticket: Ticket, technics: Team) -> None:
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/assign/", {"team": technics.pk, "summary": "Störung"})
    assert response.headers["HX-Redirect"].startswith("/workspace/")
    ticket.refresh_from_db()
    assert ticket.team_id == technics.pk


def test_a_field_that_somebody_else_changed_is_not_overwritten(
    miras_parts: Client, ticket: Ticket, tom: Agent, now: datetime
) -> None:
    seen = {"version": ticket.version, "was": ticket.status}
    actions.change(ticket, actions.Change(status="waiting_internal"), actor=Actor.agent(tom.pk), at=now)
    html = miras_parts.post(f"/workspace/tickets/{ticket.pk}/change/", seen | {"status": "resolved"}).content.decode()
    ticket.refresh_from_db()
    assert ticket.status == "waiting_internal"
    assert "Jemand war schneller: Jetzt steht dort „wartet auf Dritte“." in html


def test_a_change_elsewhere_is_no_conflict(miras_parts: Client, ticket: Ticket, tom: Agent, now: datetime) -> None:
    seen = {"version": ticket.version, "was": ticket.status}
    actions.change(ticket, actions.Change(priority=4), actor=Actor.agent(tom.pk), at=now)
    miras_parts.post(f"/workspace/tickets/{ticket.pk}/change/", seen | {"status": "resolved"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority) == ("resolved", 4)


def test_a_decision_stands_with_its_reason_and_who_answers_for_it(
    miras: Client,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    mailbox: Mailbox,
    run_pipeline: Callable[[], int],
) -> None:
    made = open_ticket(kim_address, mailbox=mailbox)
    run_pipeline()
    html = miras.get(f"/workspace/tickets/{made.pk}/").content.decode()
    assert "Wie sicher: hoch (100\u202f%). Dafür steht Mira Yılmaz ein." in html
    assert "service@musterstadt.example" in html


def test_the_conversation_alone_leaves_out_notes_and_events(miras: Client, ticket: Ticket) -> None:
    miras.post(f"/workspace/tickets/{ticket.pk}/note/", {"text": "Nur für uns."})
    everything = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    alone = miras.get(f"/workspace/tickets/{ticket.pk}/?only=talk").content.decode()
    assert "Nur für uns." in everything
    assert "Nur für uns." not in alone
    assert "Mein Abschlag ist zu hoch." in alone


def test_older_entries_are_folded(miras: Client, ticket: Ticket, kim_address: Address, now: datetime) -> None:
    for number in range(6):
        come_in(ticket, kim_address, now + timedelta(minutes=number + 1), f"Nachricht {number}")
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    folded, shown = html.split('id="earlier"')[1].split("</details>", 1)
    assert "Nachricht 0" in folded
    assert "Nachricht 1" in shown


def test_a_quote_is_folded_and_not_lost(miras: Client, ticket: Ticket, kim_address: Address, now: datetime) -> None:
    come_in(ticket, kim_address, now, "Danke!\n\n> Sie schrieben", reply_text="Danke!")
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "Zitat und Signatur anzeigen" in html
    assert "&gt; Sie schrieben" in html


def test_a_strangers_message_carries_a_warning(miras: Client, ticket: Ticket, now: datetime) -> None:
    other = customers.meet(kind="email", value="x@example.org", name="X", actor=SYSTEM, at=now)
    come_in(ticket, other, now)
    assert "Diese Adresse war bisher nicht Teil des Gesprächs." in (
        miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    )


def test_what_a_customer_writes_is_text_and_never_markup(
    miras: Client, ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    come_in(ticket, kim_address, now, "<script>alert(1)</script> <b>x</b>")
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


@pytest.fixture
def with_files(ticket: Ticket, kim_address: Address, now: datetime) -> Message:
    html = '<p>Hier</p><img data-cid="bild@x"><img data-src="https://example.com/x.png">'
    kept = (
        File("bild.png", "image/png", len(PNG), files.put(PNG), "bild@x", True),
        File("böse.html", "text/html", 3, files.put(b"<b>")),
        File("bild.svg", "image/svg+xml", 5, files.put(b"<svg>")),
    )
    return come_in(ticket, kim_address, now, "Hier", html=html, files=kept)


def test_attachments_are_downloads_that_can_do_nothing(miras: Client, with_files: Message) -> None:
    evil = with_files.attachments.get(filename="böse.html")
    response = miras.get(f"/workspace/attachments/{evil.pk}/")
    assert b"".join(response.streaming_content) == b"<b>"  # type: ignore[attr-defined]
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename=\"b_se.html\"; filename*=UTF-8''b%C3%B6se.html"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_only_pictures_are_shown_in_the_page(miras: Client, with_files: Message) -> None:
    kinds = {file.filename: file.pk for file in with_files.attachments.all()}
    assert miras.get(f"/workspace/attachments/{kinds['bild.png']}/picture/").headers["Content-Type"] == "image/png"
    assert miras.get(f"/workspace/attachments/{kinds['bild.svg']}/picture/").status_code == 404
    assert miras.get(f"/workspace/attachments/{kinds['böse.html']}/picture/").status_code == 404


def test_another_teams_files_do_not_exist(toms: Client, with_files: Message) -> None:
    file = Attachment.objects.order_by("pk").first()
    assert file is not None
    assert toms.get(f"/workspace/attachments/{file.pk}/").status_code == 404
    assert toms.get(f"/workspace/attachments/{file.pk}/picture/").status_code == 404
    assert toms.get(f"/workspace/messages/{with_files.pk}/look/").status_code == 404


def test_attached_pictures_are_shown_and_remote_ones_only_on_request(
    miras: Client, miras_parts: Client, with_files: Message
) -> None:
    look = miras_parts.get(f"/workspace/messages/{with_files.pk}/look/").content.decode()
    own = with_files.attachments.get(filename="bild.png")
    assert f'src="/workspace/attachments/{own.pk}/picture/"' in look
    assert ' src="https://example.com' not in look

    for closed in (f"/workspace/tickets/{with_files.ticket_id}/", f"/workspace/messages/{with_files.pk}/look/"):
        assert "https:" not in miras.get(closed).headers["Content-Security-Policy"]
    opened = miras.get(f"/workspace/messages/{with_files.pk}/look/?pictures=1")
    assert ' src="https://example.com/x.png"' in opened.content.decode()
    allowed = opened.headers["Content-Security-Policy"].split("; ")
    assert "img-src 'self' data: https: http:" in allowed
    assert "default-src 'none'" in allowed
    assert not any(each.startswith("script-src") or "allow-scripts" in each for each in allowed)


def test_the_original_mail_is_handed_out_to_those_who_may_see_it(
    miras: Client, toms: Client, ticket: Ticket, now: datetime
) -> None:
    raw = b"Subject: x\r\n\r\ny"
    line = Intake.objects.create(
        received_at=now,
        done_at=now,
        source="smtp",
        sha256=files.put(raw),
        size=len(raw),
        result="created",
        ticket=ticket,
        message=ticket.messages.get(),
    )
    assert f"/workspace/intake/{line.pk}/source/" in miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert b"".join(miras.get(f"/workspace/intake/{line.pk}/source/").streaming_content) == raw  # type: ignore[attr-defined]
    assert toms.get(f"/workspace/intake/{line.pk}/source/").status_code == 404


def test_a_mail_that_opened_no_concern_is_handed_out_to_its_mailbox_s_team(
    miras: Client, toms: Client, mailbox: Mailbox, now: datetime
) -> None:
    raw = b"Subject: away\r\n\r\ny"
    line = Intake.objects.create(
        received_at=now,
        done_at=now,
        source="smtp",
        sha256=files.put(raw),
        size=len(raw),
        result="automatic",
        reason="auto-reply",
        mailbox=mailbox,
    )
    assert miras.get(f"/workspace/intake/{line.pk}/source/").status_code == 200
    assert toms.get(f"/workspace/intake/{line.pk}/source/").status_code == 404


def test_what_we_know_of_a_person_is_changed_beside_the_ticket(miras_parts: Client, ticket: Ticket) -> None:
    given = {
        "name": "Kim Berger",
        "title": "Dr.",
        "given_name": "Kim",
        "family_name": "Berger",
        "address_form": "frau",
        "language": "de",
    }
    response = miras_parts.post(f"/workspace/tickets/{ticket.pk}/person/", given)
    assert response.status_code == 200
    ticket.person.refresh_from_db()
    assert (ticket.person.address_form, ticket.person.title) == ("frau", "Dr.")
    assert Event.objects.filter(verb="person.changed").count() == 1
    page = miras_parts.get(f"/workspace/tickets/{ticket.pk}/")
    assert page.status_code == 200


def test_a_refetch_keeps_the_answer_that_is_being_written(miras_parts: Client, ticket: Ticket) -> None:
    html = miras_parts.get(f"/workspace/tickets/{ticket.pk}/?view=team").content.decode()
    assert 'id="timeline"' in html
    assert 'id="reply"' not in html
