"""Through a mail server on its bad days: nothing is lost, nothing doubled, and what cannot be known is said."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from anliegen.flow.channels import attempt, outbox, pace, result
from anliegen.flow.channels.email import transmit
from anliegen.flow.channels.email.identifiers import read_bounce_address
from anliegen.flow.channels.instance import reply_key
from anliegen.flow.channels.mailroom import send
from anliegen.flow.channels.models import Delivery
from anliegen.ground import clock, files
from anliegen.ground.egress.models import Destination
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Answer, File
from anliegen.records.tickets.models import Message, Ticket
from tests.flow.channels.mail_server import MailServer, in_use
from tests.flow.channels.processes import environment, nothing_apart
from tests.standing import Clock

MINUTE = timedelta(minutes=1)
LEO = ("Leo Ott", "leo@example.net")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Clock:
    watch = Clock(now)
    monkeypatch.setattr(clock, "now", watch)
    return watch


@pytest.fixture
def server(settings: Any, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    nothing_apart(monkeypatch)
    with in_use(settings) as made:
        yield made


@pytest.fixture
def answer(
    server: MailServer, ticket: Ticket, mira: Agent, watch: Clock, run_pipeline: Callable[[], int]
) -> Callable[..., Delivery]:
    """An answer of Mira's, due now."""

    def make(text: str = "Wir senken ihn.", **fields: Any) -> Delivery:
        message = tickets.reply(ticket, Answer(text, **fields), actor=Actor.agent(mira.pk), at=watch.at)
        run_pipeline()
        delivery = Delivery.objects.get(message=message)
        watch.at = max(watch.at, delivery.due_at)
        return delivery

    return make


def tried(delivery: Delivery) -> Delivery:
    outbox.deliver.func(delivery.pk)
    return Delivery.objects.select_related("message").get(pk=delivery.pk)


def tried_when_due(delivery: Delivery, watch: Clock) -> Delivery:
    watch.at = max(watch.at, delivery.due_at)
    return tried(delivery)


def test_a_mail_leaves_once_with_a_sender_that_names_it(
    answer: Callable[..., Delivery], server: MailServer, ticket: Ticket, mailbox: Mailbox
) -> None:
    Ticket.objects.update(mailbox=mailbox)
    delivery = answer()
    for _ in range(2):
        delivery = tried(delivery)
    (got,) = server.got
    assert read_bounce_address(got.sender, reply_key()) == delivery.message_id
    assert (got.to, delivery.taken, delivery.message.state, delivery.message.leaving_at) == (
        ("kim@example.org",), ["kim@example.org"], "sent", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ({"recipients": {"kim@example.org": "450 4.2.0 greylisted"}}, "4.2.0"),
        ({"content": "451 4.3.0 try later"}, "4.3.0"),
        ({"content": "452 try later"}, "smtp-452"),
        ({"go_on": "451 4.7.1 not now"}, "4.7.1"),
        ({"recipients": {"kim@example.org": None}}, "broken_off"),
        ({"go_on": None}, "broken_off"),
    ],
)
def test_what_passes_is_tried_again_and_then_leaves_once(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock, mood: dict[str, Any], code: str
) -> None:
    delivery = answer()
    for name, value in mood.items():
        setattr(server.mood, name, value)
    delivery = tried(delivery)
    assert (delivery.code, delivery.trouble, delivery.message.state) == (code, "passing", "queued")
    assert (delivery.due_at - watch.at, delivery.message.leaving_at, server.mails) == (result.PAUSES[0], None, [])
    server.mood.__init__()  # type: ignore[misc]
    delivery = tried_when_due(delivery, watch)
    assert (len(server.mails), delivery.message.state, delivery.trouble) == (1, "sent", "")


@pytest.mark.parametrize("spoilt", [b"Rechnunk", b"", None])
def test_attaching_the_same_file_anew_heals_a_damaged_one_and_the_answer_leaves(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock, spoilt: bytes | None
) -> None:
    sha256 = files.put(b"Rechnung")
    delivery = answer(files=(File("rechnung.txt", "text/plain", 8, sha256),))
    files.path(sha256).unlink() if spoilt is None else files.path(sha256).write_bytes(spoilt)
    delivery = tried(delivery)
    assert (delivery.code, delivery.message.state, server.mails) == ("attachment_missing", "queued", [])
    assert files.put(b"Rechnung") == sha256  # somebody attaches it anew, to whatever
    delivery = tried_when_due(delivery, watch)
    assert (len(server.mails), delivery.message.state) == (1, "sent")
    assert server.mails[0].count(b"UmVjaG51bmc=") == 1


