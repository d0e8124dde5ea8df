"""Mails with something in them, in a real browser: seals, an appointment, a mail in the mail, the mail's own look."""

import base64
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from anliegen.flow.channels import mail_keys
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets.models import Message
from tests.flow.channels.email.sealed.mails import packed, signed_mail
from tests.flow.channels.email.sealed.people import READER, STRANGER, WRITER, encrypted, signature_beside
from tests.stories.mails import take

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
WINDOWS = [
    pytest.param({"width": 1440, "height": 1000}, id="wide"),
    pytest.param({"width": 390, "height": 844, "dark": True}, id="narrow and dark"),
]
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
ANSWERS = b"In-Reply-To: <m1@example.de>\r\n"


def fields(number: int) -> bytes:
    return (
        b"From: Erika =?utf-8?Q?M=C3=BCller?= <erika@example.de>\r\nTo: service@musterstadt.example\r\n"
        b"Message-ID: <m%d@example.de>\r\nSubject: Termin zum =?utf-8?Q?Z=C3=A4hlertausch?=\r\n" % number
    )


CALENDAR = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Zählertausch in der Lindenstraße 5
DTSTART;TZID=America/New_York:20260701T040000
DTEND;TZID=America/New_York:20260701T050000
LOCATION:Lindenstraße 5, Keller
ORGANIZER;CN="Müller, Erika":mailto:erika@example.de
ATTENDEE;CN=Hans Weber;PARTSTAT=ACCEPTED:mailto:hans@example.de
ATTENDEE;CN=Service:mailto:service@musterstadt.example
RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4
END:VEVENT
END:VCALENDAR
"""
DESIGN = (
    """<style>.kopf { background: #0e5563; color: white; padding: 16px }
@media (max-width: 500px) { .kopf { padding: 8px } }
</style><body bgcolor="#eeeeee"><table width="600" align="center" bgcolor="#ffffff" cellpadding="12"><tr>
<td class="kopf"><h1>Ihr Angebot</h1></td></tr><tr><td><p style="color:#c00">Nur heute!</p>
<p>Hier geht es zu <a href="https://betrug.example/x">www.sparkasse.de</a>.</p>
<img src="https://zaehlpixel.example/a.png" alt="Werbung" width="200" height="60">
<script>document.body.innerHTML = "uebernommen"</script>"""
    + "<p>Ein Absatz.</p>" * 40
    + "</td></tr></table></body>"
)


def multipart(*parts: bytes, kind: str = "mixed") -> bytes:
    body = b"".join(b"--t\r\n" + part + b"\r\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary=t\r\n\r\n".encode() + body + b"--t--\r\n"


def text(words: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + words.encode()


@pytest.fixture
def ticket(mailbox: Mailbox) -> int:
    """Four mails of one conversation, each with something else in it."""
    mail_keys.import_keys(READER.private_pem + READER.pem, actor=SYSTEM, at=clock.now())
    calendar = b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + CALENDAR.encode()
    inner = fields(9).replace(b"To: service", b"To: hans") + text("Das schrieb ich Ihnen schon im Mai.")
    signed = text("Bitte lesen Sie auch das hier.")
    sealed = signed_mail(signed, signature_beside(signed, WRITER), "application/pkcs7-signature")
    mails = [
        fields(1) + multipart(text("Guten Tag, passt Ihnen dieser Termin?"), calendar, kind="alternative"),
        fields(2) + ANSWERS + packed(encrypted(sealed[sealed.index(b"Content-Type: multipart/signed") :])),
        fields(3) + ANSWERS + packed(encrypted(signed, STRANGER)),
        fields(4) + ANSWERS + multipart(text("Siehe unten."), b"Content-Type: message/rfc822\r\n\r\n" + inner),
        fields(5) + ANSWERS + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + DESIGN.encode(),
    ]
    for mail in mails:
        take(mail, sender="erika@example.de")
    return Message.objects.order_by("pk").values_list("ticket_id", flat=True)[0]


@pytest.mark.parametrize("window_size", WINDOWS)
def test_what_came_along_is_shown_as_what_it_is(
    log_in: LogIn, admin: Agent, ticket: int, window_size: dict[str, object]
) -> None:
    page = log_in(admin, **window_size)
    page.goto(f"/workspace/tickets/{ticket}/")
    card = page.get_by_role("region", name="Einladung zu einem Termin")
    expect(card).to_contain_text("Mittwoch, 1. Juli 2026, 10:00–11:00")
    expect(card).to_contain_text("04:00–05:00 (America/New_York)")
    expect(page.locator("#timeline")).to_contain_text("Kam verschlüsselt und wurde mit unserem Schlüssel geöffnet.")
    expect(page.locator("#timeline")).to_contain_text("Verschlüsselt und hier nicht lesbar")
    page.get_by_text("Enthaltene E-Mail lesen").click()
    expect(page.locator(".embedded")).to_contain_text("Das schrieb ich Ihnen schon im Mai.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("window_size", WINDOWS)
def test_the_look_fills_its_frame_and_runs_nothing(
    log_in: LogIn, admin: Agent, ticket: int, window_size: dict[str, object]
) -> None:
    asked: list[str] = []
    page = log_in(admin, **window_size)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/workspace/tickets/{ticket}/")
    page.get_by_text("Mail in ihrer Gestaltung zeigen").click()
    frame = page.frame_locator("iframe.mail-frame")
    expect(frame.get_by_text("Nur heute!")).to_have_css("color", "rgb(204, 0, 0)")
    expect(frame.locator(".kopf")).to_have_css("background-color", "rgb(14, 85, 99)")
    expect(frame.locator("body")).to_contain_text("→ betrug.example")
    expect(frame.locator("body")).not_to_contain_text("uebernommen")
    heights = "frame => [frame.clientHeight, frame.contentDocument.body.scrollHeight]"
    shown, whole = page.locator("iframe.mail-frame").evaluate(heights)
    assert shown >= whole
    assert not any("zaehlpixel" in url for url in asked)
    page.route("https://zaehlpixel.example/**", lambda route: route.fulfill(body=PNG, content_type="image/png"))
    with page.expect_request("https://zaehlpixel.example/a.png") as request:
        page.get_by_role("link", name="Bilder laden").click()
    assert "referer" not in request.value.all_headers()
