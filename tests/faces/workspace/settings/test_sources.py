"""Mail sources of every kind: made, decided about, tested, paused, compared, and let in by a consent."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from anliegen.faces.ui.icons import icon
from anliegen.faces.workspace.settings import consent
from anliegen.faces.workspace.settings.source_ways import WAYS
from anliegen.flow.channels.mailroom import fetch, oauth
from anliegen.flow.channels.mailroom.beginning import Counted
from anliegen.flow.channels.mailroom.sources import FROM_NOW, TODAY, UNDECIDED, UNREAD
from anliegen.flow.channels.mailroom.troubles import SourceRefused, explain
from anliegen.flow.channels.models import Grant, Source, Unfetched
from anliegen.ground import clock, egress, secrets
from anliegen.ground.egress.models import Destination
from anliegen.oversight.measurement.doctor import examine
from anliegen.records.accounts.models import Agent, Mailbox

Said = Callable[[], list[tuple[str, str, dict[str, Any]]]]

IMAP = {
    "host": "imap.musterstadt.example", "port": "993", "security": "tls", "username": "service", "password": "geheim",
    "folder": "INBOX", "is_active": "on", "last_uid": str(UNDECIDED),
}  # fmt: skip
MICROSOFT = {
    "username": "service@musterstadt.example", "flow": "code", "tenant": "musterstadt.example", "client_id": "app-1",
    "client_secret": "s3cret", "folder": "INBOX", "is_active": "on", "last_uid": str(UNDECIDED),
}  # fmt: skip


def to(name: str, *args: Any) -> str:
    return reverse(f"workspace:settings-{name}", args=args)


@pytest.fixture
def source(browser: Client, mailbox: Mailbox) -> Source:
    browser.post(to("source-new", mailbox.pk), IMAP)
    return Source.objects.get()


def at(source: Source, name: str) -> str:
    return to(f"source-{name}", source.mailbox_id, source.pk)


def page_of(browser: Client, source: Source) -> str:
    return browser.get(to("source", source.mailbox_id, source.pk)).text


@pytest.mark.parametrize("way", ["imap", "microsoft", "google", "other", "pop3", "folder"])
def test_each_way_has_its_form(browser: Client, mailbox: Mailbox, way: str) -> None:
    answer = browser.get(f"{to('source-new', mailbox.pk)}?way={way}")
    assert answer.status_code == 200
    assert f'href="?way={way}" aria-current="page"' in answer.text


def test_there_are_no_other_ways(browser: Client, mailbox: Mailbox) -> None:
    assert browser.get(f"{to('source-new', mailbox.pk)}?way=carrier-pigeon").status_code == 404


def test_a_pop3_source_is_created(browser: Client, mailbox: Mailbox) -> None:
    given = {
        "host": "pop.musterstadt.example", "port": "995", "security": "tls", "username": "service",
        "password": "geheim", "deletes": "on", "is_active": "on", "last_uid": str(FROM_NOW),
    }  # fmt: skip
    browser.post(f"{to('source-new', mailbox.pk)}?way=pop3", given)
    row = Source.objects.get()
    assert (row.kind, row.folder, row.deletes, row.last_uid) == ("pop3", "", True, FROM_NOW)
    destination = Destination.objects.get()
    assert (destination.scheme, destination.port, destination.purpose) == ("pop3s", 995, "pop3")
    browser.post(to("source", mailbox.pk, row.pk), given | {"password": "", "deletes": ""})
    row.refresh_from_db()
    assert (row.deletes, secrets.unlock(row.password)) == (False, "geheim")


def test_pop3_knows_no_unread_mails(browser: Client, mailbox: Mailbox) -> None:
    page = browser.get(f"{to('source-new', mailbox.pk)}?way=pop3").text
    assert "take in what came today" in page
    assert "take in what is unread there" not in page


def test_a_folder_of_this_machine_is_a_source(browser: Client, mailbox: Mailbox, tmp_path: Path, settings: Any) -> None:
    settings.ANLIEGEN_MAIL_FOLDERS = str(tmp_path)
    given = {"kind": "maildir", "folder": f"{tmp_path}/service", "is_active": "on", "last_uid": str(UNREAD)}
    browser.post(f"{to('source-new', mailbox.pk)}?way=folder", given)
    row = Source.objects.get()
    assert (row.kind, row.folder, row.host) == ("maildir", f"{tmp_path}/service", "")
    assert not Destination.objects.exists()
    browser.post(to("source", mailbox.pk, row.pk), given | {"deletes": "on"})
    row.refresh_from_db()
    assert row.deletes
    assert f"Fetching from {tmp_path}/service" in page_of(browser, row)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "maildir", "folder": "/etc"}, "This program may not read there."),
        ({"kind": "maildir", "folder": "mail"}, "This program may not read there."),
        ({"kind": "mbox", "folder": "{allowed}/box", "deletes": "on"}, "An mbox is only read."),
    ],
)
def test_a_folder_that_cannot_be_is_refused_in_words(
    browser: Client, mailbox: Mailbox, tmp_path: Path, settings: Any, given: dict[str, str], words: str
) -> None:
    settings.ANLIEGEN_MAIL_FOLDERS = str(tmp_path)
    sent = given | {"folder": given["folder"].format(allowed=tmp_path), "last_uid": str(FROM_NOW)}
    answer = browser.post(f"{to('source-new', mailbox.pk)}?way=folder", sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert not Source.objects.exists()


def test_microsoft_is_asked_for_what_is_its_own_only(browser: Client, mailbox: Mailbox) -> None:
    browser.post(f"{to('source-new', mailbox.pk)}?way=microsoft", MICROSOFT)
    row, grant = Source.objects.get(), Grant.objects.get()
    assert (row.host, row.port, row.security) == ("outlook.office365.com", 993, "tls")
    assert grant.token_url == "https://login.microsoftonline.com/musterstadt.example/oauth2/v2.0/token"
    assert grant.scope == "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"
    assert secrets.unlock(grant.client_secret) == "s3cret"
    purposes = Destination.objects.active().order_by("purpose").values_list("purpose", "host")
    assert list(purposes) == [("imap", "outlook.office365.com"), ("oauth", "login.microsoftonline.com")]
    page = page_of(browser, row)
    assert "s3cret" not in page
    assert 'value="musterstadt.example"' in page
    assert "Nobody has consented yet" in page


def test_an_application_may_have_the_leave_by_itself(browser: Client, mailbox: Mailbox) -> None:
    browser.post(f"{to('source-new', mailbox.pk)}?way=microsoft", MICROSOFT | {"flow": "client"})
    assert Grant.objects.get().scope == "https://outlook.office365.com/.default"
    page = page_of(browser, Source.objects.get())
    assert "Give consent" not in page


def test_google_and_others_work_alike(browser: Client, mailbox: Mailbox) -> None:
    browser.post(
        f"{to('source-new', mailbox.pk)}?way=google",
        {name: MICROSOFT[name] for name in ("username", "client_id", "client_secret", "folder", "last_uid")},
    )
    assert Grant.objects.get().token_url == "https://oauth2.googleapis.com/token"
    other = MICROSOFT | {
        "host": "imap.example.org", "port": "993", "security": "tls", "scope": "mail",
        "authorize_url": "https://login.example.org/a", "token_url": "http://login.example.org/t",
    }  # fmt: skip
    answer = browser.post(f"{to('source-new', mailbox.pk)}?way=other", other)
    assert "This must be an address that begins with https://." in answer.text
    browser.post(f"{to('source-new', mailbox.pk)}?way=other", other | {"token_url": "https://login.example.org/t"})
    assert Grant.objects.get(provider="other").scope == "mail"


def test_a_grant_keeps_its_secret_when_the_field_stays_empty(browser: Client, mailbox: Mailbox, said: Said) -> None:
    browser.post(f"{to('source-new', mailbox.pk)}?way=microsoft", MICROSOFT)
    row = Source.objects.get()
    browser.post(to("source", mailbox.pk, row.pk), MICROSOFT | {"client_secret": "", "client_id": "app-2"})
    grant = Grant.objects.get()
    assert (grant.client_id, secrets.unlock(grant.client_secret)) == ("app-2", "s3cret")
    assert [verb for verb, _s, _d in said()][-1] == "source.grant_changed"


def test_a_kept_client_secret_goes_to_no_other_provider_and_no_token_goes_with_a_wrong_one(
    browser: Client, mailbox: Mailbox
) -> None:
    browser.post(f"{to('source-new', mailbox.pk)}?way=microsoft", MICROSOFT)
    row = Source.objects.get()
    Grant.objects.update(refresh_token=secrets.lock("lange"), access_token=secrets.lock("kurz"))
    page, elsewhere = to("source", mailbox.pk, row.pk), MICROSOFT | {"tenant": "evil.example"}
    answer = browser.post(page, elsewhere | {"client_secret": ""})
    assert "Please enter it again: it would go to another server, or another way." in answer.text
    assert "musterstadt.example" in Grant.objects.get().token_url
    browser.post(page, elsewhere | {"client_secret": "geraten"})
    grant = Grant.objects.get()
    assert "evil.example" in grant.token_url
    assert (bytes(grant.refresh_token), bytes(grant.access_token), grant.connected_at) == (b"", b"", None)
    assert secrets.unlock(grant.client_secret) == "geraten"


@pytest.fixture
def microsoft(browser: Client, mailbox: Mailbox) -> Source:
    browser.post(f"{to('source-new', mailbox.pk)}?way=microsoft", MICROSOFT)
    return Source.objects.get()


def sent_to(browser: Client, source: Source) -> dict[str, list[str]]:
    """What the provider is asked when the person is sent there."""
    answer = browser.get(at(source, "connect"))
    assert answer.status_code == 302
    address = urlsplit(answer.headers["Location"])
    assert address.netloc == "login.microsoftonline.com"
    return parse_qs(address.query)


def test_a_consent_is_asked_for_given_and_redeemed(
    browser: Client, microsoft: Source, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, str] = {}

    def redeem(grant: Grant, **values: str) -> dict[str, Any]:
        given.update(values)
        return {"refresh_token": secrets.lock("r1")}

    monkeypatch.setattr(oauth, "redeem", redeem)
    asked = sent_to(browser, microsoft)
    back = browser.get(to("source-consent"), {"state": asked["state"][0], "code": "c0de"}, follow=True)
    assert "Consent given: this program may read the mailbox now." in back.text
    assert (given["code"], given["redirect_uri"]) == ("c0de", consent.redirect_address())
    assert asked["redirect_uri"] == [given["redirect_uri"]]
    assert secrets.unlock(Grant.objects.get().refresh_token) == "r1"
    assert [verb for verb, _s, _d in said()][-1] == "source.connected"


@pytest.mark.parametrize("state", ["", "guessed"])
def test_a_consent_that_was_not_asked_for_here_is_not_believed(
    browser: Client, microsoft: Source, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "redeem", lambda *_a, **_k: pytest.fail("it was believed"))
    sent_to(browser, microsoft)
    back = browser.get(to("source-consent"), {"state": state, "code": "c0de"}, follow=True)
    assert "This consent was not asked for here." in back.text


def test_a_consent_counts_once(browser: Client, microsoft: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = sent_to(browser, microsoft)
    monkeypatch.setattr(oauth, "redeem", lambda *_a, **_k: {"refresh_token": secrets.lock("r1")})
    browser.get(to("source-consent"), {"state": asked["state"][0], "code": "c0de"})
    back = browser.get(to("source-consent"), {"state": asked["state"][0], "code": "c0de"}, follow=True)
    assert "This consent was not asked for here." in back.text


def test_a_consent_that_was_refused_changes_nothing(
    browser: Client, microsoft: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = sent_to(browser, microsoft)
    back = browser.get(to("source-consent"), {"state": asked["state"][0], "error": "access_denied"}, follow=True)
    assert "The provider gave no leave. Nothing was changed." in back.text

    def refuse(*_a: object, **_k: object) -> dict[str, Any]:
        raise SourceRefused("oauth_no_refresh")

    monkeypatch.setattr(oauth, "redeem", refuse)
    asked = sent_to(browser, microsoft)
    back = browser.get(to("source-consent"), {"state": asked["state"][0], "code": "c"}, follow=True)
    assert "The provider gave a leave that ends within the hour." in back.text
    assert Grant.objects.get().connected_at is None


def test_what_lies_there_is_counted_before_it_is_decided(
    browser: Client, source: Source, monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    assert "waits for your decision" in page_of(browser, source)
    monkeypatch.setattr(fetch, "count_what_lies_there", lambda _source: Counted(all=1203, unread=7, today=3))
    part = browser.get(at(source, "count"), headers={"HX-Request": "true"}).text
    assert "1,203 mails lie there." in part
    assert [f"{number} mail" in part for number in ("0", "7", "3", "1,203")] == [True] * 4
    browser.post(at(source, "decide"), {"choice": str(TODAY)})
    source.refresh_from_db()
    assert (source.last_uid, source.from_day is not None) == (TODAY, True)
    assert said()[-1] == ("source.decided", f"source:{source.pk}", {"choice": "today"})
    assert [job.args for job in ProcrastinateJob.objects.filter(task_name__endswith="fetch.fetch")] == [
        {"source_id": source.pk}
    ]


def test_a_choice_that_is_none_decides_nothing(browser: Client, source: Source) -> None:
    browser.post(at(source, "decide"), {"choice": "-99"})
    source.refresh_from_db()
    assert source.last_uid == UNDECIDED


def test_what_cannot_be_counted_says_at_which_step_and_what_to_do(
    browser: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "count_what_lies_there", lambda _source: explain("login"))
    part = browser.get(at(source, "count"), headers={"HX-Request": "true"}).text
    assert "The mail server refuses the user name or the password. This step failed: logging in." in part
    assert "Enter both again." in part


def test_a_connection_that_is_tested_names_the_step(
    browser: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "check", lambda _source: explain("certificate"))
    answer = browser.post(at(source, "check"), follow=True)
    assert "This step failed: securing the connection. The certificate of the server is not valid." in answer.text


def test_a_source_is_paused_and_goes_on(browser: Client, source: Source, said: Said) -> None:
    browser.post(at(source, "pause"))
    source.refresh_from_db()
    assert not source.is_active
    assert not Destination.objects.active().exists()
    assert "paused" in page_of(browser, source)
    browser.post(at(source, "pause"))
    source.refresh_from_db()
    assert source.is_active
    assert Destination.objects.active().count() == 1
    assert [data for verb, _s, data in said() if verb == "setting.changed"] == [{"fields": ["is_active"]}] * 2


@pytest.fixture
def differing(source: Source, now: datetime) -> Source:
    Source.objects.update(begun_at=now, compared_at=now, compared_mails=9)
    Unfetched.objects.create(
        source=source, key="7/3", mark="ab12" * 16, size=2048, at=now, state="missing", noted_at=now
    )
    Unfetched.objects.create(source=source, key="7/4", state="too-large", size=70_000_000, noted_at=now)
    Unfetched.objects.create(source=source, key="7/5", state="left", noted_at=now)
    return source


def test_a_difference_is_shown_with_the_mails_it_is_about(browser: Client, differing: Source) -> None:
    page = page_of(browser, differing)
    assert "2 mails lie there that are not in the intake ledger." in page
    assert "ab12ab12ab12" in page
    assert "too large" in page
    assert "1 mail was left there on purpose." in page
    assert "2 mails lie at imap.musterstadt.example that are not in the ledger." in browser.get(to("intake")).text
    assert "2 mails are not in the ledger" in browser.get(to("overview")).text


def test_what_is_missing_is_fetched_or_left_with_one_click(browser: Client, differing: Source, said: Said) -> None:
    browser.post(at(differing, "fetch-missing"))
    assert said()[-1] == ("source.missing_wanted", f"source:{differing.pk}", {"count": 2})
    assert ProcrastinateJob.objects.filter(task_name__endswith="compare.fetch_missing").count() == 1
    browser.post(at(differing, "leave-missing"))
    assert said()[-1] == ("source.missing_left", f"source:{differing.pk}", {"count": 2})
    assert "9 mails there are accounted for" in page_of(browser, differing)


def test_a_comparison_that_is_long_ago_is_no_tick_but_a_trouble(browser: Client, source: Source) -> None:
    alarm, ago = "Not compared for more than two days", clock.now() - timedelta(days=2, minutes=5)
    Source.objects.update(begun_at=ago, last_uid=7, compared_at=clock.now() - timedelta(days=1), compared_mails=4)
    good, tick = page_of(browser, source), f"<p>{icon('check')}"
    assert (alarm in good, tick in good) == (False, True)
    for compared_at in (ago, None):
        Source.objects.update(compared_at=compared_at)
        page = page_of(browser, source)
        assert (alarm in page, tick in page) == (True, False)
        assert "1 not compared for two days" in browser.get(to("overview")).text


def test_a_comparison_is_asked_for(browser: Client, differing: Source, admin: Agent) -> None:
    browser.post(at(differing, "compare"))
    job = ProcrastinateJob.objects.get(task_name__endswith="compare.compare")
    assert job.args == {"source_id": differing.pk, "actor": f"agent:{admin.pk}"}


def test_what_is_fetched_now_is_queued_whatever_failed_before(browser: Client, source: Source, now: datetime) -> None:
    Source.objects.update(begun_at=now, failed_at=now, retry_at=now, error="login")
    browser.post(at(source, "fetch"))
    assert Source.objects.get().retry_at is None
    assert ProcrastinateJob.objects.filter(task_name__endswith="fetch.fetch").count() == 1


def test_nobody_without_the_permission_comes_near(
    source: Source, mira: Agent, client_of: Callable[[Agent], Client]
) -> None:
    hers = client_of(mira)
    for name in ("check", "decide", "fetch", "pause", "compare", "fetch-missing", "leave-missing", "delete"):
        assert hers.post(at(source, name)).status_code == 403
    assert hers.get(at(source, "count")).status_code == 403
    assert hers.get(at(source, "connect")).status_code == 403
    assert hers.get(to("source-consent")).status_code == 403


@pytest.mark.parametrize("empty", ["host", "username", "folder"])
def test_where_the_mail_lies_must_be_said(browser: Client, mailbox: Mailbox, empty: str) -> None:
    assert browser.post(to("source-new", mailbox.pk), IMAP | {empty: ""}).status_code == 422
    assert not Source.objects.exists()


def fails(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def opened(*_a: object, **_k: object) -> NoReturn:
        raise error

    monkeypatch.setattr(fetch, "opened", opened)


EXPIRED = egress.Failed("certificate", why="expired")


def test_what_fails_before_the_decision_shows_as_failing_wherever_the_source_is_shown(
    browser: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, EXPIRED)
    part = browser.get(at(source, "count"), headers={"HX-Request": "true"}).text
    assert "The certificate of the server has expired. This step failed: securing the connection." in part
    assert 'id="source-status" hx-swap-oob="true"' in part
    places = [part, page_of(browser, source), *(browser.get(to(*each)).text for each in elsewhere(source))]
    assert ["fails: certificate" in page for page in places] == [True] * 4
    assert ["waits for your decision" in page or "not yet fetched" in page for page in places] == [False] * 4
    with translation.override("en"):
        found = next(each for each in examine() if each.check == "mail sources")
    assert (found.ok, found.seen) == (False, "1 fail: imap.musterstadt.example (certificate)")


def elsewhere(source: Source) -> list[tuple[Any, ...]]:
    return [("mailboxes",), ("mailbox", source.mailbox_id)]


def test_what_failed_is_not_waited_for_again(browser: Client, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = "The mail server is asked how many mails lie there"
    assert asking in page_of(browser, source)
    fails(monkeypatch, egress.TimedOut("tls_timeout"))
    tested = browser.post(at(source, "check"), follow=True).text
    assert asking not in tested
    assert 'class="notice notice-broken" role="alert"' in tested
    assert tested.count('class="problem"') == 1
    assert "fails: no answer" in tested
    monkeypatch.setattr(fetch, "opened", lambda *_a, **_k: nullcontext())
    assert asking in browser.post(at(source, "check"), follow=True).text


def test_each_trouble_before_the_decision_is_said_once_and_its_end_too(
    browser: Client, source: Source, monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    before = len(said())
    for error in (EXPIRED, EXPIRED, SourceRefused("login")):
        fails(monkeypatch, error)
        browser.post(at(source, "check"))
    monkeypatch.setattr(fetch, "opened", lambda *_a, **_k: nullcontext())
    browser.post(at(source, "check"))
    assert [(verb, data) for verb, _subject, data in said()[before:]] == [
        ("source.failed", {"reason": "certificate_expired"}),
        ("source.failed", {"reason": "login"}),
        ("source.recovered", {}),
    ]
    source.refresh_from_db()
    assert (source.failed_at, source.error, source.fetched_at, source.retry_at) == (None, "", None, None)


def test_a_mended_source_is_asked_again_and_is_still_to_be_decided_about(
    browser: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, egress.Unreachable("name_unknown"))
    browser.post(at(source, "check"))
    mended = IMAP | {"host": "mail.musterstadt.example"}
    browser.post(to("source", source.mailbox_id, source.pk), mended)
    source.refresh_from_db()
    assert (source.host, source.last_uid, source.failed_at) == ("mail.musterstadt.example", UNDECIDED, None)
    assert "The mail server is asked how many mails lie there" in page_of(browser, source)


@pytest.mark.parametrize(
    ("way", "port", "field", "words"),
    [
        ("imap", "143", "port", "This mailbox is fetched already, at port 993. Another port leads to the same mails."),
        ("imap", "993", "folder", "Mail is fetched from this folder already."),
        ("pop3", "110", "port", "This mailbox is fetched already, at port 993. Another port leads to the same mails."),
        ("pop3", "993", "username", "The mails of this user are fetched from this server already."),
    ],
)
def test_a_mailbox_that_is_fetched_already_is_told_at_the_field_it_is_about(
    browser: Client, mailbox: Mailbox, way: str, port: str, field: str, words: str
) -> None:
    address = f"{to('source-new', mailbox.pk)}?way={way}"
    given = IMAP | {"last_uid": str(FROM_NOW)}
    assert browser.post(address, given).status_code == 302
    with translation.override("en"):
        assert WAYS[way][1](given | {"port": port}).errors == {field: [words]}
