"""Working together, two browsers at once: who is here, who writes, who is asked, who gets it; and the bell."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from anliegen.faces.workspace.models import Notice
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, presence
from anliegen.records.tickets.actions import Asked
from anliegen.records.tickets.models import Handover, Mention, Message, Note, Ticket
from tests.browser.looks import barriers, sticks_out

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
Run = Callable[[], int]
SIZES = [pytest.param({"width": 1440}, id="desk"), pytest.param({"width": 390, "dark": True}, id="phone, dark")]


@pytest.fixture
def fresh(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, run_pipeline: Run) -> Ticket:
    """Kim wrote a few minutes ago."""
    at = clock.now() - timedelta(minutes=5)
    made = actions.assign(open_ticket(kim_address, at=at), to=billing, actor=SYSTEM, at=at)
    run_pipeline()
    return made


def open_at(page: Page, ticket: Ticket) -> Page:
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")
    return page


# 32 who reads, who writes


@pytest.mark.parametrize("size", SIZES)
def test_two_colleagues_see_each_other_read_write_and_leave(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    miras, janas = open_at(log_in(mira, **size), fresh), open_at(log_in(admin, **size), fresh)
    here = miras.locator("#presence")
    expect(here).to_contain_text("Jana Kowalski liest mit")
    expect(janas.locator("#presence")).to_contain_text("Mira Yılmaz liest mit")
    janas.keyboard.press("r")
    janas.keyboard.type("Wir prüfen")
    expect(here.get_by_role("status")).to_have_text("Jana Kowalski schreibt gerade")
    assert here.get_by_role("status").get_attribute("aria-live") in (None, "polite")
    assert barriers(miras) == []
    assert sticks_out(miras) == 0
    janas.goto("/workspace/profile/")
    expect(here.locator("[data-writers]")).to_be_hidden(timeout=4_000)
    expect(here.locator("[data-readers]")).to_be_hidden(timeout=4_000)


def test_the_list_says_who_is_at_which_concern_and_no_line_moves(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket
) -> None:
    miras = log_in(mira, width=390)
    miras.goto("/workspace/?view=team")
    line = miras.locator(f"#t{fresh.pk}")
    before = line.bounding_box()
    janas = open_at(log_in(admin), fresh)
    expect(line).to_contain_text("Jana liest mit")
    janas.keyboard.press("r")
    janas.keyboard.type("Wir")
    expect(line).to_contain_text("Jana schreibt gerade")
    assert line.bounding_box() == before
    assert barriers(miras) == []


def test_of_two_tabs_one_keeps_the_presence_and_a_page_that_was_only_fetched_is_none(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket
) -> None:
    miras = open_at(log_in(mira), fresh)
    janas = log_in(admin)
    janas.request.get(f"/workspace/tickets/{fresh.pk}/")
    miras.wait_for_timeout(1500)
    expect(miras.locator("#presence [data-readers]")).to_be_hidden()
    open_at(janas, fresh)
    second = open_at(janas.context.new_page(), fresh)
    expect(miras.locator("#presence")).to_contain_text("Jana Kowalski liest mit")
    second.close()
    miras.wait_for_timeout(1500)
    expect(miras.locator("#presence")).to_contain_text("Jana Kowalski liest mit")
    expect(janas.locator("#presence")).not_to_contain_text("Jana")


def test_a_program_at_work_is_shown_as_one(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    miras = open_at(log_in(mira), fresh)
    token, _secret = accounts.create_token(mira, scopes=["write"], name="CRM", actor=SYSTEM, at=clock.now())
    miras.wait_for_function("document.body.dataset.tab")
    miras.wait_for_timeout(500)  # until the page listens
    presence.program_is_at(fresh, token, writing=True)
    expect(miras.locator("#presence")).to_contain_text("Programm CRM schreibt gerade")


# 33 the soft claim


@pytest.mark.parametrize("size", SIZES)
def test_while_one_writes_the_other_needs_one_press_more_and_is_never_held_off(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    miras, janas = open_at(log_in(mira, **size), fresh), open_at(log_in(admin, **size), fresh)
    janas.keyboard.press("r")
    janas.keyboard.type("Wir prüfen")
    expect(miras.locator("#presence")).to_contain_text("schreibt gerade")
    miras.keyboard.press("r")
    claim = miras.locator("#claim")
    expect(claim).to_contain_text("Jana Kowalski schreibt gerade")
    anyway = claim.get_by_role("button", name="Trotzdem schreiben")
    expect(anyway).to_be_focused()
    expect(miras.get_by_label("Ihre Antwort")).to_be_hidden()
    assert barriers(miras) == []
    miras.keyboard.press("Enter")
    expect(miras.get_by_label("Ihre Antwort")).to_be_focused()
    miras.keyboard.type("Schon erledigt.")
    miras.keyboard.press("Control+Enter")
    expect(miras.locator(".toast")).to_contain_text("geht gleich hinaus")
    assert Message.objects.get(direction="out", rule="").agent_id == mira.pk


def test_who_has_begun_is_told_and_not_disturbed(log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket) -> None:
    miras, janas = open_at(log_in(mira), fresh), open_at(log_in(admin), fresh)
    miras.keyboard.press("r")
    miras.keyboard.type("Ich schreibe schon.")
    expect(janas.locator("#presence")).to_contain_text("schreibt gerade")
    janas.keyboard.press("r")
    janas.get_by_role("button", name="Trotzdem schreiben").click()
    janas.keyboard.type("Ich auch.")
    expect(miras.locator("#claim")).to_contain_text("Jana Kowalski schreibt gerade")
    expect(miras.get_by_label("Ihre Antwort")).to_be_focused()
    miras.keyboard.type(" Weiter.")
    expect(miras.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nIch schreibe schon. Weiter.")


def test_what_somebody_began_is_said_for_some_minutes_after_they_left(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket
) -> None:
    actions.claim(fresh, admin, at=clock.now())
    miras = open_at(log_in(mira), fresh)
    miras.keyboard.press("r")
    expect(miras.locator("#claim")).to_contain_text("Jana Kowalski hat eine Antwort begonnen")
    expect(miras.get_by_role("button", name="Trotzdem schreiben")).to_be_focused()


def test_an_answer_stops_at_what_a_colleague_noted_meanwhile(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket
) -> None:
    miras = open_at(log_in(mira), fresh)
    miras.keyboard.press("r")
    miras.keyboard.type("Wir prüfen.")
    actions.write_note(fresh, text="Bitte nicht antworten", actor=Actor.agent(admin.pk), at=clock.now())
    miras.keyboard.press("Control+Enter")
    notice = miras.get_by_role("alert").filter(has_text="Es gibt Neues")
    expect(notice).to_contain_text("Jana Kowalski hat eine interne Notiz geschrieben: Bitte nicht antworten")
    expect(miras.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\nWir prüfen.")


# 34 asking in


@pytest.mark.parametrize("size", SIZES)
def test_a_colleague_is_named_with_the_keyboard_and_sees_the_question(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, run_pipeline: Run, size: dict[str, int]
) -> None:
    janas = log_in(admin, opens="/workspace/", **size)
    expect(janas.locator("#bell")).to_have_attribute("data-count", "0")
    miras = open_at(log_in(mira, **size), fresh)
    miras.keyboard.press("n")
    field = miras.get_by_role("textbox", name="Ihre Notiz")
    expect(field).to_be_focused()
    miras.keyboard.type("Geht das? @ja")
    names = miras.get_by_role("listbox")
    expect(names.get_by_role("option")).to_have_text(["Jana Kowalski"])
    expect(names.get_by_role("option")).to_be_in_viewport()
    assert barriers(miras) == []
    miras.keyboard.press("Enter")
    expect(field).to_have_value("Geht das? @Jana Kowalski ")
    expect(names).to_be_hidden()
    miras.keyboard.press("Control+Enter")
    expect(miras.locator("#timeline")).to_contain_text("Jana Kowalski: gefragt")
    run_pipeline()
    expect(janas.locator("#bell")).to_have_attribute("data-count", "1")
    janas.keyboard.press("g")
    janas.keyboard.press("n")
    janas.wait_for_url("**/notices/")
    janas.keyboard.press("j")
    assert barriers(janas) == []
    janas.keyboard.press("Enter")
    note = janas.locator(f"#n{Note.objects.get().pk}")
    expect(note).to_be_in_viewport()
    expect(janas.locator("#bell")).to_have_attribute("data-count", "0")
    janas.get_by_role("button", name="Erledigt").click()
    expect(note).to_contain_text("Jana Kowalski: erledigt")
    assert Mention.objects.get().settled_at is not None


def test_the_list_of_names_walks_closes_and_gives_the_keys_back(
    log_in: LogIn, mira: Agent, admin: Agent, tom: Agent, fresh: Ticket
) -> None:
    page = open_at(log_in(mira), fresh)
    page.keyboard.press("n")
    page.keyboard.type("@")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_text(["AbrechnungTeam", "Jana Kowalski", "TechnikTeam", "Tom Richterdarf das nicht sehen"])
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("textbox", name="Ihre Notiz")).to_have_attribute("aria-activedescendant", "name-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.nth(3)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(page.get_by_role("textbox", name="Ihre Notiz")).to_be_focused()
    page.keyboard.type("richter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Ihre Notiz")).to_have_value("@Tom Richter ")


@pytest.mark.parametrize("size", SIZES)
def test_who_may_not_see_it_is_brought_in_by_choice(
    log_in: LogIn, mira: Agent, tom: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    page = open_at(log_in(mira, **size), fresh)
    page.keyboard.press("n")
    page.keyboard.type("@Tom Richter, ")
    page.keyboard.press("Control+Enter")
    notice = page.get_by_role("alert").filter(has_text="Nicht alle, die Sie nennen")
    expect(notice).to_be_focused()
    assert barriers(page) == []
    assert sticks_out(page) == 0
    notice.get_by_role("button", name="Hinzuziehen und Notiz speichern").click()
    expect(page.locator("#timeline")).to_contain_text("Mira Yılmaz hat Tom Richter hinzugezogen")
    toms = open_at(log_in(tom, **size), fresh)
    expect(toms.locator("#ticket-head")).to_contain_text("in einer Notiz etwas gefragt")


# 36 handing over


@pytest.mark.parametrize("size", SIZES)
def test_a_handover_asks_for_a_line_and_the_receiver_reads_it_first(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, run_pipeline: Run, size: dict[str, int]
) -> None:
    miras, janas = open_at(log_in(mira, **size), fresh), open_at(log_in(admin, **size), fresh)
    miras.keyboard.press("o")
    dialog = miras.get_by_role("dialog")
    expect(dialog).to_be_visible()
    whom = dialog.get_by_label("Übergeben an")
    expect(whom).to_be_focused()
    expect(whom).to_have_value("")  # nobody gets it because they stand first in the list
    whom.select_option("Jana Kowalski")
    dialog.get_by_label("Stand in einer Zeile").fill("Zähler geprüft, Gutschrift fehlt")
    assert barriers(miras) == []
    miras.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(miras.locator("#timeline")).to_contain_text("Mira Yılmaz hat den Vorgang an Jana Kowalski übergeben")
    run_pipeline()
    given = janas.get_by_role("region", name="Übergabe")
    expect(given).to_contain_text("Mira Yılmaz übergibt Ihnen das: Zähler geprüft, Gutschrift fehlt")
    expect(given).to_be_in_viewport()
    assert barriers(janas) == []
    assert sticks_out(janas) == 0
    given.get_by_role("link", name="Zurückgeben").click()
    janas.get_by_role("dialog").get_by_label("Warum es zurückgeht").fill("Das macht die Technik")
    janas.keyboard.press("Enter")
    expect(given).to_be_hidden()
    run_pipeline()
    expect(miras.get_by_role("region", name="Übergabe")).to_contain_text(
        "Jana Kowalski gibt Ihnen das zurück: Das macht die Technik"
    )
    assert Handover.objects.count() == 2


def test_the_menu_of_people_asks_for_the_line_too(log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket) -> None:
    page = open_at(log_in(mira), fresh)
    page.keyboard.press("z")
    page.get_by_role("button", name="Jana Kowalski").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Übergeben an")).to_have_value(f"agent:{admin.pk}")
    dialog.get_by_role("button", name="Übergeben").click()
    expect(dialog.get_by_label("Stand in einer Zeile")).to_be_focused()
    dialog.get_by_label("Stand in einer Zeile").fill("Bitte weiter")
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-head")).to_contain_text("Jana Kowalski")


# 17, 18, 19 notes, states, marks


@pytest.mark.parametrize("size", SIZES)
def test_nobody_takes_a_private_note_for_another_one_or_for_an_answer(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, size: dict[str, int]
) -> None:
    page = open_at(log_in(mira, **size), fresh)
    page.keyboard.press("n")
    page.keyboard.type("Vorsicht")
    page.get_by_label("Privat: nur für mich und wen ich mit @ nenne").check()
    page.keyboard.press("Control+Enter")
    own = page.locator(".note-side", has_text="Private Notiz")
    expect(own).to_contain_text("nur für Sie")
    actions.write_note(fresh, text="Für alle", actor=Actor.agent(mira.pk), at=clock.now())
    page.reload()
    looks = page.evaluate(
        """() => ["article.message-in", "article.note:not(.note-side)", "article.note-side"].map((which) => {
          const style = getComputedStyle(document.querySelector(which));
          const edge = getComputedStyle(document.querySelector(which), "::before").backgroundImage;
          return [style.borderTopStyle, style.backgroundColor, edge].join();
        })"""
    )
    assert len(set(looks)) == 3
    assert barriers(page) == []
    janas = open_at(log_in(admin, **size), fresh)
    expect(janas.locator("#timeline")).to_contain_text("Für alle")
    expect(janas.locator("#timeline")).not_to_contain_text("Vorsicht")


def test_selected_words_are_marked_for_all_with_one_key_and_unmarked_without_a_mouse(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket
) -> None:
    miras, janas = open_at(log_in(mira), fresh), open_at(log_in(admin), fresh)
    miras.keyboard.press("m")
    expect(miras.locator("#announcer")).to_contain_text("Wählen Sie zuerst Worte einer Nachricht aus")
    miras.evaluate(
        """() => {
          const words = document.querySelector("article.message-in .mail-text p").firstChild;
          getSelection().setBaseAndExtent(words, 5, words, 13);
        }"""
    )
    miras.keyboard.press("m")
    expect(miras.locator("mark.passage")).to_have_text("Abschlag")
    janas.reload()
    expect(janas.locator("mark.passage")).to_have_attribute("title", "Markiert von Mira Yılmaz")
    assert barriers(janas) == []
    janas.get_by_text("1 markierte Stelle").click()
    janas.get_by_role("button", name="Markierung entfernen").click()
    expect(janas.locator("mark.passage")).to_have_count(0)


def test_one_press_shows_the_conversation_alone(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    actions.write_note(fresh, text="Nur intern", actor=Actor.agent(mira.pk), at=clock.now())
    page = open_at(log_in(mira), fresh)
    expect(page.locator("#timeline .note")).to_have_count(1)
    page.get_by_role("link", name="Nur Gespräch").click()
    expect(page.locator("#timeline .note, #timeline .event")).to_have_count(0)
    expect(page.locator("#timeline .message-in")).to_have_count(1)


# 40 calm


def test_the_bell_counts_without_moving_anything_and_makes_no_sound(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, run_pipeline: Run
) -> None:
    page = log_in(mira, opens="/workspace/", width=390)
    bell, before = page.locator("#bell"), page.locator("#bell").bounding_box()
    page.wait_for_timeout(500)
    actions.write_note(fresh, text="@", asked=[Asked(mira)], actor=Actor.agent(admin.pk), at=clock.now())
    run_pipeline()
    expect(bell).to_have_attribute("data-count", "1")
    assert bell.bounding_box() == before
    expect(bell).to_have_accessible_name("Mitteilungen: 1 ungelesen")
    expect(page.locator("#bell[data-manner]")).to_have_count(0)


def test_everything_is_read_with_one_press(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, run_pipeline: Run
) -> None:
    actions.write_note(fresh, text="@", asked=[Asked(mira)], actor=Actor.agent(admin.pk), at=clock.now())
    run_pipeline()
    page = log_in(mira)
    page.goto("/workspace/notices/")
    page.get_by_role("button", name="Alles gelesen").click()
    expect(page.get_by_text("Nichts Neues")).to_be_visible()
    assert Notice.objects.unread().count() == 0


def test_following_is_one_key(log_in: LogIn, mira: Agent, fresh: Ticket) -> None:
    page = open_at(log_in(mira), fresh)
    page.keyboard.press("b")
    expect(page.locator("#together")).to_contain_text("Verfolgt von: Mira Yılmaz")
    page.keyboard.press("b")
    expect(page.locator("#together")).not_to_contain_text("Verfolgt von")
