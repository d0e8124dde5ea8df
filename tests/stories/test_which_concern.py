"""Where a mail belongs: by evidence, in its order; without proof a person decides."""

from datetime import timedelta

import pytest
from django.test import Client

from anliegen.flow.channels.email.identifiers import reply_address
from anliegen.flow.channels.guard.watch import change_guard
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.links import status_link
from anliegen.records.tickets.models import Link, Message, Ticket
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)

MX = "mx.musterstadt.example"
ADA = "Ada Blum <ada@example.com>"
PROPOSED = "Nach langer Pause schreibt jemand mit einem anderen Betreff."


def ticket_of(line: Intake) -> Ticket:
    assert line.ticket is not None
    return line.ticket


def test_two_answers_to_a_mail_we_never_saw_come_together_when_they_name_each_other(mailbox: Mailbox) -> None:
    first = take(mail(message_id="<a@x>", references="<root@elsewhere>", cc=ADA))
    second = take(mail(message_id="<b@x>", sender=ADA, in_reply_to="<root@elsewhere>", text="Ich sehe es auch so."))
    assert (second.result, second.reason, second.ticket) == ("appended", "references", first.ticket)


def test_answers_of_strangers_to_the_same_circular_stay_apart(mailbox: Mailbox) -> None:
    first = take(mail(message_id="<a@x>", references="<circular@elsewhere>"))
    second = take(mail(message_id="<b@x>", sender=ADA, references="<circular@elsewhere>", text="Bitte abmelden."))
    assert (second.result, second.ticket == first.ticket) == ("created", False)
    assert not Link.objects.exists()


def test_a_number_from_somebody_who_takes_no_part_only_suggests(mailbox: Mailbox) -> None:
    first = take(mail())
    second = take(mail(message_id="<b@x>", sender=ADA, subject=f"Re: Abschlag [#{first.ticket_id}]", text="Hallo"))
    assert second.result == "created"
    assert list(Link.objects.values_list("ticket", "other", "kind")) == [(second.ticket_id, first.ticket_id, "maybe")]


def test_a_number_that_the_customer_wrote_does_not_lead_away_from_ours(mailbox: Mailbox) -> None:
    another = ticket_of(take(mail(message_id="<a@x>", text="Etwas ganz anderes.")))
    ticket = ticket_of(take(mail(subject=f"[#{another.pk}] Störung", text="Bei uns heißt sie so.")))
    answered = take(mail(message_id="<b@x>", subject=f"AW: [#{another.pk}] Störung [#{ticket.pk}]", text="Danke."))
    assert (answered.reason, answered.ticket) == ("subject-number", ticket)


def test_a_number_that_another_house_puts_after_ours_does_not_either(mailbox: Mailbox) -> None:
    others = ticket_of(take(mail(message_id="<a@x>", sender=ADA, text="Mein Anliegen."), sender="ada@example.com"))
    ticket = ticket_of(take(mail(text="Unser Vorgang.")))
    answered = take(mail(message_id="<b@x>", subject=f"AW: Störung [#{ticket.pk}] [#{others.pk}]", text="Danke."))
    assert (answered.reason, answered.ticket) == ("subject-number", ticket)


def test_the_same_subject_of_the_same_person_suggests_and_of_another_does_not(mailbox: Mailbox) -> None:
    first = take(mail())
    again = take(mail(message_id="<b@x>", subject="AW: Abschlag zu hoch", text="Gibt es etwas Neues?"))
    other = take(mail(message_id="<c@x>", sender=ADA, text="Mein Abschlag auch."))
    assert [line.result for line in (again, other)] == ["created", "created"]
    assert list(Link.objects.values_list("ticket", "other", "kind")) == [(again.ticket_id, first.ticket_id, "maybe")]


def test_a_suggestion_is_joined_with_one_click_and_parted_with_another(
    mailbox: Mailbox, admin: Agent, client: Client
) -> None:
    client.force_login(admin)
    first = ticket_of(take(mail()))
    again = ticket_of(take(mail(message_id="<b@x>", text="Gibt es etwas Neues?")))
    page = client.get(f"/workspace/tickets/{again.pk}/").content.decode()
    join = f"/workspace/tickets/{again.pk}/join/{first.pk}/"
    assert f'href="{join}"' in page  # which says first what it does
    assert client.post(join).headers["Location"] == f"/workspace/tickets/{first.pk}/"
    assert first.messages.filter(direction="in").count() == 2
    page = client.get(f"/workspace/tickets/{again.pk}/").content.decode()
    part = f"/workspace/tickets/{again.pk}/part/"
    assert f'href="{part}"' in page and f'href="{join}"' not in page
    client.post(part)
    assert (first.messages.filter(direction="in").count(), again.messages.filter(direction="in").count()) == (1, 1)


