"""The small modules: their weight here, what they do in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from anliegen.faces import ui

SCRIPTS = sorted((Path(ui.__file__).parent / "static" / "ui").glob("*.js"))
PAGES = ("", "workspace/", "portal/", "plain/", "error/404/")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_weighs_less_than_three_kilobytes(script: Path) -> None:
    assert script.stat().st_size < 3000


@pytest.fixture
def errors_seen() -> list[str]:
    return []


@pytest.fixture
def screen(chromium: Browser, guide_server: str, errors_seen: list[str]) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=guide_server, locale="de-DE", timezone_id="Europe/Berlin", reduced_motion="reduce"
    )
    page = context.new_page()
    page.on("pageerror", lambda error: errors_seen.append(str(error)))
    page.on("console", lambda line: errors_seen.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    # What the content security policy refuses arrives here too.
    assert [error for error in errors_seen if "status of 404" not in error] == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_no_barrier_and_nothing_sticks_out(screen: Page, guide_server: str, theme: str, width: int) -> None:
    screen.set_viewport_size({"width": width, "height": 800})
    screen.context.add_cookies([{"name": "theme", "value": theme, "url": guide_server}])
    for address in PAGES:
        screen.goto(address)
        found = Axe().run(screen).response["violations"]
        assert [(address, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
        sticking = screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (address, sticking) == (address, 0)


@pytest.mark.browser
def test_the_theme_changes_at_once_and_stays(screen: Page) -> None:
    screen.goto("portal/")
    screen.locator("[data-theme-switch] label", has_text="Dunkel").click()
    expect(screen.locator("html")).to_have_attribute("data-theme", "dark")
    screen.reload()
    expect(screen.locator("html")).to_have_attribute("data-theme", "dark")
    screen.locator("[data-theme-switch] label", has_text="Wie das Gerät").click()
    screen.reload()
    assert screen.locator("html").get_attribute("data-theme") is None


@pytest.mark.browser
def test_the_menu_works_by_keyboard(screen: Page) -> None:
    screen.goto("workspace/")
    menu = screen.locator("details[data-menu]", has_text="Weiterleiten")
    menu.locator("summary").focus()
    screen.keyboard.press("ArrowDown")
    expect(menu.locator(".menu-item").first).to_be_focused()
    screen.keyboard.press("ArrowUp")
    expect(menu.locator(".menu-item").last).to_be_focused()
    screen.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


@pytest.mark.browser
def test_a_click_elsewhere_closes_the_menu(screen: Page) -> None:
    screen.goto("workspace/")
    menu = screen.locator("details[data-menu]", has_text="Weiterleiten")
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    screen.locator("h1").click()
    expect(menu).not_to_have_attribute("open", "")


@pytest.mark.browser
def test_a_key_opens_the_dialog_and_escape_closes_it(screen: Page) -> None:
    screen.goto("")
    screen.evaluate("document.activeElement.blur()")
    screen.keyboard.press("d")
    expect(screen.locator("#sample")).to_be_visible()
    screen.keyboard.press("Escape")
    expect(screen.locator("#sample")).to_be_hidden()
    screen.locator("[data-dialog=sample]").click()
    screen.locator("#sample").get_by_text("Abbrechen").click()
    expect(screen.locator("#sample")).to_be_hidden()


@pytest.mark.browser
def test_keys_do_nothing_while_someone_writes(screen: Page) -> None:
    screen.goto("")
    screen.locator("#id_name").fill("")
    screen.locator("#id_name").press("d")
    expect(screen.locator("#id_name")).to_have_value("d")
    expect(screen.locator("#sample")).to_be_hidden()


@pytest.mark.browser
def test_two_keys_follow_a_link(screen: Page) -> None:
    screen.goto("")
    screen.evaluate("document.activeElement.blur()")
    screen.keyboard.press("g")
    screen.keyboard.press("a")
    expect(screen).to_have_title("Abschlag nach Umzug · Anliegen")


@pytest.mark.browser
def test_slash_goes_to_the_search(screen: Page) -> None:
    screen.goto("workspace/")
    screen.keyboard.press("/")
    expect(screen.locator("input[type=search]")).to_be_focused()
    expect(screen.locator("input[type=search]")).to_have_value("")


@pytest.mark.browser
def test_the_sheet_lists_the_keys(screen: Page) -> None:
    screen.goto("workspace/")
    screen.keyboard.press("?")
    sheet = screen.locator("#shortcuts")
    expect(sheet.locator("dt")).to_contain_text(["Suchen", "Meine", "Antworten", "Weiterleiten"])
    assert "Weiterleiten" in sheet.locator("dt").all_text_contents()
    screen.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


@pytest.mark.browser
def test_a_toast_counts_down_and_its_undo_ends_with_it(screen: Page) -> None:
    began = datetime.now(tz=UTC)
    screen.clock.install(time=began)
    screen.clock.pause_at(began + timedelta(seconds=1))  # else it counts while a slow machine still loads the page
    screen.goto("workspace/")
    toast = screen.locator("#toasts .toast")
    left = toast.evaluate("(one) => Math.ceil((Date.parse(one.dataset.until) - Date.now()) / 1000)")
    expect(toast.locator("[data-countdown]")).to_have_text(f"{left} s")
    screen.clock.run_for(6000)
    expect(toast.locator("[data-countdown]")).to_have_text(f"{left - 6} s")
    screen.clock.run_for((left - 6) * 1000)
    expect(toast.locator("form")).to_have_count(0)
    screen.clock.run_for(3000)
    expect(toast).to_have_count(0)


@pytest.mark.browser
def test_a_toast_can_be_closed(screen: Page) -> None:
    screen.goto("workspace/")
    screen.locator("#toasts [data-dismiss]").click()
    expect(screen.locator("#toasts .toast")).to_have_count(0)


@pytest.mark.browser
def test_a_failed_request_says_so_once_and_stays(screen: Page) -> None:
    screen.goto("workspace/")
    screen.locator("#toasts [data-dismiss]").click()
    for _ in range(2):
        screen.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:responseError', {bubbles: true}))")
    expect(screen.locator("#toasts .toast-broken")).to_have_count(1)


@pytest.mark.browser
def test_times_stay_true_while_the_page_is_open(screen: Page) -> None:
    screen.goto("")
    changed = screen.evaluate("""async () => {
        const times = await import(document.querySelector('script[src*="times.js"]').src);
        const at = new Date("2026-11-24T13:05:00Z");
        const later = (hours) => new Date(at.getTime() + hours * 3600e3);
        return {
            minutes: times.ago(at, later(0.2)),
            hours: times.ago(at, later(3.5)),
            days: times.ago(at, later(24)),
            soon: times.ago(later(1), at),
            today: times.said(at, later(1), false),
            yesterday: times.said(at, later(12), false),
            yesterdayTimed: times.said(at, later(12), true),
            before: times.said(at, later(36), false),
            longAgo: times.said(at, later(900), false),
            tomorrow: times.said(later(24), at, false),
        };
    }""")
    assert changed == {
        "minutes": "vor 12 Min.",
        "hours": "vor 3 Std.",
        "days": None,
        "soon": "in 1 Std.",
        "today": "heute 14:05",
        "yesterday": "gestern",
        "yesterdayTimed": "gestern 14:05",
        "before": "Di 24.11.",
        "longAgo": None,
        "tomorrow": "morgen 14:05",
    }


@pytest.mark.browser
def test_a_page_open_over_midnight_says_yesterday(screen: Page) -> None:
    screen.goto("workspace/")
    row = screen.locator(".row-when time").first
    expect(row.locator("span").first).to_have_text("heute " + (row.text_content() or "")[6:11])
    screen.evaluate("""async () => {
        const times = await import(document.querySelector('script[src*="times.js"]').src);
        times.tick(new Date(Date.now() + 864e5));
    }""")
    expect(row.locator("span").first).to_have_text("gestern")


@pytest.mark.browser
def test_leaving_with_unsaved_words_asks_first(screen: Page) -> None:
    screen.goto("portal/")
    asked = []
    screen.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    screen.locator("textarea").click()
    screen.keyboard.type("Guten Tag")
    screen.goto("plain/")
    assert asked == ["beforeunload"]
    screen.goto("portal/")
    screen.goto("plain/")
    assert asked == ["beforeunload"]


@pytest.mark.browser
def test_the_navigation_opens_on_a_phone(screen: Page) -> None:
    screen.set_viewport_size({"width": 390, "height": 800})
    screen.goto("workspace/")
    expect(screen.locator("#side")).to_be_hidden()
    screen.get_by_role("button", name="Menü").click()
    expect(screen.locator("#side")).to_be_visible()
    screen.keyboard.press("Escape")
    expect(screen.locator("#side")).to_be_hidden()


@pytest.mark.browser
def test_everything_is_readable_without_a_script(chromium: Browser, guide_server: str) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    page.goto(guide_server + "workspace/")
    expect(page.get_by_text("heute", exact=False).first).to_be_visible()
    page.locator("details[data-menu] summary", has_text="Jana").click()
    expect(page.get_by_text("Abmelden")).to_be_visible()
    context.close()