def test_a_server_that_goes_away_in_the_middle_of_it_has_nothing(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock
) -> None:
    delivery = answer("Ein langer Brief, der nicht in einen Puffer passt.\n" * 100_000)
    server.mood.hangs_up_after = 1000
    delivery = tried(delivery)
    assert (delivery.code, delivery.message.state, delivery.message.leaving_at) == ("broken_off", "queued", None)
    server.mood.hangs_up_after = None
    assert tried_when_due(delivery, watch).message.state == "sent"


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ({"recipients": {"kim@example.org": "550 5.1.1 no such person"}}, "5.1.1"),
        ({"recipients": {"kim@example.org": "550 no such person"}}, "smtp-550"),
        ({"content": "554 5.7.1 not wanted"}, "5.7.1"),
        ({"sender": "552 5.3.4 too large"}, "5.3.4"),
    ],
)
def test_what_lasts_fails_at_once_and_says_for_whom(
    answer: Callable[..., Delivery], server: MailServer, ticket: Ticket, mood: dict[str, Any], code: str
) -> None:
    delivery = answer()
    for name, value in mood.items():
        setattr(server.mood, name, value)
    delivery = tried(delivery)
    message = delivery.message
    assert (message.state, message.unreached) == ("failed", [{"address": "kim@example.org", "reason": code}])
    assert (delivery.code, delivery.attempts, server.mails) == (code, 1, [])
    assert list(Message.objects.troubled()) == [message]
    ticket.refresh_from_db()
    assert (ticket.status, Event.objects.get(verb="message.failed").data["reason"]) == ("open", code)


@pytest.mark.parametrize(
    ("mood", "code", "trouble"),
    [
        ({"greeting": "554 5.7.1 blocked"}, "smtp_554", "server"),
        ({"greeting": "421 busy"}, "smtp_421", "server"),
        ({"greeting": None}, "broken_off", "server"),
        ({"login": "535 5.7.8 wrong"}, "smtp_535", "server"),
        ({"sender": "550 5.7.26 DMARC"}, "5.7.26", "ours"),
        ({"sender": "530 5.7.0 log in first"}, "5.7.0", "ours"),
        ({"recipients": {"kim@example.org": "554 5.7.1 Relay access denied"}}, "5.7.1", "ours"),
    ],
)
def test_what_is_the_operators_trouble_is_not_the_mails(
    answer: Callable[..., Delivery],
    server: MailServer,
    settings: Any,
    watch: Clock,
    mood: dict[str, Any],
    code: str,
    trouble: str,
) -> None:
    settings.ANLIEGEN_SMTP_URL = server.url.replace("//", "//us:secret@")
    delivery = answer()
    for name, value in mood.items():
        setattr(server.mood, name, value)
    for _ in range(30):  # half an hour and more
        delivery = tried_when_due(delivery, watch)
        assert (delivery.code, delivery.trouble, delivery.setbacks) == (code, trouble, 0)
    assert (delivery.message.state, delivery.attempts, server.mails) == ("queued", 30, [])
    server.mood.__init__()  # type: ignore[misc]
    delivery = tried_when_due(delivery, watch)
    assert (len(server.mails), delivery.message.state) == (1, "sent")


def test_a_server_that_is_away_for_five_days_is_given_up(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock
) -> None:
    delivery = answer()
    server.mood.greeting = "421 busy"
    delivery = tried(delivery)
    watch.at += timedelta(days=5)
    delivery = tried(delivery)
    assert (delivery.message.state, delivery.code) == ("failed", "smtp_421")


def test_a_server_that_cannot_be_reached_is_asked_by_one_and_not_by_all(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock
) -> None:
    first, second = answer(), answer("Noch etwas.")
    server.stop()
    first = tried(first)
    second = tried(second)
    assert (first.code, first.trouble, first.attempts) == ("connect_failed", "server", 1)
    assert (second.attempts, second.started_at, second.due_at > watch.at) == (0, None, True)


def test_who_was_refused_for_now_gets_it_later_and_nobody_gets_it_twice(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock
) -> None:
    delivery = answer(cc=(LEO,))
    server.mood.recipients = {"leo@example.net": "450 4.2.0 greylisted"}
    delivery = tried(delivery)
    assert (delivery.message.state, delivery.done_at, delivery.taken) == ("sent", None, ["kim@example.org"])
    assert (
        tickets.cancel(delivery.message, actor=Actor.agent(delivery.message.agent_id or 0), at=watch.at).state == "sent"
    )
    server.mood.recipients = {}
    delivery = tried_when_due(delivery, watch)
    assert [one.to for one in server.got] == [("kim@example.org",), ("leo@example.net",)]
    assert len({one.raw for one in server.got}) == 1
    assert (delivery.message.unreached, delivery.done_at) == ([], watch.at)