def test_a_suggestion_that_is_wrong_goes_with_one_click(mailbox: Mailbox, admin: Agent, client: Client) -> None:
    client.force_login(admin)
    first, again = ticket_of(take(mail())), ticket_of(take(mail(message_id="<b@x>", text="Etwas anderes")))
    client.post(f"/workspace/tickets/{again.pk}/apart/{first.pk}/")
    assert not Link.objects.exists()
    assert "/join/" not in client.get(f"/workspace/tickets/{again.pk}/").content.decode()


def test_who_may_not_change_a_concern_cannot_join_it(mailbox: Mailbox, tom: Agent, client: Client) -> None:
    client.force_login(tom)
    first, again = ticket_of(take(mail())), ticket_of(take(mail(message_id="<b@x>", text="Mehr")))
    for one in (first, again):
        Ticket.objects.filter(pk=one.pk).update(team=mailbox.team)
    assert client.post(f"/workspace/tickets/{again.pk}/join/{first.pk}/").status_code == 404
    assert Ticket.objects.get(pk=again.pk).joined_into is None


def test_a_mail_to_a_joined_concern_and_the_status_page_lead_to_where_it_is_carried_on(
    mailbox: Mailbox, client: Client
) -> None:
    first, again = ticket_of(take(mail())), ticket_of(take(mail(message_id="<b@x>", text="Gibt es etwas Neues?")))
    actions.join(again, first, actor=SYSTEM, at=clock.now())
    later = take(mail(message_id="<c@x>", in_reply_to="<b@x>", text="Ich warte noch."))
    numbered = take(mail(message_id="<d@x>", subject=f"Re: [#{again.pk}]", text="Und noch immer."))
    assert (later.ticket, numbered.ticket) == (first, first)
    page = client.get(status_link(again).partition("8000")[2]).content.decode()
    assert [text in page for text in ("Ich warte noch.", "Und noch immer.", "viel zu hoch")] == [True, True, True]


def test_somebody_elses_joined_concern_shows_them_only_what_is_theirs(mailbox: Mailbox, client: Client) -> None:
    first = ticket_of(take(mail()))
    hers = ticket_of(take(mail(message_id="<b@x>", sender=ADA, text="Mein Abschlag auch."), sender="ada@example.com"))
    actions.join(hers, first, actor=SYSTEM, at=clock.now())
    page = client.get(status_link(hers).partition("8000")[2]).content.decode()
    assert ("Mein Abschlag auch." in page, "viel zu hoch" in page) == (True, False)


def test_another_subject_after_a_long_pause_proposes_to_split(mailbox: Mailbox, admin: Agent, client: Client) -> None:
    client.force_login(admin)
    ticket = ticket_of(take(mail()))
    Message.objects.filter(ticket=ticket).update(created_at=clock.now() - timedelta(days=40))
    take(mail(message_id="<b@x>", in_reply_to="<first@example.org>", subject="Umzug", text="Ich ziehe um."))
    late = Message.objects.get(text__startswith="Ich ziehe um")
    split = f"/workspace/messages/{late.pk}/split/"
    page = client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert PROPOSED in page and f'href="{split}"' in page
    new = Ticket.objects.exclude(pk=ticket.pk)
    assert client.post(split).headers["Location"] == f"/workspace/tickets/{new.get().pk}/"
    assert new.get().subject == "Umzug"


@pytest.mark.parametrize(("days", "subject"), [(40, "AW: Abschlag zu hoch"), (2, "Umzug")])
def test_the_same_subject_or_a_short_pause_proposes_nothing(
    mailbox: Mailbox, admin: Agent, client: Client, days: int, subject: str
) -> None:
    client.force_login(admin)
    ticket = ticket_of(take(mail()))
    Message.objects.filter(ticket=ticket).update(created_at=clock.now() - timedelta(days=days))
    take(mail(message_id="<b@x>", in_reply_to="<first@example.org>", subject=subject, text="Ich ziehe um."))
    assert PROPOSED not in client.get(f"/workspace/tickets/{ticket.pk}/").content.decode()


