"""Every inbound mail ends in exactly one visible place, with its reason."""

import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anliegen.flow.channels.email.identifiers import reply_address
from anliegen.flow.channels.instance import instance_id, reply_key
from anliegen.flow.channels.mailroom import aside, intake, receive, storing
from anliegen.flow.channels.models import Delivery, Intake
from anliegen.flow.channels.reasons import REASONS, explain
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Brand, Mailbox
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)


def answered(ticket: Ticket, mira: Agent) -> Message:
    return actions.reply(ticket, Answer("Wir prüfen das."), actor=Actor.agent(mira.pk), at=clock.now())


def test_the_same_mail_again_is_a_duplicate_whatever_way_it_takes(mailbox: Mailbox) -> None:
    first = take(mail())
    again = take(b"Received: from elsewhere\r\n" + mail().replace(b"\n", b"\r\n"), to="andere@musterstadt.example")
    assert (again.result, again.reason, again.duplicate_of, again.ticket) == (
        "duplicate",
        "came-before",
        first,
        first.ticket,
    )
    assert Ticket.objects.count() == 1


def test_a_forged_message_id_does_not_make_another_mail_vanish(mailbox: Mailbox) -> None:
    take(mail(text="Ein fremder Text"))
    real = take(mail(text="Mein wirkliches Anliegen"))
    assert real.result == "created"


def test_a_reply_to_the_signed_address_finds_its_ticket_without_any_header(mailbox: Mailbox, mira: Agent) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    signed = reply_address(mailbox.address, ticket.pk, reply_key())
    line = take(mail(message_id="<x@example.org>", to=signed, subject="ohne Bezug", text="Noch etwas"), to=signed)
    assert (line.result, line.reason, line.ticket) == ("appended", "reply-address", ticket)


def test_a_mailbox_without_a_team_is_not_said_to_have_one(mailbox: Mailbox) -> None:
    Mailbox.objects.update(team=None, responsible=None)
    line = take(mail())
    assert (line.result, line.reason) == ("created", "mailbox-without-team")
    with translation.override("de"):
        assert explain(line).endswith("ihr Postfach hat kein Team, deshalb hat auch der Vorgang noch keins.")


@pytest.mark.parametrize(
    ("sender", "expected"), [("Kim <kim@example.org>", "appended"), ("Fremd <fremd@example.com>", "created")]
)
def test_a_number_in_the_subject_counts_only_from_who_takes_part(mailbox: Mailbox, sender: str, expected: str) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    line = take(
        mail(message_id="<n@example.org>", sender=sender, subject=f"Re: Abschlag [#{ticket.pk}]", text="Nachtrag")
    )
    assert line.result == expected


def test_the_same_subject_alone_never_joins(mailbox: Mailbox) -> None:
    take(mail())
    assert take(mail(message_id="<b@example.org>", sender="Ali <ali@example.org>", text="Anderes")).result == "created"


def test_a_stranger_who_quotes_our_mail_is_heard_but_marked(mailbox: Mailbox, mira: Agent) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    ours = answered(ticket, mira)
    line = take(
        mail(message_id="<s@example.net>", sender="Fremd <fremd@example.net>", In_Reply_To=f"<{ours.rfc_message_id}>"),
        sender="fremd@example.net",
    )
    assert line.result == "appended"
    assert line.message is not None
    assert line.message.is_from_stranger
    again = answered(ticket, mira)
    assert [each["address"] for each in again.to] == ["kim@example.org"]


def test_a_reply_within_the_days_of_grace_reopens_and_later_opens_a_linked_one(
    mailbox: Mailbox, mira: Agent, run_pipeline: Callable[[], int]
) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    ours = answered(ticket, mira)
    actions.change(ticket, Change(status="closed"), actor=Actor.agent(mira.pk), at=clock.now())
    reply = {"In_Reply_To": f"<{ours.rfc_message_id}>"}
    assert take(mail(message_id="<r1@example.org>", text="Doch noch etwas", **reply)).result == "appended"
    ticket.refresh_from_db()
    assert ticket.status == "open"
    actions.change(ticket, Change(status="closed"), actor=Actor.agent(mira.pk), at=clock.now())
    long_ago = clock.now() - timedelta(days=31)
    Ticket.objects.update(created_at=long_ago, resolved_at=long_ago, closed_at=long_ago)
    line = take(mail(message_id="<r2@example.org>", text="Nach langer Zeit", **reply))
    assert (line.result, line.reason) == ("created", "after-a-closed-one")
    assert line.ticket is not None
    assert [link.other for link in line.ticket.links.all()] == [ticket]