def test_who_was_refused_for_good_is_named_while_the_others_have_it(
    answer: Callable[..., Delivery], server: MailServer, ticket: Ticket
) -> None:
    delivery = answer(cc=(LEO,))
    server.mood.recipients = {"leo@example.net": "550 5.1.1 unknown"}
    delivery = tried(delivery)
    message = delivery.message
    assert (message.state, message.unreached) == ("sent", [{"address": "leo@example.net", "reason": "5.1.1"}])
    assert Event.objects.get(verb="message.unreached").data == {"message": f"message:{message.pk}", "reason": "5.1.1"}
    ticket.refresh_from_db()
    assert (ticket.status, list(Message.objects.troubled())) == ("waiting_customer", [message])


def test_a_server_that_goes_away_after_the_last_byte_leaves_a_doubt_and_nothing_is_sent_again(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock, mira: Agent, run_pipeline: Callable[[], int]
) -> None:
    delivery = answer()
    server.mood.content = None
    delivery = tried(delivery)
    assert (delivery.message.state, delivery.code) == ("maybe_sent", "no_answer")
    server.mood.content = "250 fine"
    for _ in range(3):
        watch.at += timedelta(hours=1)
        outbox.find_forgotten(0)
        delivery = tried(delivery)
    assert (len(server.got), server.mails) == (1, [])

    tickets.try_again(delivery.message, actor=Actor.agent(mira.pk), at=watch.at)
    run_pipeline()
    delivery = tried_when_due(delivery, watch)
    first, second = server.got
    assert (delivery.message.state, first.raw == second.raw, second.answered) == ("sent", True, True)