def test_one_mail_by_two_mailboxes_is_one_message_that_knows_both_ways(
    mailbox: Mailbox, admin: Agent, client: Client
) -> None:
    client.force_login(admin)
    Mailbox.objects.create(address="info@musterstadt.example", brand=mailbox.brand)
    first = take(mail())
    second = take(b"Received: elsewhere\r\n" + mail(), to="info@musterstadt.example")
    assert (second.result, second.message) == ("duplicate", first.message)
    page = client.get(f"/workspace/tickets/{first.ticket_id}/").content.decode()
    assert "service@musterstadt.example, info@musterstadt.example" in page


def numbered(ticket: Ticket, **headers: str) -> bytes:
    given = {"message_id": "<n@x>", "subject": f"Re: Abschlag [#{ticket.pk}]", "text": "Nachtrag"} | headers
    return mail(**given)


@pytest.mark.parametrize(
    ("said", "became"),
    [
        ("dmarc=pass header.from=example.org", ("appended", "subject-number")),
        ("spf=softfail smtp.mailfrom=kim@example.org; dmarc=none", ("created", "mailbox")),
        ("spf=none; dmarc=none", ("created", "mailbox")),
    ],
)
def test_a_number_counts_from_a_confirmed_sender_and_only_suggests_from_another(
    mailbox: Mailbox, said: str, became: tuple[str, str]
) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), trusted_servers=[MX])
    first = ticket_of(take(mail()))
    line = take(numbered(first, Authentication_Results=f"{MX}; {said}"))
    assert (line.result, line.reason) == became
    suggested = [] if line.ticket == first else [(line.ticket_id, first.pk, "maybe")]
    assert list(Link.objects.values_list("ticket", "other", "kind")) == suggested


def test_where_a_server_is_trusted_and_says_nothing_a_number_only_suggests(mailbox: Mailbox) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), trusted_servers=[MX])
    first = ticket_of(take(mail()))
    assert take(numbered(first)).result == "created"
    assert Link.objects.get(kind="maybe").other == first


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_where_nobody_looks_at_senders_a_number_opens_nothing_that_is_finished(
    mailbox: Mailbox, mira: Agent, status: str
) -> None:
    first = ticket_of(take(mail()))
    assert take(numbered(first)).result == "appended"
    actions.change(first, actions.Change(status=status), actor=Actor.agent(mira.pk), at=clock.now())
    line = take(numbered(first, message_id="<o@x>", text="Doch noch etwas"))
    assert (line.result, Link.objects.get(kind="maybe").other) == ("created", first)
    first.refresh_from_db()
    assert first.status == status


def test_whom_an_agent_sent_a_copy_may_answer_by_the_number_too(mailbox: Mailbox, mira: Agent) -> None:
    first = ticket_of(take(mail()))
    answer = Answer("Zur Kenntnis.", to=(("", "kim@example.org"),), cc=(("", "ada@example.com"),))
    ours = actions.reply(first, answer, actor=Actor.agent(mira.pk), at=clock.now())
    assert take(numbered(first, sender=ADA)).result == "created"
    actions.mark_sent(ours, actor=SYSTEM, at=clock.now())
    line = take(numbered(first, sender=ADA, message_id="<o@x>", text="Verstanden"))
    assert (line.result, line.reason, line.ticket) == ("appended", "subject-number", first)
    assert line.message is not None
    assert not line.message.is_from_stranger


def test_our_own_mail_comes_before_the_signed_address_and_that_before_a_mail_of_others(
    mailbox: Mailbox, mira: Agent
) -> None:
    ours, signed, theirs = (
        ticket_of(take(mail(message_id=f"<{name}@x>", text=name))) for name in ("ours", "signed", "theirs")
    )
    answer = actions.reply(ours, Answer("Wir prüfen das."), actor=Actor.agent(mira.pk), at=clock.now())
    goal = reply_address(mailbox.address, signed.pk, reply_key())
    both = f"<{answer.rfc_message_id}> <theirs@x>"
    by_ours = take(mail(message_id="<1@x>", References=both, text="1"), to=goal)
    by_address = take(mail(message_id="<2@x>", References="<theirs@x>", text="2"), to=goal)
    by_theirs = take(mail(message_id="<3@x>", References="<theirs@x>", text="3"))
    assert [(line.ticket, line.reason) for line in (by_ours, by_address, by_theirs)] == [
        (ours, "message-id"), (signed, "reply-address"), (theirs, "message-id"),
    ]  # fmt: skip
