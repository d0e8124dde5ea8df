"""Palette, keys, panes, text blocks and macros in a real browser: all of it with the keyboard alone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from anliegen.flow.macros import actions as macros
from anliegen.flow.macros.models import Macro
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Operator, Team
from anliegen.records.customers.models import Address
from anliegen.records.knowledge import actions as knowledge
from anliegen.records.knowledge.content import Content
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, Note, Ticket
from tests.browser.looks import OVERHANG

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("admin")]
LogIn = Callable[..., Page]
WIDTHS = [pytest.param({"width": 1440}, id="wide"), pytest.param({"width": 390, "dark": True}, id="narrow and dark")]
METER = "{{anrede}}\n\nbitte nennen Sie uns die Zählernummer {{?Zählernummer}} bis zum {{datum+14}}, {{?Wunschtag}}."


@pytest.fixture
def three(
    open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, run_pipeline: Callable[[], int]
) -> list[Ticket]:
    """Three concerns of billing, the newest last."""
    Operator.objects.update(acknowledges=False)
    at = clock.now() - timedelta(hours=4)
    made = [
        actions.assign(
            open_ticket(kim_address, subject=f"Abschlag {hour}", at=at + timedelta(hours=hour)),
            to=billing, actor=SYSTEM, at=at,
        )
        for hour in range(3)
    ]  # fmt: skip
    run_pipeline()
    return made


@pytest.fixture
def meter(admin: Agent) -> TextBlock:
    content = Content("Zählerstand erbitten", "zaehler", {"de": METER})
    return knowledge.write(content, actor=Actor.agent(admin.pk), at=clock.now())


@pytest.fixture
def clarify(admin: Agent, meter: TextBlock, technics: Team) -> Macro:
    return macros.create(
        name="Zähler klären", status="waiting_internal", priority=3, adds_tags=["zaehler"], given_to="me",
        block=meter, place="reply", actor=Actor.agent(admin.pk), at=clock.now(),
    )  # fmt: skip


def barriers(page: Page) -> list[object]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def opened(page: Page, ticket: Ticket) -> Page:
    page.goto(f"/workspace/tickets/{ticket.pk}/?view=team")
    return page


def chosen(page: Page) -> str:
    return page.locator("#palette-list [aria-selected=true] .choice-name").inner_text()


# The palette


@pytest.mark.parametrize("size", WIDTHS)
def test_the_palette_does_what_the_page_can_and_shows_its_key(
    log_in: LogIn, mira: Agent, three: list[Ticket], size: dict[str, int]
) -> None:
    page = opened(log_in(mira, **size), three[2])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/palette/" in request.url else None)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Was möchten Sie tun?")
    expect(field).to_be_focused()
    page.keyboard.type("übernehm")
    line = page.locator("#palette-list [aria-selected=true]")
    expect(line).to_contain_text("Übernehmen")
    expect(line.locator("kbd")).to_have_text("a")
    expect(field).to_have_attribute("aria-activedescendant", line.get_attribute("id") or "")
    assert page.evaluate(OVERHANG) == 0
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.get_by_role("button", name="Übernehmen")).to_have_count(0)
    three[2].refresh_from_db()
    assert three[2].assignee == mira
    assert len([url for url in asked if "/search/" in url]) <= 1  # however many signs were typed


def test_the_palette_turns_a_list_round(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    """Who waits longest is found without a mouse and without walking through the page."""
    page = log_in(mira)
    page.goto("/workspace/?view=team")
    page.keyboard.press("Control+k")
    page.keyboard.type("am längsten")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Wer am längsten wartet")
    page.keyboard.press("Enter")
    page.wait_for_url("**/workspace/?view=team&order=waiting")


def test_the_palette_finds_letter_by_letter_and_whatever_the_umlaut(
    log_in: LogIn, mira: Agent, three: list[Ticket]
) -> None:
    page = opened(log_in(mira), three[2])
    for typed in ("ubernehm", "uebernehm", "übrnhm", "Prio dring"):
        page.keyboard.press("Control+k")
        page.keyboard.type(typed)
        assert chosen(page) == ("Priorität: dringend" if typed.startswith("Prio") else "Übernehmen")
        page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("xqzxqz")
    expect(page.get_by_text("So heißt nichts.")).to_be_hidden()  # the search for it is always there
    expect(page.locator("#palette-list")).to_contain_text("Überall nach „xqzxqz“ suchen")


def test_who_is_faster_than_the_palette_gets_what_was_typed(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = opened(log_in(mira), three[2])
    held: list[Route] = []
    page.route("**/palette-lines*.js", lambda route: held.append(route))  # Playwright looks at the function
    page.keyboard.press("Control+k")
    page.keyboard.type("übernehm")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_visible()
    held[0].continue_()
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.get_by_role("button", name="Übernehmen")).to_have_count(0)
    page.keyboard.press("Control+k")  # and once only
    expect(page.locator("#palette-list li").first).to_be_visible()


def test_the_palette_jumps_to_a_ticket_by_its_number(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = log_in(mira, opens="/workspace/")
    page.keyboard.press("Control+k")
    page.keyboard.type(f"#{three[0].pk}")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Abschlag 0")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{three[0].pk}/")


def test_the_palette_leads_to_lists_settings_and_what_was_opened_lately(
    log_in: LogIn, admin: Agent, three: list[Ticket]
) -> None:
    page = opened(log_in(admin), three[0])
    page.goto("/workspace/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-list li", has_text="Abschlag 0")).to_contain_text("zuletzt geöffnet")
    page.keyboard.type("abweis")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Abweisungen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/rejections/")


# Keys


def test_a_chosen_key_holds_everywhere_and_is_the_one_that_is_shown(
    log_in: LogIn, mira: Agent, three: list[Ticket]
) -> None:
    page = log_in(mira)
    page.goto("/workspace/profile/keys/")
    page.get_by_role("textbox", name="Antworten", exact=True).fill("n")
    page.get_by_role("button", name="Tasten speichern").click()
    expect(page.locator(".summary")).to_contain_text("„n“ ist „Notiz“ im Weg.")
    page.get_by_role("textbox", name="Antworten", exact=True).fill("0")
    page.get_by_role("button", name="Tasten speichern").click()
    expect(page.locator(".toast")).to_contain_text("Ihre Tasten sind gespeichert.")
    other = opened(log_in(mira), three[2])
    expect(other.get_by_role("button", name="Antworten").first).to_have_attribute("title", "Antworten (0)")
    other.keyboard.press("r")
    expect(other.locator("#compose-reply")).not_to_have_attribute("open", "")
    other.keyboard.press("?")
    expect(other.locator("#shortcuts dd", has_text=re.compile("^0"))).to_have_count(1)
    other.keyboard.press("Escape")
    other.keyboard.press("0")
    expect(other.get_by_label("Ihre Antwort")).to_be_focused()


def test_keys_are_switched_off_in_their_sheet_for_every_device_and_on_again(
    log_in: LogIn, mira: Agent, three: list[Ticket]
) -> None:
    page = opened(log_in(mira), three[2])
    page.keyboard.press("?")
    with page.expect_response("**/profile/shortcuts/"):
        page.get_by_label("Einzelne Tasten als Kürzel").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("#compose-reply")).not_to_have_attribute("open", "")
    other = opened(log_in(mira), three[2])
    other.keyboard.press("r")
    expect(other.locator("#compose-reply")).not_to_have_attribute("open", "")
    other.keyboard.press("Control+k")  # with Ctrl it is no single key
    other.keyboard.type("Tastenkürzel")
    other.keyboard.press("Enter")
    with other.expect_response("**/profile/shortcuts/"):
        other.get_by_label("Einzelne Tasten als Kürzel").check()
    other.keyboard.press("Escape")
    other.keyboard.press("r")
    expect(other.get_by_label("Ihre Antwort")).to_be_focused()


# Panes


def width_of(page: Page, pane: str) -> float:
    return page.locator(f"#pane-{pane}").bounding_box()["width"]  # type: ignore[index]


def test_panes_are_widened_by_arrows_and_by_mouse_and_stay_so(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = opened(log_in(mira), three[2])
    before = width_of(page, "list")
    grip = page.get_by_role("separator", name="Breite der Liste")
    value = int(grip.get_attribute("aria-valuenow") or "")
    grip.focus()
    for _press in range(3):
        page.keyboard.press("ArrowRight")
    assert width_of(page, "list") == pytest.approx(before + 48, abs=1)
    assert int(grip.get_attribute("aria-valuenow") or "") > value
    other = page.get_by_role("separator", name="Breite der Angaben").bounding_box()
    context = width_of(page, "context")
    assert other is not None
    page.mouse.move(other["x"] + 4, 400)
    page.mouse.down()
    page.mouse.move(other["x"] - 60, 400, steps=8)
    page.mouse.up()
    assert width_of(page, "context") == pytest.approx(context + 64, abs=3)
    wide = width_of(page, "list"), width_of(page, "context")
    page.reload()
    assert (width_of(page, "list"), width_of(page, "context")) == pytest.approx(wide, abs=1)
    page.get_by_role("separator", name="Breite der Liste").dblclick()
    assert width_of(page, "list") == pytest.approx(before, abs=1)


def test_nothing_jumps_while_a_page_with_own_widths_loads(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = opened(log_in(mira), three[2])
    page.get_by_role("separator", name="Breite der Liste").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("I")
    page.add_init_script(
        "const add = (all) => all.getEntries().forEach((one) => (window.shift = (window.shift ?? 0) + one.value));"
        "new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true })"
    )
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#pane-context")).to_be_hidden()
    assert page.evaluate("window.shift ?? 0") < 0.01


@pytest.mark.parametrize(("key", "pane"), [("L", "list"), ("I", "context")])
def test_a_key_hides_a_pane_and_the_next_page_still_knows(
    log_in: LogIn, mira: Agent, three: list[Ticket], key: str, pane: str
) -> None:
    page = opened(log_in(mira), three[1])
    before = page.locator(".pane-main").bounding_box()
    page.keyboard.press(key)
    expect(page.locator(f"#pane-{pane}")).to_be_hidden()
    expect(page.locator(f"[data-pane={pane}]")).to_have_attribute("aria-expanded", "false")
    after = page.locator(".pane-main").bounding_box()
    assert before is not None and after is not None and after["width"] > before["width"] + 150
    page.keyboard.press("j")
    page.wait_for_url(f"**/tickets/{three[0].pk}/**")
    expect(page.locator(f"#pane-{pane}")).to_be_hidden()
    assert barriers(page) == []
    page.keyboard.press(key)
    expect(page.locator(f"#pane-{pane}")).to_be_visible()


def test_the_next_ticket_was_fetched_before_it_is_opened(log_in: LogIn, mira: Agent, three: list[Ticket]) -> None:
    page = log_in(mira)
    with page.expect_response(lambda answer: answer.request.headers.get("sec-purpose") == "prefetch") as fetched:
        opened(page, three[2])
    assert f"/tickets/{three[1].pk}/" in fetched.value.url
    fetched.value.finished()
    page.keyboard.press("j")
    page.wait_for_url(f"**/tickets/{three[1].pk}/**")
    expect(page.locator(".ticket-title")).to_contain_text("Abschlag 1")
    assert page.evaluate("performance.getEntriesByType('navigation')[0].deliveryType") == "cache"


def test_a_page_that_was_fetched_ahead_shows_what_happened_since(
    log_in: LogIn, mira: Agent, three: list[Ticket], run_pipeline: Callable[[], int]
) -> None:
    page = log_in(mira)
    with page.expect_response(lambda answer: answer.request.headers.get("sec-purpose") == "prefetch") as fetched:
        opened(page, three[2])
    fetched.value.finished()
    actions.write_note(three[1], text="Inzwischen geklärt.", actor=Actor.agent(mira.pk), at=clock.now())
    run_pipeline()
    page.keyboard.press("j")
    expect(page.locator("#timeline")).to_contain_text("Inzwischen geklärt.")


def test_a_whole_round_without_the_mouse(log_in: LogIn, mira: Agent, three: list[Ticket], meter: TextBlock) -> None:
    page = log_in(mira, opens="/workspace/")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**view=team**")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{three[2].pk}/**")
    page.keyboard.press("r")
    page.keyboard.type("/zae")
    expect(page.locator("#id_text-blocks [aria-selected=true]")).to_contain_text("Zählerstand erbitten")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ihre Antwort")).to_have_value(re.compile("Zählernummer"))
    page.keyboard.type("1 ESY 77")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reply .blocks-open")).to_contain_text("„Wunschtag“ ist noch offen")
    page.keyboard.type("gern früher")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("geht gleich hinaus")
    expect(page.locator("#compose-reply")).not_to_have_attribute("open", "")  # the focus has left it
    page.keyboard.press("j")
    page.wait_for_url(f"**/tickets/{three[1].pk}/**")
    sent = Message.objects.get(state="queued", agent=mira)
    day = (timezone.localtime(clock.now()) + timedelta(days=14)).strftime("%d.%m.%Y")
    assert sent.text == (
        f"Guten Tag Kim Berger,\n\nbitte nennen Sie uns die Zählernummer 1 ESY 77 bis zum {day}, gern früher."
    )


# Text blocks


@pytest.mark.parametrize("size", WIDTHS)
def test_a_slash_opens_the_text_blocks_and_the_button_does_the_same(
    log_in: LogIn, mira: Agent, three: list[Ticket], meter: TextBlock, size: dict[str, int]
) -> None:
    page = opened(log_in(mira, **size), three[2])
    page.keyboard.press("r")
    menu = page.get_by_role("listbox", name="Textbausteine")
    page.keyboard.type("und/oder ")  # no slash that begins a word
    expect(menu).to_be_hidden()
    page.locator("#reply").get_by_role("button", name="Textbaustein einfügen").click()
    expect(menu).to_be_visible()
    expect(menu.get_by_role("option")).to_contain_text("bitte nennen Sie uns")  # as it would be here
    assert page.evaluate(OVERHANG) == 0
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator("#compose-reply")).to_have_attribute("open", "")
    page.keyboard.type("erbitt")
    expect(menu).to_be_visible()
    menu.get_by_role("option").click()
    expect(page.get_by_label("Ihre Antwort")).to_have_value(re.compile(r"und/oder bitte nennen"))
    assert page.evaluate("getSelection().toString()") == "{{?Zählernummer}}"


def test_a_text_block_goes_into_a_note_too_and_a_note_may_stay_open(
    log_in: LogIn, mira: Agent, three: list[Ticket], meter: TextBlock
) -> None:
    page = opened(log_in(mira), three[2])
    page.keyboard.press("n")
    page.keyboard.type("/zaehler")
    expect(page.locator("#id_note-blocks [aria-selected=true]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ihre Notiz")).to_have_value(re.compile("Zählernummer"))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("Notiz")
    assert "{{?Zählernummer}}" in Note.objects.get().text


def asked_while_writing(page: Page) -> Page:
    """A note is begun, and a text block looked for in the palette."""
    page.keyboard.press("n")
    page.keyboard.type("Vermerk: ")
    page.keyboard.press("Control+k")
    page.keyboard.type("erbitten")
    return page


def test_the_palette_puts_a_text_block_where_one_was_writing(
    log_in: LogIn, mira: Agent, three: list[Ticket], meter: TextBlock
) -> None:
    page = asked_while_writing(opened(log_in(mira), three[2]))
    line = page.locator("#palette-list [aria-selected=true]")
    expect(line).to_contain_text("Zählerstand erbitten")
    expect(line.locator(".choice-preview")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ihre Notiz")).to_have_value(re.compile(r"^Vermerk: Guten Tag"))


def test_where_one_was_writing_is_known_though_the_field_forgets_it(
    log_in: LogIn, mira: Agent, three: list[Ticket], meter: TextBlock
) -> None:
    page = asked_while_writing(opened(log_in(mira), three[2]))
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Zählerstand erbitten")
    page.locator("#id_note").evaluate("field => field.setSelectionRange(0, 0)")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ihre Notiz")).to_have_value(re.compile(r"^Vermerk: Guten Tag"))


# Macros


@pytest.mark.parametrize("size", WIDTHS)
def test_a_macro_shows_what_it_changes_and_one_undo_takes_it_all_back(
    log_in: LogIn, mira: Agent, three: list[Ticket], clarify: Macro, size: dict[str, int]
) -> None:
    page = opened(log_in(mira, **size), three[2])
    page.keyboard.press("M")
    expect(page.locator("#palette-list .choice-name")).to_have_text(["Zähler klären", "Makro anlegen"])
    expect(page.locator("#palette-list .choice-preview")).to_contain_text("Status: wartet auf Dritte")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Zähler klären")
    lines = dialog.locator(".macro-lines")
    expect(lines).to_contain_text("Status")
    expect(lines.locator("ins")).to_have_text(
        [re.compile("wartet auf Dritte"), re.compile("hoch"), re.compile("Mira"), re.compile("zaehler")]
    )
    expect(lines.locator("del").first).to_contain_text("neu")
    expect(lines).to_contain_text("bitte nennen Sie uns")
    assert page.evaluate(OVERHANG) == 0
    assert barriers(page) == []
    expect(dialog.get_by_role("button", name="Makro anwenden")).to_be_focused()
    page.keyboard.press("Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("„Zähler klären“ ist angewendet.")
    expect(page.locator("#ticket-head summary").first).to_contain_text("wartet auf Dritte")
    expect(page.get_by_label("Ihre Antwort")).to_have_value(re.compile("Zählernummer"))
    expect(page.locator("#timeline")).to_contain_text("hat Makro „Zähler klären“ angewendet")
    toast.get_by_role("button", name="Alles zurücknehmen").click()
    expect(page.locator(".toast")).to_contain_text("„Zähler klären“ ist zurückgenommen.")
    expect(page.locator("#ticket-head summary").first).to_contain_text("neu")
    expect(page.get_by_label("Ihre Antwort")).to_have_value("Guten Tag Kim Berger,\n\n")
    three[2].refresh_from_db()
    assert (three[2].status, three[2].priority, three[2].assignee, three[2].tags) == ("new", 2, None, [])


def test_later_the_palette_takes_a_macro_back_and_says_what_stays(
    log_in: LogIn, mira: Agent, admin: Agent, three: list[Ticket], clarify: Macro
) -> None:
    page = opened(log_in(mira), three[2])
    page.keyboard.press("M")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Zähler klären")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Makro anwenden").press("Enter")
    expect(page.locator(".toast")).to_contain_text("angewendet")
    actions.change(three[2], actions.Change(priority=4), actor=Actor.agent(admin.pk), at=clock.now())
    page.reload()
    page.keyboard.press("M")
    page.keyboard.type("zurück")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("„Zähler klären“ zurücknehmen")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("außer dem, was seither geändert wurde: Priorität.")


@pytest.mark.parametrize("size", WIDTHS)
def test_the_pages_of_blocks_and_macros_have_a_preview_and_no_barrier(
    log_in: LogIn, mira: Agent, three: list[Ticket], size: dict[str, int]
) -> None:
    page = log_in(mira, **size)
    page.goto("/workspace/settings/blocks/new/")
    page.get_by_label("Titel").fill("Rückruf")
    page.get_by_label("Kürzel", exact=True).fill("rueckruf")
    page.get_by_label("Text auf Deutsch").fill("{{anrede}}\n\nich rufe **morgen** an: {{?Uhrzeit}}")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Guten Tag Kim Berger,")
    expect(preview.locator("strong")).to_have_text("morgen")
    expect(preview).to_contain_text("Vor dem Senden auszufüllen: Uhrzeit")
    assert barriers(page) == []
    page.get_by_role("button", name="Textbaustein anlegen").click()
    page.wait_for_url("**/settings/blocks/")
    page.goto("/workspace/settings/macros/new/")
    page.get_by_label("Name").fill("Rückruf zusagen")
    page.get_by_label("Status").select_option("waiting_internal")
    expect(page.locator("#preview")).to_contain_text("wartet auf Dritte")
    page.locator("#id_block").select_option(label="Rückruf")
    expect(page.locator("#preview")).to_contain_text("ich rufe morgen an")
    assert barriers(page) == []
    page.get_by_role("button", name="Makro anlegen").click()
    page.wait_for_url("**/settings/macros/")
    assert Macro.objects.get().owner == mira
