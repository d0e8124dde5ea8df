"""What becomes of an answer, as its writer sees it: who gets it, when it leaves, what to do if it did not arrive."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from anliegen.flow.channels import restored
from anliegen.flow.channels.models import Delivery
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Received
from anliegen.records.tickets.models import Draft, Message, Ticket
from tests.faces.workspace.test_ticket import PNG, fields

TOMORROW = timedelta(days=1)


def in_the_field(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def page(client: Client, ticket: Ticket) -> str:
    return client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()


def reply(client: Client, ticket: Ticket, **given: Any) -> Any:
    return client.post(
        f"/workspace/tickets/{ticket.pk}/reply/", fields(client, ticket) | {"text": "Wir prüfen das."} | given
    )


@pytest.fixture
def answer(ticket: Ticket, mira: Agent) -> Callable[..., Message]:
    def make(**more: Any) -> Message:
        return actions.reply(ticket, Answer("Wir senken ihn.", **more), actor=Actor.agent(mira.pk), at=clock.now())

    return make


@pytest.fixture
def failed(answer: Callable[..., Message]) -> Message:
    message = answer()
    Delivery.objects.create(
        message=message, due_at=clock.now(), done_at=clock.now(), code="5.1.1", error="550 5.1.1 no such person"
    )
    unreached = [{"address": "kim@example.org", "reason": "5.1.1"}]
    return actions.mark_failed(message, reason="5.1.1", unreached=unreached, actor=SYSTEM, at=clock.now())


def test_the_button_says_who_gets_it_and_the_page_who_does_not(
    miras: Client, ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    received = Received(
        channel="email", person_id=kim_address.person_id, address=kim_address, text="Mit Kopie.",
        from_address="kim@example.org", cc=(("Leo Ott", "leo@example.net"),), written_at=now,
    )  # fmt: skip
    actions.receive(received, ticket=ticket, at=now)
    html = page(miras, ticket)
    assert "Antwort an Kim Berger senden" in html
    assert "nicht an: leo@example.net" in html
    assert 'data-many="Antwort an {count} Personen senden"' in html
    reply(miras, ticket, cc="leo@example.net, LEO@example.net")
    message = Message.objects.get(direction="out")
    assert (message.to, message.cc) == (
        [{"name": "Kim Berger", "address": "kim@example.org"}],
        [{"name": "Leo Ott", "address": "leo@example.net"}],
    )


def test_a_stranger_is_named_and_answered_only_if_chosen(miras: Client, ticket: Ticket, now: datetime) -> None:
    stranger = customers.meet(kind="email", value="ida@example.net", name="Ida Ott", actor=SYSTEM, at=now)
    received = Received(
        channel="email", person_id=stranger.person_id, address=stranger, text="Ich bin die Nachbarin.",
        from_name="Ida Ott", from_address="ida@example.net", written_at=now,
    )  # fmt: skip
    actions.receive(received, ticket=ticket, at=now)
    html = page(miras, ticket)
    assert "Zuletzt schrieb Ida Ott, von einer Adresse, die am Gespräch nicht beteiligt war." in html
    assert "Antwort an Kim Berger senden" in html
    reply(miras, ticket, to="ida@example.net")
    assert Message.objects.get(direction="out").to == [{"name": "", "address": "ida@example.net"}]


def test_a_picture_that_the_text_names_is_seen_there(miras: Client, ticket: Ticket) -> None:
    files = [
        SimpleUploadedFile("bild-1.png", PNG, content_type="image/png"),
        SimpleUploadedFile("bild-2.png", PNG, content_type="image/png"),
    ]
    reply(miras, ticket, text="So:\n\n[Bild: bild-1.png]", files=files)
    message = Message.objects.get(direction="out")
    shown = list(message.attachments.order_by("pk").values_list("filename", "is_inline", "content_id"))
    assert shown[0][:2] == ("bild-1.png", True) and shown[0][2].endswith("@picture.anliegen")
    assert shown[1] == ("bild-2.png", False, "")
    assert page(miras, ticket).count("/picture/") == 4  # both, each as picture and as link


def test_a_chosen_time_is_shown_as_what_it_is_and_can_be_changed_or_given_up(
    miras: Client, miras_parts: Client, ticket: Ticket
) -> None:
    at = (clock.now() + TOMORROW).replace(second=0, microsecond=0)
    html = reply(miras, ticket, send_at=in_the_field(at), status="resolved")
    assert html.status_code == 302
    message = Message.objects.get(direction="out")
    assert (message.state, message.send_at) == ("queued", at)
    ticket.refresh_from_db()
    assert ticket.status == "new"
    html = page(miras, ticket)
    assert "geht später hinaus" in html and "außer die Kundschaft schreibt vorher" in html
    assert "data-undo=" not in html  # no countdown for what leaves tomorrow

    later = at + TOMORROW
    html = miras_parts.post(
        f"/workspace/messages/{message.pk}/later/", {"send_at": in_the_field(later)}
    ).content.decode()
    message.refresh_from_db()
    assert (message.send_at, in_the_field(later) in html) == (later, True)

    html = miras_parts.post(
        f"/workspace/messages/{message.pk}/later/", {"send_at": "2020-01-01T08:00"}
    ).content.decode()
    assert "Dieser Zeitpunkt ist schon vorbei." in html
    miras_parts.post(f"/workspace/messages/{message.pk}/now/")
    message.refresh_from_db()
    assert message.send_at is not None and message.send_at < clock.now() + timedelta(seconds=30)
    undone = miras_parts.post(f"/workspace/messages/{message.pk}/undo/").content.decode()
    assert "Wir prüfen das." in undone
    assert Draft.objects.get(ticket=ticket).text == "Wir prüfen das."  # to be written on


@pytest.mark.parametrize("chosen", ["2020-01-01T08:00", "2199-01-01T08:00", "morgen"])
def test_a_time_that_cannot_be_is_refused_and_nothing_is_lost(miras: Client, ticket: Ticket, chosen: str) -> None:
    answered = reply(miras, ticket, send_at=chosen)
    assert answered.status_code == 422
    assert "Wir prüfen das." in answered.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_what_was_stopped_says_why_and_what_can_be_done(
    miras: Client, ticket: Ticket, answer: Callable[..., Message]
) -> None:
    actions.stop(answer(send_at=clock.now() + TOMORROW), actor=SYSTEM, at=clock.now())
    html = page(miras, ticket)
    assert "Angehalten: die Kundschaft hat zuerst geschrieben" in html
    for words in ("So senden", "Zeit wählen", "Zurücknehmen"):
        assert words in html
    assert "1 nicht zugestellt" in html


def test_a_failure_is_told_on_every_page_and_at_its_letter(
    miras: Client, toms: Client, ticket: Ticket, failed: Message
) -> None:
    assert "1 nicht zugestellt" in miras.get("/workspace/").content.decode()
    assert "1 nicht zugestellt" in miras.get("/workspace/undelivered/count/").content.decode()
    listed = miras.get("/workspace/undelivered/").content.decode()
    assert f'href="/workspace/tickets/{ticket.pk}/?from=undelivered#m{failed.pk}"' in listed
    html = page(miras, ticket)
    for words in (
        "Diese Antwort konnte nicht gesendet werden",
        "Dieses Postfach gibt es nicht: der Server am Ziel kennt die Adresse nicht.",
        "Text und Dateien sind hier aufbewahrt, und der Vorgang wartet wieder auf Sie.",
        "Berichtigen Sie die Adresse und senden Sie erneut.",
        "Der Mailserver sagte: 550 5.1.1 no such person",
        'value="kim@example.org"',
    ):
        assert words in html
    # Another team's failures are not theirs to see.
    assert "nicht zugestellt" not in toms.get("/workspace/").content.decode()
    assert f"#m{failed.pk}" not in toms.get("/workspace/undelivered/").content.decode()


def test_corrected_and_sent_again_it_is_told_no_more(miras_parts: Client, ticket: Ticket, failed: Message) -> None:
    html = miras_parts.post(f"/workspace/messages/{failed.pk}/again/", {"to": "kein Wort"}).content.decode()
    assert "ist keine E-Mail-Adresse" in html
    html = miras_parts.post(
        f"/workspace/messages/{failed.pk}/again/", {"to": "kim.berger@example.org"}
    ).content.decode()
    new = Message.objects.get(instead_of=failed)
    assert (new.state, new.to) == ("queued", [{"name": "", "address": "kim.berger@example.org"}])
    assert "Diese Antwort konnte nicht gesendet werden" not in html
    assert "nicht zugestellt" not in miras_parts.get("/workspace/undelivered/count/").content.decode()
    html = miras_parts.post(f"/workspace/messages/{failed.pk}/again/", {"to": "kim@example.org"}).content.decode()
    assert "Um diese Antwort hat sich schon jemand gekümmert." in html


def test_without_a_script_what_hinders_is_said_and_the_list_stays_beside(
    miras: Client, ticket: Ticket, failed: Message
) -> None:
    here = f"/workspace/tickets/{ticket.pk}/?from=undelivered"
    sent_from = {"referer": f"http://testserver{here}"}
    refused = miras.post(f"/workspace/messages/{failed.pk}/again/", {"to": "kim(at)example.org"}, headers=sent_from)
    assert (refused.status_code, refused["Location"]) == (302, here)
    assert "kim(at)example.org" in miras.get(here).content.decode()
    settled = miras.post(f"/workspace/messages/{failed.pk}/settle/", headers=sent_from)
    assert (settled.status_code, settled["Location"]) == (302, here)


def test_an_address_that_is_not_ours_names_no_list(miras: Client, ticket: Ticket, failed: Message) -> None:
    foreign = {"referer": "https://elsewhere.example/?from=undelivered"}
    settled = miras.post(f"/workspace/messages/{failed.pk}/settle/", headers=foreign)
    assert settled["Location"] == f"/workspace/tickets/{ticket.pk}/"


def test_in_doubt_a_person_decides(
    miras_parts: Client, miras: Client, ticket: Ticket, answer: Callable[..., Message]
) -> None:
    first, second = answer(), answer()
    for one in (first, second):
        actions.mark_maybe_sent(one, actor=SYSTEM, at=clock.now())
    assert page(miras, ticket).count("Noch einmal senden") == 2
    miras_parts.post(f"/workspace/messages/{first.pk}/once-more/")
    miras_parts.post(f"/workspace/messages/{second.pk}/settle/")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.settled_at is not None) == ("queued", "maybe_sent", True)
    assert Message.objects.troubled().count() == 0


def test_after_a_restore_it_is_said_what_perhaps_left_and_a_person_decides(
    miras: Client, ticket: Ticket, mira: Agent, run_pipeline: Callable[[], int]
) -> None:
    ago = clock.now() - timedelta(hours=1)
    actions.reply(ticket, Answer("Wir senken ihn."), actor=Actor.agent(mira.pk), at=ago)
    run_pipeline()
    with transaction.atomic():
        assert restored.hold_back(at=clock.now()).answers == 1
    for html in (page(miras, ticket), miras.get("/workspace/undelivered/").content.decode()):
        assert "Vielleicht seit der Sicherung gesendet" in html
        assert "Diese Instanz wurde aus einer Sicherung zurückgeholt." in html
    html = page(miras, ticket)
    assert (html.count("Noch einmal senden"), html.count("Ist angekommen: so lassen")) == (1, 1)


def test_while_the_mail_server_is_away_everybody_is_told_and_when_it_is_tried_again(
    miras: Client, ticket: Ticket, answer: Callable[..., Message]
) -> None:
    due_at = clock.now() + timedelta(minutes=2)
    Delivery.objects.create(message=answer(), due_at=due_at, attempts=1, code="connect_failed", trouble="server")
    html = page(miras, ticket)
    assert "Der Mailserver nimmt nichts an: 1 Antwort wartet" in html
    assert "Noch nicht gesendet. Der Mailserver Ihres Hauses ist nicht erreichbar. Nächster Versuch:" in html


def test_what_a_server_asks_to_send_later_is_said_to_be_tried_and_not_to_be_refused(
    miras: Client, ticket: Ticket, answer: Callable[..., Message]
) -> None:
    said = "451 4.7.1 Greylisted, please try again later"
    Delivery.objects.create(
        message=answer(), due_at=clock.now() + TOMORROW, attempts=1, code="4.7.1", trouble="passing", error=said
    )
    html = page(miras, ticket)
    assert "Noch nicht gesendet. Der Server am Ziel bat, es später noch einmal zu versuchen. Nächster Versuch:" in html
    assert f"Der Mailserver sagte: {said}<" in html
    assert (
        re.findall(r'class="badge status badge-waiting"[^>]*><svg.*?</svg>([^<]*)<', html)[-1] == "wird noch versucht"
    )
    assert "unerwünscht" not in html


def test_the_list_says_that_an_answer_is_still_here(
    miras: Client, ticket: Ticket, answer: Callable[..., Message]
) -> None:
    message = answer()
    assert "Antwort noch nicht draußen" not in miras.get("/workspace/?view=open").content.decode()
    Message.objects.filter(pk=message.pk).update(created_at=clock.now() - timedelta(minutes=3))
    assert "Antwort noch nicht draußen" in miras.get("/workspace/?view=open").content.decode()
    actions.mark_sent(message, actor=SYSTEM, at=clock.now())
    assert "Antwort noch nicht draußen" not in miras.get("/workspace/?view=open").content.decode()


def test_a_code_of_our_own_is_no_word_of_a_server(
    miras: Client, ticket: Ticket, answer: Callable[..., Message]
) -> None:
    message = actions.mark_maybe_sent(answer(), actor=SYSTEM, at=clock.now())
    Delivery.objects.create(
        message=message, due_at=clock.now(), done_at=clock.now(), code="no_answer", error="broken_off"
    )
    html = page(miras, ticket)
    assert "Der Mailserver sagte" not in html
    assert "Kennzeichen für Rückfragen: no_answer, broken_off<" in html
    assert 'class="problem problem-waiting"' in html


def test_an_acknowledgement_that_failed_is_called_one(miras: Client, ticket: Ticket) -> None:
    by = Actor.rule("acknowledge")
    message = actions.acknowledge(ticket, Answer("Angekommen."), rule="acknowledge", actor=by, at=clock.now())
    actions.mark_failed(message, reason="5.1.1", actor=SYSTEM, at=clock.now())
    html = page(miras, ticket)
    assert "Die Eingangsbestätigung konnte nicht gesendet werden" in html
    assert "Diese Antwort" not in html
    assert 'class="problem"' in html  # red: nobody got it


@pytest.mark.parametrize("act", ["later", "now", "again", "once-more", "settle"])
def test_another_teams_answers_do_not_exist(toms: Client, failed: Message, act: str) -> None:
    assert toms.post(f"/workspace/messages/{failed.pk}/{act}/", {"to": "x@example.org"}).status_code == 404


def test_who_may_not_answer_may_not_send_again(miras: Client, mira: Agent, failed: Message, operator: Operator) -> None:
    mira.role.permissions = [one for one in mira.role.permissions if one != "ticket.reply"]
    mira.role.save()
    assert miras.post(f"/workspace/messages/{failed.pk}/settle/").status_code == 403


def test_what_came_back_says_why_in_words_and_in_the_servers_own(
    miras: Client, answer: Callable[..., Message], ticket: Ticket
) -> None:
    message = actions.mark_sent(answer(cc=(("Leo Ott", "leo@example.net"),)), actor=SYSTEM, at=clock.now())
    leo = {"address": "leo@example.net", "reason": "5.1.1", "said": "smtp; 550 5.1.1 no such person"}
    actions.mark_bounced(message, reason="5.1.1", unreached=[leo], actor=SYSTEM, at=clock.now())
    html = page(miras, ticket)
    assert "Dieses Postfach gibt es nicht: der Server am Ziel kennt die Adresse nicht." in html
    assert "Der Mailserver sagte: 550 5.1.1 no such person<" in html
    assert "Berichtigen Sie die Adresse" in html
    assert 'value="leo@example.net"' in html and 'value="kim@example.org"' not in _again(html)

    kim = {"address": "kim@example.org", "reason": "5.2.2", "said": "smtp; 552 mailbox full"}
    actions.mark_bounced(message, reason="5.2.2", unreached=[kim], actor=SYSTEM, at=clock.now())
    html = page(miras, ticket)
    assert "Diese Antwort kam zurück" in html
    assert "leo@example.net: 550 5.1.1 no such person; kim@example.org: 552 mailbox full" in html


def test_what_came_back_without_a_reason_is_not_called_refused(
    miras: Client, answer: Callable[..., Message], ticket: Ticket
) -> None:
    message = actions.mark_sent(answer(), actor=SYSTEM, at=clock.now())
    actions.mark_bounced(message, reason="unknown", actor=SYSTEM, at=clock.now())
    assert "Sie kam ohne einen Grund zurück, den wir verstehen." in page(miras, ticket)


def test_a_delay_on_the_way_stands_in_the_timeline(
    miras: Client, answer: Callable[..., Message], ticket: Ticket
) -> None:
    message = actions.mark_sent(answer(), actor=SYSTEM, at=clock.now())
    actions.mark_delayed(message, reason="4.4.1", actor=SYSTEM, at=clock.now())
    assert (
        "Die Antwort ist noch nicht angekommen, sie wird weiter versucht: Der Server am Ziel hat nicht geantwortet"
        in page(miras, ticket)
    )


def _again(html: str) -> str:
    """The form that sends it again."""
    return html.partition('class="again"')[2].partition("</form>")[0]


def test_a_reply_to_a_chat_shows_whom_it_is_mailed_to(miras: Client, ticket: Ticket) -> None:
    Ticket.objects.update(channel="chat")
    html = page(miras, ticket)
    assert "Antwort an Kim Berger senden" in html and "Festhalten, was" not in html
    reply(miras, ticket)
    message = Message.objects.get(direction="out")
    assert (message.channel, message.to) == ("email", [{"name": "Kim Berger", "address": "kim@example.org"}])
