"""The intake ledger and the journal."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from anliegen.flow.channels.mailroom.storing import store_raw
from anliegen.flow.channels.models import Intake
from anliegen.ground import clock, files
from anliegen.ground.journal import seal
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Cursor, Event
from anliegen.ground.journal.record import record
from anliegen.ground.journal.verbs import DECLARED
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Mailbox, Operator
from anliegen.records.tickets.models import Attachment, Ticket

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]

MAIL = (
    b"From: Kim Berger <kim@example.org>\r\nTo: service@musterstadt.example\r\nSubject: Abschlag\r\n"
    b"Message-ID: <1@example.org>\r\nDate: Mon, 16 Nov 2026 10:00:00 +0100\r\n\r\nMein Abschlag ist zu hoch.\r\n"
)


def to(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


@pytest.fixture
def aside(mailbox: Mailbox) -> Intake:
    """A mail that came in and was set aside by mistake."""
    line = store_raw(MAIL, source="smtp", envelope_from="kim@example.org", envelope_to=[mailbox.address])
    Intake.objects.filter(pk=line.pk).update(result="quarantined", reason="not-understood", done_at=clock.now())
    return Intake.objects.get(pk=line.pk)


def line(now: datetime, content: bytes = b"mail", **fields: Any) -> Intake:
    given = {"result": "automatic", "reason": "bulk", "done_at": now} | fields
    sha256 = files.put(content)
    return Intake.objects.create(received_at=now, source="smtp", sha256=sha256, size=len(content), **given)


def test_each_mail_stands_with_its_outcome_and_its_reason(browser: Client, aside: Intake) -> None:
    page = browser.get(to("intake")).text
    for words in ("kim@example.org", "set aside for a person", "We could not understand it"):
        assert words in page
    assert to("intake-line", aside.pk) in page


def test_in_is_shown_as_the_sum_of_what_became_of_it(browser: Client, now: datetime) -> None:
    for result in ("automatic", "automatic", "bounce"):
        line(now, result=result)
    page = browser.get(to("intake")).text
    balance = page.partition('class="balance"')[2].partition("</p>")[0]
    assert "<strong>3</strong> came in" in balance
    terms = re.findall(r'class="term">(\d+) <span class="hint">\((.+?)\)', balance)
    assert terms == [("2", "automatic mail, kept"), ("1", "delivery report, kept")]


def test_a_long_ledger_is_counted_after_the_page_is_there(
    browser: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = line(now, result="bounce")
    monkeypatch.setattr("anliegen.oversight.compliance.ledger.QUICKLY_COUNTED", made.pk - 1)
    page = browser.get(to("intake")).text
    assert f'hx-get="{to("intake-balance")}"' in page and 'class="balance"' not in page
    late = browser.get(to("intake-balance"), headers={"HX-Request": "true"}).text
    assert "<strong>1</strong> came in" in late and "<html" not in late
    assert 'id="outcomes" hx-swap-oob="true"' in late and 'delivery report, kept<span class="count">1</span>' in late


def test_a_missing_file_is_said_in_red_with_its_line(browser: Client, now: datetime) -> None:
    gone = line(now, b"this one is gone")
    files.path(gone.sha256).unlink()
    page = browser.get(to("intake")).text
    assert "notice-broken" in page and "Files are missing" in page
    assert f"damaged on the disk: {gone.pk}" in page


def test_having_every_file_checked_says_so_in_the_journal(browser: Client, now: datetime, said: Said) -> None:
    line(now)
    answer = browser.post(to("intake-check"), follow=True)
    assert "Checked 1 file: it is there." in answer.text
    assert said() == [("ledger.checked", "ledger", {"checked": 1, "missing": 0, "adrift": 0})]


def test_a_full_check_names_lines_and_concerns_with_bad_files(browser: Client, ticket: Ticket, now: datetime) -> None:
    changed, photo = line(now, b"this one is changed"), files.put(b"Zaehlerfoto")
    files.path(changed.sha256).write_bytes(b"this one is CHANGED")
    fields = {"filename": "foto.jpg", "content_type": "image/jpeg", "size": 11}
    Attachment.objects.create(message=ticket.messages.get(), sha256=photo, **fields)
    files.path(photo).unlink()
    page = browser.post(to("intake-check"), follow=True).text
    assert f"The bytes of 1 mail are missing or damaged: line {changed.pk}." in page
    assert f"1 attachment is missing or damaged, in this concern: #{ticket.pk}." in page


def test_the_ledger_is_filtered_by_outcome(browser: Client, now: datetime, aside: Intake) -> None:
    other = line(now)
    page = browser.get(to("intake"), {"result": "quarantined"}).text
    assert to("intake-line", aside.pk) in page and to("intake-line", other.pk) not in page


def test_the_ledger_has_pages(browser: Client, now: datetime) -> None:
    made = [line(now) for _each in range(51)]
    first = browser.get(to("intake")).text
    assert to("intake-line", made[0].pk) not in first and to("intake-line", made[1].pk) in first
    assert f"cursor=older~{made[1].pk}" in first
    second = browser.get(to("intake"), {"cursor": f"older~{made[1].pk}"}).text
    assert to("intake-line", made[0].pk) in second and to("intake-line", made[1].pk) not in second


def test_the_mail_is_downloaded_as_it_came_and_never_run(browser: Client, aside: Intake) -> None:
    answer = browser.get(to("intake-raw", aside.pk))
    assert answer.content == MAIL
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="intake-{aside.pk}.txt"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_mail_whose_bytes_are_gone_says_so(browser: Client, aside: Intake) -> None:
    files.path(aside.sha256).unlink()
    assert "The bytes of this mail are missing" in browser.get(to("intake-line", aside.pk)).text
    answer = browser.get(to("intake-raw", aside.pk), follow=True)
    assert "Restore them from the backup" in answer.text


def test_a_mail_that_was_set_aside_is_taken_in_again(browser: Client, aside: Intake, said: Said) -> None:
    answer = browser.post(to("intake-retry", aside.pk), follow=True)
    aside.refresh_from_db()
    assert (aside.result, aside.ticket is not None) == ("created", True)
    assert "Taken in again: new concern." in answer.text
    assert said()[0] == ("intake.retried", f"intake:{aside.pk}", {})


def test_a_mail_that_fails_again_stays_aside(browser: Client, aside: Intake) -> None:
    files.path(aside.sha256).unlink()
    answer = browser.post(to("intake-retry", aside.pk), follow=True)
    aside.refresh_from_db()
    assert (aside.result, aside.reason) == ("quarantined", "file-missing")
    assert "Its bytes are missing from the file store" in answer.text


def test_taking_in_again_needs_its_own_permission(
    client_of: Callable[[Agent], Client], mira: Agent, aside: Intake, said: Said
) -> None:
    client = client_of(mira)
    assert client.get(to("intake-line", aside.pk)).status_code == 200
    assert to("intake-retry", aside.pk) not in client.get(to("intake-line", aside.pk)).text
    assert client.post(to("intake-retry", aside.pk)).status_code == 403
    assert said() == []


def test_the_mails_of_another_team_are_not_shown_not_even_raw(
    client_of: Callable[[Agent], Client], tom: Agent, mira: Agent, ticket: Ticket, now: datetime
) -> None:
    hers = line(now, ticket=ticket)
    for name in ("intake-line", "intake-raw"):
        assert client_of(tom).get(to(name, hers.pk)).status_code == 404, name
        assert client_of(mira).get(to(name, hers.pk)).status_code == 200, name
    assert to("intake-line", hers.pk) not in client_of(tom).get(to("intake")).text
    Agent.objects.filter(pk=tom.pk).update(language="en")
    assert "You see the mails of your teams" in client_of(tom).get(to("intake")).text


def test_without_the_permission_there_is_no_ledger(
    client_of: Callable[[Agent], Client], tom: Agent, admin: Agent, now: datetime
) -> None:
    kept = [code for code in tom.role.permissions if code != "intake.read"]
    accounts.change(tom.role, permissions=kept, actor=SYSTEM, at=now)
    for name in ("intake", "intake-check"):
        assert client_of(tom).get(to(name)).status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_lines(
    browser: Client, aside: Intake, ticket: Ticket, now: datetime, django_assert_max_num_queries: Any
) -> None:
    for _each in range(40):
        line(now, ticket=ticket)
    with django_assert_max_num_queries(28):
        browser.get(to("intake"))
    with django_assert_max_num_queries(40):
        browser.get(to("journal"))


def test_the_journal_tells_what_happened_in_sentences(
    browser: Client, operator: Operator, admin: Agent, now: datetime
) -> None:
    accounts.change(operator, city="Leipzig", actor=Actor.agent(admin.pk), at=now)
    page = browser.get(to("journal")).text
    assert "Jana Kowalski changed city of Stadtwerke Musterstadt" in page


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"subject": "ticket:{ticket}"}, True),
        ({"subject": "#{ticket}"}, True),
        ({"subject": "ticket:999999"}, False),
        ({"verb": "ticket."}, True),
        ({"verb": "ticket.opened"}, True),
        ({"verb": "setting."}, False),
        ({"actor": "agent:{mira}"}, False),
        ({"since": "2026-11-16", "until": "2026-11-16"}, True),
        ({"until": "2026-11-15"}, False),
        ({"since": "2026-11-17"}, False),
    ],
)
def test_the_journal_is_filtered(
    browser: Client, ticket: Ticket, mira: Agent, wanted: dict[str, str], found: bool
) -> None:
    query = {name: value.format(ticket=ticket.pk, mira=mira.pk) for name, value in wanted.items()}
    event = Event.objects.get(verb="ticket.opened")
    assert (to("journal-event", event.pk) in browser.get(to("journal"), query).text) is found


def test_a_wrong_filter_is_said_and_narrows_nothing(browser: Client, ticket: Ticket) -> None:
    answer = browser.get(to("journal"), {"since": "gestern"})
    assert answer.status_code == 200
    assert "Enter a valid date." in answer.text
    assert to("journal-event", Event.objects.get(verb="ticket.opened").pk) in answer.text


def test_an_event_shows_the_chain_it_stands_in(browser: Client, now: datetime) -> None:
    with transaction.atomic():
        first = record(DECLARED["setting.created"], "brand:1", actor=SYSTEM, at=now)
    seal.seal()
    first.refresh_from_db()
    with transaction.atomic():
        second = record(DECLARED["setting.changed"], "brand:1", actor=SYSTEM.because_of(first), at=now, fields=["name"])
    seal.seal()
    page = browser.get(to("journal-event", second.pk)).text
    assert to("journal-event", first.pk) in page
    assert "The automation created brand 1" in page
    assert bytes(Event.objects.get(pk=second.pk).hash or b"").hex() in page
    assert to("journal-event", second.pk) in browser.get(to("journal-event", first.pk)).text


def test_the_chain_is_checked_and_the_result_stays_on_the_page(browser: Client, said: Said) -> None:
    answer = browser.post(to("journal-check"), follow=True)
    assert "The journal is whole:" in answer.text
    assert said()[-1][0] == "journal.checked" and said()[-1][2]["ok"] is True
    assert "Jana Kowalski had the journal checked:" in browser.get(to("journal")).text


def test_a_journal_that_was_tampered_with_says_so_in_red(browser: Client) -> None:
    seal.seal()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE journal_event SET verb = 'agent.left' WHERE position = 1")
    answer = browser.post(to("journal-check"), follow=True)
    assert "It does not hold at position 1." in answer.text
    page = browser.get(to("journal")).text
    assert "notice-broken" in page and "failed at position 1" in page


def test_a_stopped_reader_shows_where_and_why_and_is_told_to_try_again(
    browser: Client, now: datetime, said: Said
) -> None:
    Cursor.objects.create(
        name="probe", failed_at=now, failed_position=41, attempts=3, error="KeyError: 'x'",
        retry_at=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    page = browser.get(to("journal")).text
    assert "has stopped" in page and "At position 41" in page and "KeyError: &#39;x&#39;" in page
    assert "1 reader has stopped" in browser.get(to("overview")).text
    browser.post(to("reader-retry", "probe"))
    retried = Cursor.objects.get(name="probe")
    assert retried.retry_at is not None and retried.retry_at <= clock.now()
    assert said() == [("reader.retried", "reader:probe", {})]


def test_a_reader_that_is_not_there_cannot_be_retried(browser: Client) -> None:
    assert browser.post(to("reader-retry", "nobody")).status_code == 404


def test_whoever_may_only_read_the_journal_cannot_touch_its_readers(
    client_of: Callable[[Agent], Client], tom: Agent, admin: Agent, now: datetime, said: Said
) -> None:
    permissions = [*tom.role.permissions, "audit.read"]
    accounts.change(tom.role, permissions=permissions, actor=SYSTEM, at=now)
    before = said()
    client = client_of(tom)
    assert client.get(to("journal")).status_code == 200
    assert client.post(to("reader-retry", "probe")).status_code == 403
    assert said() == before
