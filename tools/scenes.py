"""What the pictures show: a page, what somebody does there before it is taken, and a line about it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

ALL = ("", "-dark", "-phone", "-dark-phone")
DESK = ("",)


def nothing(page: Page) -> None:
    """The page as it opens."""


@dataclass(frozen=True)
class Scene:
    """One picture. In its address `{ticket}` and `{status}` stand for the concern that is shown."""

    name: str
    words: str
    address: str
    act: Callable[[Page], None] = nothing
    sizes: tuple[str, ...] = DESK
    who: str = "agent"  # or nobody, or admin


def _write(page: Page) -> None:
    page.keyboard.press("r")
    page.locator("#compose-reply [data-write]").fill(  # in the place of what an earlier picture left there as a draft
        "leider müssen wir Ihnen mitteilen, dass eine Bearbeitung Ihres Antrages derzeit nicht erfolgen kann. "
        "Sie haben den Zählerstand nicht übermittelt. Wir melden uns bis Freitag."
    )


def _check_wording(page: Page) -> None:
    _write(page)
    page.locator("[data-wording] summary").click()
    page.locator(".wording-found li, .wording-found p").first.wait_for()
    page.locator("[data-wording]").scroll_into_view_if_needed()


def _promise(page: Page) -> None:
    _write(page)
    page.locator("#promises-offered input[type=checkbox]").first.wait_for()
    page.locator("#promises-offered").scroll_into_view_if_needed()


def _note(page: Page) -> None:
    page.keyboard.press("n")
    page.keyboard.type("@")
    page.locator("#compose-note [role=option]:visible").first.wait_for()


def _goodwill(page: Page) -> None:
    page.get_by_text("Kulanz gewähren").first.click()


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("wieder")
    page.wait_for_timeout(600)


def _keys(page: Page) -> None:
    page.keyboard.press("?")


def _many(page: Page) -> None:
    for _line in range(4):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.keyboard.press("B")
    page.locator("#many-dialog select[name=priority]").select_option("3")
    page.wait_for_timeout(900)


def _put_aside(page: Page) -> None:
    page.keyboard.press("h")
    page.locator("#snooze-when").fill("Di 9 Uhr")
    page.wait_for_timeout(700)


def _written_about_three_things(page: Page) -> None:
    """Three customers write: about something known, about something that nobody foresaw, and about both."""
    lane = page.url
    for name, subject, text in (
        ("Anna Brandt", "Umzug", "Ich ziehe zum 1. Dezember um. Wie melde ich den Umzug an?"),
        ("Kim Ono", "Lichterketten", "Verkaufen Sie auch gebrauchte Lichterketten für den Hof unseres Vereins?"),
        ("Lea Grün", "Balkon", "Wer putzt eigentlich die Scheiben am Wartehäuschen vor Ihrem Haus?"),
    ):
        page.goto(lane.split("/workspace/")[0] + "/anliegen/neu/")
        given, family = name.split()
        page.fill("[name=given_name]", given)
        page.fill("[name=family_name]", family)
        page.fill("[name=email]", f"{given.lower()}@kundschaft.example")
        page.fill("[name=subject]", subject)
        page.fill("[name=text]", text)
        page.locator("form[data-once] .button-primary").click()
        page.wait_for_load_state("load")
    for _look in range(24):  # until it is sorted, which a busy machine takes its time for
        page.wait_for_timeout(5_000)
        page.goto(lane)
        if page.locator(".row-link").count() >= 3:
            break
    page.wait_for_timeout(400)


def _open_the_first(page: Page) -> None:
    page.locator(".row-link").filter(has_text="Umzug").first.click()
    page.locator(".decision-asked").first.wait_for()
    page.wait_for_timeout(400)


def _preview(page: Page) -> None:
    page.get_by_role("link", name="Störungen ans Netz").click()
    page.get_by_role("link", name="Zeigen, was sie berührt hätte").click()
    page.wait_for_load_state("load")
    page.wait_for_timeout(400)


LANE = "/workspace/?view=unplaced"

SCENES = (
    Scene("portal", "What customers see first.", "/", sizes=ALL, who="nobody"),
    Scene("status", "How a concern stands, for the one who wrote.", "{status}", sizes=ALL, who="nobody"),
    Scene("login", "The login.", "/workspace/login/", sizes=ALL, who="nobody"),
    Scene("workspace", "The inbox with its views and their counts.", "/workspace/?view=open", sizes=ALL),
    Scene("ticket", "A concern in three panes: list, conversation, customer.", "{ticket}", sizes=ALL),
    Scene("wording", "Help with wording: what reads badly, and a better proposal.", "{other}", _check_wording),
    Scene("promise", "What an answer promises is noticed below it.", "{other}", _promise, ("", "-phone")),
    Scene("note", "A note asks a colleague in.", "{other}", _note),
    Scene("decline", "A no done well: decision, reason, rule, alternatives, objection.", "{bare}decline/"),
    Scene("leeway", "Goodwill within one's own frame.", "{bare}concessions/", _goodwill),
    Scene("promises", "What was promised, by when it is due.", "/workspace/promises/"),
    Scene("due", "Why it is due then.", "{bare}due/"),
    Scene("snooze", "Putting aside: words, and what was understood.", "{ticket}", _put_aside, ("", "-dark")),
    Scene("palette", "The palette: every action, with its key.", "{ticket}", _palette, ("", "-dark")),
    Scene("keys", "The sheet of keys.", "{ticket}", _keys),
    Scene("search", "Search with the line that matches.", "/workspace/search/?q=Abschlag", sizes=("", "-phone")),
    Scene("filter", "A list narrowed by choosing.", "/workspace/filter/?view=open"),
    Scene("many", "Many at once: what changes is shown before.", "/workspace/?view=open", _many),
    Scene("customers", "All that is known of a customer.", "{person}"),
    Scene("lane", "What fits no category waits for a person.", LANE, _written_about_three_things, ("", "-phone")),
    Scene("decision", "Automation asks, says why and how sure it is; a person decides.", LANE, _open_the_first),
    Scene(
        "register", "How automation is used, for everybody to read.", "/automatik/", sizes=("", "-phone"), who="nobody"
    ),
    Scene("topics", "What concerns are about, as a tree.", "/workspace/settings/topics/", who="admin"),
    Scene("learnt", "What was learnt, from what, and how far it may go.", "/workspace/settings/learnt/", who="admin"),
    Scene(
        "rule",
        "What a rule would have touched, before it does anything.",
        "/workspace/settings/rules/",
        _preview,
        who="admin",
    ),
    Scene("settings", "Settings, in the browser.", "/workspace/settings/", who="admin"),
    Scene("targets", "Response targets by team, topic and priority.", "/workspace/settings/targets/", who="admin"),
)
