"""Our own mails as a mail program shows them: on a telephone and on a desk, in the light and in the dark."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from anliegen.flow.channels import acknowledge, status_link, strangers
from anliegen.flow.channels.mailroom.outgoing import as_mail
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Brand, Calendar, Mailbox, Operator
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket
from tests.flow.channels.mailroom.test_outgoing import come_in

pytestmark = pytest.mark.browser
WIDTHS, WIDEST = (320, 390, 1440), 600
SCHEMES = ("light", "dark")
READABLE, VISIBLE = 4.5, 3.0  # WCAG 2.2: contrast of texts, and of lines that mean something
LONG = "https://www.musterstadt.example/kundenportal/" + "a1b2c3" * 30
MEASURE = """() => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const rgb = colour => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = colour => rgb(colour).slice(0, 3).map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const paper = document.body.appendChild(document.createElement("i"));
    paper.style.background = "Canvas";
    const ground = getComputedStyle(paper).backgroundColor;
    paper.remove();
    const all = [...document.body.querySelectorAll("*")];
    const texts = all.filter(one => [...one.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
    const lines = all.map(one => getComputedStyle(one)).flatMap(style => [
        ...(parseFloat(style.borderTopWidth) ? [style.borderTopColor] : []),
        ...(parseFloat(style.borderLeftWidth) ? [style.borderLeftColor] : []),
    ]);
    return {
        ground: rgb(ground).slice(0, 3),
        needs: document.documentElement.scrollWidth,
        widest: Math.max(...texts.map(one => one.getBoundingClientRect().width)),
        texts: Math.min(...texts.map(one => contrast(light(getComputedStyle(one).color), light(ground)))),
        lines: lines.length ? Math.min(...lines.map(line => contrast(light(line), light(ground)))) : null,
        broken: [...document.querySelectorAll('a[href^="tel:"]')].filter(one => one.getClientRects().length > 1).length,
    };
}"""


@pytest.fixture
def mails(
    calendar: Calendar,
    brand: Brand,
    ticket: Ticket,
    mailbox: Mailbox,
    mira: Agent,
    kim_address: Address,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    run_pipeline: Callable[[], int],
) -> dict[str, str]:
    """One of each kind, by name: as HTML."""
    monkeypatch.setattr(clock, "now", lambda: now)
    Operator.objects.update(quotes="all")
    Brand.objects.update(
        phone="030 23125-150",
        signature="Stadtwerke Musterstadt · Am Markt 1 · 04109 Musterstadt\nTelefon 030 23125-150",
        legal_footer="Stadtwerke Musterstadt GmbH, Sitz Musterstadt, Amtsgericht Leipzig HRB 4711, Vorstand: N. N.",
    )
    Ticket.objects.update(mailbox=mailbox)
    run_pipeline()
    status_link.send.func(number=ticket.pk, address=status_link._digest("kim@example.org"))
    son = customers.meet(kind="email", value="leo@example.net", name="Leo Ott", actor=SYSTEM, at=now)
    come_in(ticket, son, now, "Ich antworte für sie.")
    come_in(ticket, kim_address, now, f"Siehe {LONG}\n\n{'Donaudampfschifffahrt' * 12}")
    run_pipeline()
    by_rule = {one.rule: one for one in Message.objects.exclude(rule="")}
    assert set(by_rule) == {acknowledge.RULE, status_link.RULE, strangers.RULE}
    words = f"Guten Tag Kim Berger,\n\nwir senken ihn. Näheres: {LONG}\n\n{'Abschlagsänderung' * 12}"
    by = {"actor": Actor.agent(mira.pk)}
    answer = actions.reply(ticket, Answer(words), at=now + timedelta(hours=1), **by)
    resolved = actions.reply(ticket, Answer(words), at=now + timedelta(hours=2), status="resolved", **by)
    said = {**by_rule, "answer": answer, "resolved": resolved}
    return {name: str(as_mail(Message.objects.get(pk=one.pk)).html) for name, one in said.items()}


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Page]]:
    made: list[Any] = []

    def show(page: str, width: int, scheme: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        made.append(context)
        shown = context.new_page()
        shown.set_content(page)
        return shown

    yield show
    for context in made:
        context.close()


def test_every_mail_fits_its_window_and_can_be_read_in_the_light_and_in_the_dark(
    mails: dict[str, str], opened: Callable[..., Page]
) -> None:
    for name, page in mails.items():
        for width in WIDTHS:
            for scheme in SCHEMES:
                shown = opened(page, width, scheme)
                _keep(shown, f"{name}-{width}-{scheme}")
                found = shown.evaluate(MEASURE)
                where = (name, width, scheme, found)
                assert found["ground"] == ([255, 255, 255] if scheme == "light" else [18, 18, 18]), where
                assert found["needs"] <= width, where
                assert found["widest"] <= min(width, WIDEST), where
                assert found["texts"] >= READABLE, where
                assert found["lines"] is None or found["lines"] >= VISIBLE, where
                assert found["broken"] == 0, where


def test_a_mail_that_would_not_fit_is_noticed(opened: Callable[..., Page]) -> None:
    """As ours once were: one long word, and a grey of its own."""
    shown = opened(f'<meta name="color-scheme" content="light dark"><p style="color:#595959">{LONG}</p>', 390, "dark")
    found = shown.evaluate(MEASURE)
    assert found["needs"] > 390
    assert found["texts"] < READABLE


def _keep(page: Page, name: str) -> None:
    """For whoever wants to look: ANLIEGEN_PICTURES names a folder."""
    if folder := os.environ.get("ANLIEGEN_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