def test_an_absence_note_is_kept_with_its_ticket_changes_nothing_and_gets_no_answer(
    mailbox: Mailbox, mira: Agent, run_pipeline: Callable[[], int]
) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    ours = answered(ticket, mira)
    run_pipeline()
    deliveries = Delivery.objects.count()
    line = take(
        mail(
            message_id="<abw@example.org>",
            subject="Abwesenheitsnotiz: Abschlag",
            text="Ich bin im Urlaub.",
            Auto_Submitted="auto-replied",
            In_Reply_To=f"<{ours.rfc_message_id}>",
        )
    )
    run_pipeline()
    assert (line.result, line.reason, line.ticket) == ("automatic", "auto-reply", ticket)
    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"
    assert Delivery.objects.count() == deliveries


def test_an_automatic_mail_about_nothing_opens_no_ticket_but_is_visible(mailbox: Mailbox) -> None:
    line = take(mail(subject="Automatische Antwort", Auto_Submitted="auto-replied", text="Ich bin nicht da."))
    assert (line.result, Ticket.objects.count()) == ("automatic", 0)


CANCELLATION = "Hiermit kündige ich meinen Vertrag zum Jahresende. Bitte bestätigen Sie mir das."
MOVED = "Abwesend bin ich nicht, aber umgezogen. Bitte stellen Sie die Rechnung an die neue Anschrift zu."


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"List_Unsubscribe": "<mailto:weg@firma.example>", "text": CANCELLATION}, "bulk"),
        ({"Precedence": "bulk", "text": CANCELLATION}, "bulk"),
        ({"subject": "Abwesend: meine neue Anschrift", "text": MOVED}, "auto-reply"),
        ({"subject": "Gelesen: Ihre Rechnung", "text": "und ich widerspreche ihr."}, "receipt"),
    ],
)
def test_a_first_mail_that_only_looks_automatic_is_seen_by_a_person_and_never_answered_by_a_rule(
    mailbox: Mailbox, run_pipeline: Callable[[], int], headers: dict[str, str], kind: str
) -> None:
    line = take(mail(**headers))
    run_pipeline()
    assert (line.result, line.reason) == ("created", "mailbox")
    assert line.message is not None
    assert (line.message.automatic, line.message.ticket.waiting_since) == (kind, line.message.created_at)
    assert not Message.objects.filter(direction="out").exists()


@pytest.mark.parametrize("says_so", [{"Auto_Submitted": "auto-replied"}, {"X_Autoreply": "yes"}])
def test_what_says_itself_that_a_program_wrote_it_opens_nothing(mailbox: Mailbox, says_so: dict[str, str]) -> None:
    line = take(mail(subject="Abwesend: Ihre Mail", text="Ich bin nicht im Büro.", **says_so))
    assert (line.result, line.reason, Ticket.objects.count()) == ("automatic", "auto-reply", 0)


def test_what_only_looks_automatic_is_kept_with_the_concern_it_answers(mailbox: Mailbox) -> None:
    ticket = take(mail()).ticket
    line = take(mail(message_id="<2@x>", In_Reply_To="<first@example.org>", List_Unsubscribe="<mailto:w@x>", text="x"))
    assert (line.result, line.reason, line.ticket) == ("automatic", "bulk", ticket)


def test_a_mail_of_a_web_form_opens_a_ticket_without_an_acknowledgement(
    mailbox: Mailbox, run_pipeline: Callable[[], int]
) -> None:
    line = take(mail(Auto_Submitted="auto-generated", text="Name: Kim\nAnliegen: Zähler defekt"))
    run_pipeline()
    assert (line.result, Message.objects.filter(direction="out").count()) == ("created", 0)


