"""The main job: a mail comes in, a person answers, everything is accounted for."""

from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from anliegen.flow.automation.models import Decision
from anliegen.flow.channels.mailroom import send
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verify import verify
from anliegen.records.accounts.models import Agent, Mailbox, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, SearchRow, Ticket
from tests.stories.mails import mail, send_what_is_due, take

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outbox(settings: object) -> Path:
    folder = send.outbox_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    return folder


def test_a_mail_becomes_a_ticket_is_sorted_acknowledged_answered_and_threads(
    mailbox: Mailbox, billing: Team, mira: Agent, outbox: Path, run_pipeline: Callable[[], int]
) -> None:
    line = take(mail())
    assert (line.result, line.reason) == ("created", "mailbox")
    run_pipeline()
    ticket = Ticket.objects.get()
    assert (ticket.team, ticket.status, ticket.subject) == (billing, "new", "Abschlag zu hoch")

    decision = Decision.objects.get()
    assert (decision.reason, decision.responsible, decision.choice) == ("mailbox", mira, f"team:{billing.pk}")
    assert decision.applied_at is not None

    send_what_is_due()
    (file,) = outbox.iterdir()
    acknowledgement = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert acknowledgement["In-Reply-To"] == "<first@example.org>"
    body = acknowledgement.get_body(("plain",)).get_content()
    for part in ("Abschlag zu hoch", str(ticket.pk), "Abrechnung", "+49 341 123456", f"/anliegen/{ticket.pk}/"):
        assert part in body
    file.unlink()

    said = actions.reply(
        ticket, Answer("Guten Tag Kim Berger,\n\nwir senken ihn auf 80 €."), actor=Actor.agent(mira.pk), at=clock.now()
    )
    run_pipeline()
    send_what_is_due()
    (file,) = outbox.iterdir()
    answer = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert answer["To"] == "Kim Berger <kim@example.org>"
    assert answer["Auto-Submitted"] is None
    assert "<first@example.org>" in answer["References"]
    said.refresh_from_db()
    assert said.state == "sent"

    line = take(mail(message_id="<second@example.org>", subject="Re: Abschlag", In_Reply_To=answer["Message-ID"]))
    assert (line.result, line.reason, line.ticket) == ("appended", "message-id", ticket)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("open", mira)
    run_pipeline()
    assert Message.objects.count() == 4
    assert SearchRow.objects.count() == 3  # all but the acknowledgement, in which nobody looks for anything
    assert verify().ok
    assert [event.verb for event in Event.objects.order_by("position") if event.subject == f"ticket:{ticket.pk}"] == [
        "ticket.opened",
        "message.received",
        "decision.made",
        "ticket.moved",
        "ticket.triaged",
        "message.queued",
        "message.sent",
        "message.queued",
        "ticket.assigned",
        "ticket.status_changed",
        "decision.confirmed",  # it was answered with the team unchanged
        "message.sent",
        "ticket.status_changed",
        "message.received",
    ]
