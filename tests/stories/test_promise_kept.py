"""A mail comes in, an answer promises something, the clock reminds, the customer hears of a delay, and it is kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from anliegen.flow.automation import promise_clock
from anliegen.flow.channels import interim
from anliegen.flow.channels.mailroom import send
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verify import verify
from anliegen.records.accounts import hours
from anliegen.records.accounts.models import Agent, Calendar, Mailbox, Team
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, Promised
from anliegen.records.tickets.models import Promise, Ticket
from anliegen.records.tickets.promising import noticed
from tests.stories.mails import mail, send_what_is_due, take

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "Der Netzbetreiber hat uns den Zählerstand noch nicht geschickt."


@pytest.fixture
def outbox() -> Path:
    folder = send.outbox_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    return folder


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Puts the clock, and lets it strike."""

    def put(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        promise_clock.strike(0)

    return put


def sent_last(outbox: Path) -> str:
    newest = max(outbox.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    body = message_from_bytes(newest.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def told(ticket: Ticket) -> list[str]:
    events = Event.objects.filter(subject=f"ticket:{ticket.pk}", verb__startswith="promise.").order_by("id")
    return [event.verb.removeprefix("promise.") for event in events]


def test_a_promise_from_the_mail_to_its_keeping(
    mailbox: Mailbox,
    calendar: Calendar,
    billing: Team,
    mira: Agent,
    admin: Agent,
    outbox: Path,
    run_pipeline: Callable[[], int],
    at: Callable[[datetime], None],
) -> None:
    Team.objects.filter(pk=billing.pk).update(lead=admin)
    take(mail())
    run_pipeline()
    ticket, actor = Ticket.objects.get(), Actor.agent(mira.pk)

    # The answer promises something; Mira takes what was noticed for a promise.
    text = "Guten Tag Kim Berger,\n\nich rechne das nach und melde mich innerhalb von drei Werktagen."
    (found,) = noticed(text, clock.now(), hours.of_team(ticket.team))
    promised = Promised(found.words, found.due_at, mira)
    actions.reply(ticket, Answer(text, promises=(promised,)), actor=actor, at=clock.now())
    run_pipeline()
    send_what_is_due()
    promise = Promise.objects.get()
    assert promise.words == "Ich rechne das nach und melde mich innerhalb von drei Werktagen."
    assert sent_last(outbox).startswith(text)

    # The clock reminds, then the lead hears that it is at risk; each once.
    for moment in (promise.remind_at, promise.remind_at, promise.risk_at, promise.risk_at):
        at(moment)
    assert told(ticket) == ["made", "due_soon", "at_risk"]
    assert Event.objects.get(verb="promise.at_risk").data["to"] == f"agent:{admin.pk}"

    # Before it is broken the customer hears why, and by when instead. Nothing of it goes out by itself.
    later = promise.due_at + timedelta(days=2)
    draft = interim.words(promise, ticket, the_operator(), due_at=later, reason="", at=clock.now())
    assert interim.has_gap(draft)
    letter = interim.words(promise, ticket, the_operator(), due_at=later, reason=REASON, at=clock.now())
    assert REASON in letter and not interim.has_gap(letter)
    actions.tell_of_delay(promise, Answer(letter), due_at=later, reason=REASON, actor=actor, at=clock.now())
    run_pipeline()
    send_what_is_due()
    assert f"Bis dahin schaffen wir es nicht, und das sollen Sie rechtzeitig wissen.\n\n{REASON}" in sent_last(outbox)

    # By the first time nothing is broken any more; by the new one it is kept.
    at(promise.due_at + timedelta(minutes=1))
    actions.keep(Promise.objects.get(), actor=actor, at=clock.now())
    at(later + timedelta(days=1))
    assert told(ticket) == ["made", "due_soon", "at_risk", "told", "kept"]
    kept = Promise.objects.get()
    assert (kept.state, kept.first_due_at, kept.due_at) == ("kept", promise.due_at, later)
    ticket.refresh_from_db()
    assert ticket.promised_for is None
    run_pipeline()
    assert verify().ok