def test_our_own_mail_that_comes_back_goes_no_further(mailbox: Mailbox) -> None:
    line = take(mail(X_Anliegen_Instance=instance_id()))
    assert (line.result, line.reason, Ticket.objects.count()) == ("rejected", "our-own-mail", 0)


def bounce_of(message: Message, status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: service@musterstadt.example\nSubject: Undelivered\n"
        f"Message-ID: <dsn{status}@mx.example>\nReturn-Path: <>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nEs ging nicht.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; kim@example.org\nAction: {action}\nStatus: {status}\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{message.rfc_message_id}>\n"
        "Subject: Abschlag\n\nText\n--b--\n"
    ).encode()


def test_a_hard_bounce_marks_the_message_and_the_ticket_waits_for_us_again(mailbox: Mailbox, mira: Agent) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    ours = answered(ticket, mira)
    actions.mark_sent(ours, actor=Actor.agent(mira.pk), at=clock.now())
    line = take(bounce_of(ours), sender="")
    assert (line.result, line.reason, line.message) == ("bounce", "hard", ours)
    ours.refresh_from_db()
    ticket.refresh_from_db()
    assert (ours.state, ticket.status) == ("bounced", "open")
    assert ticket.waiting_since is not None


def test_a_soft_bounce_changes_no_state(mailbox: Mailbox, mira: Agent) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    ours = answered(ticket, mira)
    actions.mark_sent(ours, actor=Actor.agent(mira.pk), at=clock.now())
    line = take(bounce_of(ours, "4.2.2", "delayed"), sender="")
    ours.refresh_from_db()
    assert (line.result, line.reason, ours.state) == ("bounce", "soft", "sent")


def test_a_mail_given_up_for_a_passing_reason_has_not_arrived_either(mailbox: Mailbox, mira: Agent) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    ours = answered(ticket, mira)
    actions.mark_sent(ours, actor=Actor.agent(mira.pk), at=clock.now())
    line = take(bounce_of(ours, "4.4.7", "failed"), sender="")
    ours.refresh_from_db()
    assert (line.result, line.reason, ours.state) == ("bounce", "soft", "bounced")


def test_a_report_without_message_id_is_about_the_last_mail_to_those_it_names(mailbox: Mailbox, mira: Agent) -> None:
    ticket = take(mail()).ticket
    assert ticket is not None
    ours = answered(ticket, mira)
    actions.mark_sent(ours, actor=Actor.agent(mira.pk), at=clock.now())
    signed = reply_address("service@musterstadt.example", ticket.pk, reply_key())
    raw = (
        "From: MAILER-DAEMON@mx.example\nTo: service@musterstadt.example\nSubject: failure notice\nReturn-Path: <>\n\n"
        "I wasn't able to deliver your message to the following addresses.\n\n"
        "<kim@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\nReply-To: <{signed}>\nTo: kim@example.org\n"
    )
    line = take(raw.encode(), sender="")
    ours.refresh_from_db()
    assert (line.result, line.reason, line.message, ours.state) == ("bounce", "hard", ours, "bounced")


def test_a_mail_to_no_known_mailbox_is_seen_by_all_and_decided_by_a_person(
    mailbox: Mailbox, tom: Agent, run_pipeline: Callable[[], int]
) -> None:
    line = take(mail(to="irgendwas@musterstadt.example"), to="irgendwas@musterstadt.example")
    run_pipeline()
    assert (line.result, line.reason) == ("created", "no-mailbox")
    assert Ticket.objects.visible_to(tom).count() == 1


def test_without_an_operator_a_mail_is_set_aside_and_taken_in_after_setup(
    db: None, request: pytest.FixtureRequest
) -> None:
    line = take(mail())
    assert (line.result, line.reason) == ("quarantined", "not-set-up")
    request.getfixturevalue("mailbox")
    admin: Agent = request.getfixturevalue("admin")
    aside.retry(line, actor=Actor.agent(admin.pk), at=clock.now())
    assert intake.take_in_one(line).result == "created"