def test_a_server_that_takes_its_time_is_waited_for(
    answer: Callable[..., Delivery], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Destination.objects.update(timeout_s=1)
    delivery = answer()
    server.mood.thinks_for_s = 1.5
    assert tried(delivery).message.state == "sent"
    monkeypatch.setattr(transmit, "ANSWER_WITHIN_S", 0.3)
    assert tried(answer("Und noch etwas.")).message.state == "maybe_sent"


def test_while_the_last_byte_is_on_its_way_it_is_too_late_to_take_it_back(
    answer: Callable[..., Delivery], server: MailServer, mira: Agent, watch: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = answer()
    tickets.let_go(delivery.message, at=watch.at)
    assert tickets.cancel(delivery.message, actor=Actor.agent(mira.pk), at=watch.at).state == "queued"
    tickets.came_back(delivery.message)

    real = attempt.hand_over

    def taken_back_first(begun: Delivery) -> None:
        tickets.cancel(begun.message, actor=Actor.agent(mira.pk), at=watch.at)
        real(begun)

    monkeypatch.setattr(attempt, "hand_over", taken_back_first)
    delivery = tried(delivery)
    assert (delivery.message.state, delivery.code, server.got) == ("cancelled", "taken_back", [])
    assert "QUIT" not in server.said  # inside the content it would have been part of the mail


def test_of_two_workers_only_the_later_attempt_may_end(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock
) -> None:
    delivery = answer()
    slow = attempt.begin(delivery.pk)
    assert isinstance(slow, Delivery)
    watch.at += attempt.UNDER_WAY + MINUTE
    quick = attempt.begin(delivery.pk)
    assert isinstance(quick, Delivery)
    with pytest.raises(attempt.Overtaken):
        attempt.hand_over(slow)
    attempt.hand_over(quick)


def test_while_one_worker_is_at_it_another_leaves_it_alone(answer: Callable[..., Delivery], server: MailServer) -> None:
    delivery = answer()
    server.mood.thinks_for_s = 0.6

    def work() -> None:
        outbox.deliver.func(delivery.pk)
        connection.close()

    first = threading.Thread(target=work)
    first.start()
    while not Message.objects.filter(leaving_at__isnull=False).exists():
        assert first.is_alive()
    assert tried(delivery).message.state == "queued"
    first.join()
    assert (len(server.got), Message.objects.get(pk=delivery.message_id).state) == (1, "sent")


KILLED = """
import os, signal, sys
import django
django.setup()
from anliegen.flow.channels import attempt, outbox, result
from anliegen.flow.channels.email import transmit
from anliegen.flow.channels.mailroom import send

def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

def after(place, name):
    real = getattr(place, name)
    setattr(place, name, lambda *args, **more: die(real(*args, **more)))

def before(place, name):
    setattr(place, name, die)

session = transmit.egress.Session
{
    "greeting": lambda: before(send, "transmit"),
    "sender": lambda: after(session, "mail"),
    "recipient": lambda: after(session, "rcpt"),
    "content": lambda: after(session, "docmd"),
    "before the mark": lambda: before(attempt, "hand_over"),
    "after the mark": lambda: after(attempt, "hand_over"),
    "last byte": lambda: before(transmit.egress, "patiently"),
    "answer": lambda: before(result, "was_taken"),
}[sys.argv[2]]()
outbox.deliver.func(int(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("where", "state", "mails"),
    [
        ("greeting", "sent", 1),
        ("sender", "sent", 1),
        ("recipient", "sent", 1),
        ("content", "sent", 1),
        ("before the mark", "sent", 1),
        ("after the mark", "maybe_sent", 0),
        ("last byte", "maybe_sent", 1),
        ("answer", "maybe_sent", 1),
    ],
)
def test_killed_at_its_worst_moment_nothing_is_lost_and_nothing_doubled(
    server: MailServer,
    ticket: Ticket,
    mira: Agent,
    settings: Any,
    run_pipeline: Callable[[], int],
    where: str,
    state: str,
    mails: int,
) -> None:
    message = tickets.reply(ticket, Answer("Wir senken ihn."), actor=Actor.agent(mira.pk), at=clock.now() - MINUTE)
    run_pipeline()
    delivery = Delivery.objects.get(message=message)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(delivery.pk), where], env=environment(settings), timeout=60, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    Delivery.objects.update(due_at=clock.now())  # the time after which a worker counts as dead
    for _ in range(2):
        delivery = tried(delivery)
    assert (delivery.message.state, len(server.got)) == (state, mails)


def test_a_database_that_is_away_for_a_moment_makes_no_doubt(
    answer: Callable[..., Delivery], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, real, gone = answer(), tickets.mark_sent, [2]

    def away(*args: Any, **more: Any) -> Message:
        if gone[0]:
            gone[0] -= 1
            raise OperationalError("the server closed the connection")
        return real(*args, **more)

    monkeypatch.setattr(result.actions, "mark_sent", away)
    monkeypatch.setattr(result.time, "sleep", lambda seconds: None)
    delivery = tried(delivery)
    assert (delivery.message.state, delivery.taken, len(server.mails)) == ("sent", ["kim@example.org"], 1)


def test_to_one_domain_only_so_many_leave_in_any_minute(
    answer: Callable[..., Delivery], server: MailServer, operator: Operator, watch: Clock
) -> None:
    Operator.objects.update(sends_per_minute=3)
    waiting = [answer(f"Nummer {number}") for number in range(8)]
    elsewhere = answer("Anderswo", to=(LEO,))
    for delivery in [*waiting, elsewhere]:
        tried(delivery)
    assert [one.to for one in server.got] == [("kim@example.org",)] * 3 + [("leo@example.net",)]
    places = list(Delivery.objects.filter(done_at=None).order_by("pk").values_list("slot_at", "attempts"))
    start = watch.at
    assert places == [(start + MINUTE, 0)] * 3 + [(start + 2 * MINUTE, 0)] * 2
    for minutes, left in ((1, 7), (2, 9)):
        watch.at = start + minutes * MINUTE
        for delivery in waiting:
            tried(delivery)
        assert len(server.got) == left


def send_five_side_by_side(answer: Callable[..., Delivery]) -> None:
    waiting = [answer(f"Nummer {number}") for number in range(5)]

    def work(delivery: Delivery) -> None:
        outbox.deliver.func(delivery.pk)
        connection.close()

    threads = [threading.Thread(target=work, args=[delivery]) for delivery in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_only_so_many_talk_to_the_server_at_once_and_the_others_come_back(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock
) -> None:
    Operator.objects.update(sends_at_once=2)
    server.mood.thinks_for_s = pace.PATIENCE_S + 1
    send_five_side_by_side(answer)
    assert (server.most_at_once, len(server.got)) == (2, 2)
    assert Delivery.objects.filter(done_at=None, attempts=0).count() == 3


def test_at_a_quick_server_each_waits_for_its_place_instead_of_going_away(
    answer: Callable[..., Delivery], server: MailServer, watch: Clock
) -> None:
    Operator.objects.update(sends_at_once=2)
    server.mood.thinks_for_s = 0.2
    send_five_side_by_side(answer)
    assert (server.most_at_once, len(server.got)) == (2, 5)


@pytest.mark.parametrize(("url", "port"), [("smtp://mail.example.org", 25), ("smtps://mail.example.org", 465)])
def test_a_mail_server_without_a_port_is_registered_at_the_one_a_session_goes_to(
    operator: Operator, settings: Any, url: str, port: int
) -> None:
    settings.ANLIEGEN_SMTP_URL = url
    send.register_mail_server()
    registered = Destination.objects.get(purpose="mail")
    assert (registered.host, registered.port) == ("mail.example.org", port)