def test_a_mail_whose_bytes_are_gone_is_set_aside_and_stops_no_other(mailbox: Mailbox) -> None:
    lost = storing.store_raw(mail(text="verloren"), source="smtp")
    files.path(lost.sha256).unlink()
    good = storing.store_raw(mail(message_id="<g@example.org>", text="gut"), source="smtp")
    intake.take_in_all()
    lost.refresh_from_db()
    good.refresh_from_db()
    assert (lost.result, lost.reason, good.result) == ("quarantined", "file-missing", "created")


@pytest.mark.parametrize("spoilt", [b"", None])
def test_the_same_mail_again_heals_what_the_disk_has_spoilt(mailbox: Mailbox, spoilt: bytes | None) -> None:
    damaged = storing.store_raw(mail(), source="smtp")
    file = files.path(damaged.sha256)
    file.write_bytes(mail().replace(b"Abschlag", b"Abschlaf") if spoilt is None else spoilt)
    intake.take_in_all()
    damaged.refresh_from_db()
    assert (damaged.result, damaged.reason) == ("quarantined", "file-damaged")
    again = take(mail())
    assert (again.result, again.reason) == ("created", "mailbox")
    assert files.get(again.sha256) == mail()


def test_smtp_and_lmtp_on_one_port_say_yes_only_after_storing(mailbox: Mailbox) -> None:
    with receive.listening("127.0.0.1", 0) as port:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail("kim@example.org", ["service@musterstadt.example"], mail())
        with smtplib.LMTP("127.0.0.1", port) as lmtp:  # whose sendmail reads one answer only, so step by step
            lmtp.ehlo("mx")
            lmtp.mail("kim@example.org")
            for address in ("service@musterstadt.example", "zweite@musterstadt.example"):
                lmtp.rcpt(address)
            lmtp.putcmd("data")
            assert lmtp.getreply()[0] == 354
            lmtp.send(mail(message_id="<l@example.org>", text="LMTP").replace(b"\n", b"\r\n") + b"\r\n.\r\n")
            assert [lmtp.getreply()[0], lmtp.getreply()[0]] == [250, 250]
    assert list(Intake.objects.order_by("pk").values_list("source", "result")) == [
        ("smtp", "received"),
        ("lmtp", "received"),
    ]
    assert intake.take_in_all() == 2


@pytest.mark.parametrize("address", [b"j\xfcrgen@example.org", b"a\x00b@example.org", "jürgen@example.org".encode()])
def test_an_envelope_that_no_database_takes_as_it_is_refuses_no_mail(mailbox: Mailbox, address: bytes) -> None:
    with receive.listening("127.0.0.1", 0) as port, smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.command_encoding = "latin-1"  # one byte for one sign
        smtp.ehlo("mx")
        sender = address.decode("latin-1")
        assert smtp.docmd(f"MAIL FROM:<{sender}> SMTPUTF8")[0] == 250
        assert smtp.docmd(f"RCPT TO:<{sender}>")[0] == 250
        assert smtp.docmd("RCPT TO:<service@musterstadt.example>")[0] == 250
        assert smtp.data(mail())[0] == 250
    assert intake.take_in_all() == 1
    assert Intake.objects.get().result == "created"


def test_a_full_disk_is_answered_with_try_again_and_nothing_is_half_stored(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(content: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "put", full)
    with receive.listening("127.0.0.1", 0) as port, smtplib.SMTP("127.0.0.1", port) as smtp:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail("kim@example.org", ["service@musterstadt.example"], mail())
        assert refused.value.smtp_code == 451
    assert not Intake.objects.exists()


def test_every_reason_has_words(mailbox: Mailbox) -> None:
    take(mail())
    assert set(Intake.objects.values_list("reason", flat=True)) <= set(REASONS)


LINES = st.lists(
    st.sampled_from(["Subject: x", "From: a@b.c", "", "\x00", "--b", "Content-Type: multipart/mixed; boundary=b", "é"])
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_any_bytes_end_in_exactly_one_line_of_the_ledger(brand: Brand, lines: list[str]) -> None:
    before = Intake.objects.count()
    line = take("\n".join(lines).encode())
    assert Intake.objects.count() == before + 1
    assert line.result in ("created", "duplicate", "automatic", "bounce", "appended")
