"""The customer panel in a real browser: read at a glance, changed where it stands, with the hands on the keyboard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.frames import set_frames
from anliegen.records.accounts.leeway import Limit
from anliegen.records.accounts.models import Agent, ConcessionKind, Role, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Category, Fact, Merge, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Concession, Ticket
from tests.browser.looks import FOUR, Look, barriers, broken, turn
from tests.browser.pages import CUSTOMERS

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
Open = Callable[..., Ticket]


@pytest.fixture
def by(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def fresh(open_ticket: Open, kim_address: Address, billing: Team) -> Ticket:
    at = clock.now() - timedelta(minutes=5)
    return actions.assign(open_ticket(kim_address, at=at), to=billing, actor=SYSTEM, at=at)


@pytest.fixture
def credit(agent_role: Role, admin: Agent) -> ConcessionKind:
    at = clock.now()
    set_frames(agent_role, [Limit("ticket", 2500, "EUR"), Limit("customer_month", 8000, "EUR")], actor=SYSTEM, at=at)
    words = "Wir schreiben Ihnen {amount} gut."
    return accounts.create(ConcessionKind, name="Gutschrift", proposal=words, actor=SYSTEM, at=at)


@pytest.fixture
def known(
    fresh: Ticket, kim: Person, by: Actor, credit: ConcessionKind, mira: Agent, billing: Team, open_ticket: Open
) -> dict[str, Any]:
    """Kim with everything that can be known, a twin, and a merge that was taken back."""
    now = clock.now()
    today = timezone.localtime(now).date()
    year = today + timedelta(days=365)
    at_home = accounts.create(Category, name="Erreichbarkeit", keeps_days=90, actor=SYSTEM, at=now)
    fact = customers.note_fact(
        kim, said="Bitte erst nach 17 Uhr anrufen.", reason="Rückrufe zur guten Zeit", consent_way="spoken",
        consented_on=today, expires_on=year, category=at_home, source=f"message:{fresh.messages.get().pk}", actor=by,
        at=now,
    )  # fmt: skip
    customers.note_moment(kim, kind="bereavement", words="Der Vater ist gestorben.", expires_on=year, actor=by, at=now)
    customers.give_consent(kim, scope="Rückrufe", way="spoken", given_on=today, actor=by, at=now)
    house = customers.put_into_organisation(kim, name="Bäckerei Krume", actor=by, at=now).organisation
    met = customers.meet(kind="email", value="kb@example.net", name="Kim Berger", actor=SYSTEM, at=now)
    actions.assign(open_ticket(met, at=now), to=billing, actor=SYSTEM, at=now)
    for person in (kim, met.person):
        customers.change(person, street="Lange Str. 1", postcode="04109", actor=by, at=now)
    merge = actions.merge_people(met.person, kim, evidence=["same_name"], actor=by, at=now)
    actions.unmerge_people(merge, actor=by, at=now)
    customers.note_bounce(kim.addresses.get(), code="5.1.1", actor=SYSTEM, at=now)
    for cents in (1000, 9000):
        actions.concede(fresh, actions.Wish(credit, cents, "EUR", "Zweimal gewartet"), by=mira, actor=by, at=now)
    return {
        "ticket": fresh.pk, "person": kim.pk, "twin": met.person_id, "merge": merge.pk, "fact": fact.pk,
        "organisation": house.pk if house else 0,
    }  # fmt: skip


def test_axe_finds_no_barrier_on_any_page_of_customers_and_nothing_sticks_out(
    log_in: LogIn, mira: Agent, known: dict[str, Any]
) -> None:
    page = log_in(mira, opens="/workspace/", width=FOUR[0].width)
    for pattern in CUSTOMERS:
        address = pattern.format(**known)
        turn(page, FOUR[0])
        page.goto(address)
        assert (address, broken(page, FOUR)) == (address, [])


def beside(page: Page, ticket: Ticket) -> None:
    """Open a ticket with all that comes into view later."""
    page.goto(f"/workspace/tickets/{ticket.pk}/")
    page.locator("#about").scroll_into_view_if_needed()
    expect(page.locator("#about").get_by_text("Selbst gesagt", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_panel_shows_who_it_is_and_what_everybody_should_know(
    log_in: LogIn, mira: Agent, fresh: Ticket, known: dict[str, Any], width: int
) -> None:
    page = log_in(mira, width=width)
    beside(page, fresh)
    pane = page.locator(".pane-context")
    for words in (
        "Trauerfall", "Der Vater ist gestorben.", "kim@example.org", "Eine E-Mail kam zurück", "nach 17 Uhr anrufen",
        "Letzte Kontakte", "Vielleicht dieselbe Person",
        "noch 15,00\u00a0€ für diesen Vorgang", "wartet auf Freigabe",
    ):  # fmt: skip
        expect(pane.get_by_text(words).first).to_be_attached()
    assert broken(page, [Look(width, dark=False), Look(width, dark=True)]) == []


def test_a_field_is_changed_with_the_keyboard_and_taken_back_by_the_word(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim: Person
) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    row = page.locator(f"#p{kim.pk}-contact_times")
    row.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row.get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("nach 17 Uhr")
    page.keyboard.press("Enter")
    expect(row.get_by_role("link")).to_be_focused()
    expect(row).to_contain_text("nach 17 Uhr")
    page.get_by_role("button", name="Rückgängig").click()
    expect(row).to_contain_text("keine Angabe")
    kim.refresh_from_db()
    assert kim.contact_times == ""


def test_a_change_by_somebody_else_is_shown_in_the_field(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim: Person
) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    row = page.locator(f"#p{kim.pk}-name")
    row.get_by_role("link").click()
    expect(row.get_by_role("textbox")).to_be_visible()  # she reads the name as it was
    customers.change(kim, name="Kim Sá", actor=SYSTEM, at=clock.now())
    row.get_by_role("textbox").fill("Kim Berger-Sá")
    page.keyboard.press("Enter")
    expect(row.get_by_role("alert")).to_contain_text("„Kim Sá“")
    expect(row.get_by_role("textbox")).to_have_value("Kim Berger-Sá")
    row.get_by_role("button", name="Speichern").click()
    expect(row).to_contain_text("Kim Berger-Sá")
    expect(row.get_by_role("textbox")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_fact_is_noted_with_a_warning_about_health_on_the_way(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim: Person, width: int
) -> None:
    accounts.create(Category, name="Zugang", keeps_days=90, actor=SYSTEM, at=clock.now())
    page = log_in(mira, width=width)
    beside(page, fresh)
    page.get_by_role("link", name="Selbst Gesagtes notieren").click()
    form = page.locator("#fact-form")
    form.get_by_label("Im Wortlaut").fill("Ich sitze im Rollstuhl, bitte klingeln Sie lange.")
    form.get_by_label("Wozu wir es behalten").fill("Zeit an der Tür lassen")
    form.get_by_label("Kategorie").select_option("Zugang")
    day = timezone.localtime(clock.now()).date() + timedelta(days=90)
    expect(form.get_by_label("Wird gelöscht am")).to_have_value(day.isoformat())
    form.get_by_role("button", name="Speichern").click()
    expect(form).to_contain_text("Das klingt nach: Gesundheit")
    assert barriers(page, {"runOnly": ["wcag2a", "wcag2aa"]}) == []
    form.get_by_label("Die Person hat ausdrücklich eingewilligt").check()
    form.get_by_role("button", name="Speichern").click()
    expect(page.locator(f"#p{kim.pk}-facts")).to_contain_text("Besondere Kategorie, mit ausdrücklicher")
    assert Fact.objects.get().source == f"message:{fresh.messages.get().pk}"
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator(f"#p{kim.pk}-facts")).not_to_contain_text("Rollstuhl")


def test_an_address_is_preferred_from_its_menu_with_the_keyboard(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim_address: Address
) -> None:
    page = log_in(mira)
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    page.locator(".address summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".address .badge")).to_have_text("bevorzugt")
    kim_address.refresh_from_db()
    assert kim_address.is_preferred is True


def test_what_is_being_noted_stays_when_the_ticket_changes_meanwhile(
    log_in: LogIn, mira: Agent, fresh: Ticket, by: Actor
) -> None:
    page = log_in(mira)
    beside(page, fresh)
    page.get_by_role("link", name="Selbst Gesagtes notieren").click()
    page.locator("#fact-form").get_by_label("Im Wortlaut").fill("Halb fertig")
    page.locator("[data-open=compose-note]").click()
    page.locator("#note textarea").fill("Ableser fragen")
    page.locator("#note button[type=submit]").click()
    expect(page.get_by_text("Ableser fragen").first).to_be_visible()
    expect(page.locator("#fact-form").get_by_label("Im Wortlaut")).to_have_value("Halb fertig")


@pytest.mark.parametrize("width", [1440, 390])
def test_goodwill_is_given_at_once_goes_into_the_answer_and_beyond_the_frame_is_asked_for(
    log_in: LogIn, mira: Agent, admin: Agent, fresh: Ticket, credit: ConcessionKind, width: int
) -> None:
    page = log_in(mira, width=width)
    beside(page, fresh)
    page.locator("#goodwill > summary").click()
    page.locator(".give > summary").click()
    page.get_by_label("Betrag").fill("12,50")
    page.locator("#give-reason").fill("Zweimal gewartet")
    page.get_by_role("button", name="Gewähren oder beantragen").click()
    expect(page.locator("#toasts")).to_contain_text("12,50\u00a0€ sind bewilligt.")
    page.locator("[data-open=compose-reply]").click()
    page.get_by_role("button", name="In die Antwort übernehmen").click()
    expect(page.locator("#id_text")).to_have_value("Guten Tag Kim Berger,\n\nWir schreiben Ihnen 12,50\u00a0€ gut.")
    page.locator(".give > summary").click()
    page.get_by_label("Betrag").fill("60")
    page.locator("#give-reason").fill("Abschlag doppelt abgebucht")
    page.get_by_role("button", name="Gewähren oder beantragen").click()
    expect(page.locator("#toasts")).to_contain_text("Jana Kowalski wird gefragt")
    janas = log_in(admin, opens="/workspace/", width=width)
    janas.keyboard.press("g")
    janas.keyboard.press("r")
    janas.wait_for_url("**/workspace/concessions/")
    janas.get_by_role("button", name="Bewilligen").click()
    expect(janas.get_by_text("Nichts wartet auf eine Entscheidung")).to_be_visible()
    assert sorted(Concession.objects.values_list("cents", "state")) == [(1250, "granted"), (6000, "granted")]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_twin_is_compared_joined_and_parted_again(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim: Person, known: dict[str, Any], width: int
) -> None:
    page = log_in(mira, width=width)
    beside(page, fresh)
    page.get_by_role("link", name="Vergleichen").click()
    expect(page.get_by_text("derselbe Name unter derselben Anschrift")).to_be_visible()
    page.get_by_role("button", name="Ja, dieselbe Person: zusammenführen").click()
    page.wait_for_url(f"**/people/{kim.pk}/")
    expect(page.get_by_text("kb@example.net").first).to_be_visible()
    page.get_by_role("link", name="Wieder trennen").click()
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(f"**/people/{known['twin']}/")
    assert Merge.objects.filter(undone_at=None).count() == 0


def test_from_the_ticket_to_everything_about_the_person_and_to_all_customers(
    log_in: LogIn, mira: Agent, fresh: Ticket, kim: Person
) -> None:
    page = log_in(mira)
    beside(page, fresh)
    page.keyboard.press("C")
    page.wait_for_url(f"**/people/{kim.pk}/")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/workspace/people/")
    expect(page.get_by_role("link", name="Kim Berger")).to_be_visible()


def test_a_preview_of_other_frames_comes_without_leaving_the_table(
    log_in: LogIn, admin: Agent, mira: Agent, fresh: Ticket, credit: ConcessionKind, by: Actor, agent_role: Role
) -> None:
    actions.concede(fresh, actions.Wish(credit, 2000, "EUR", "Gewartet"), by=mira, actor=by, at=clock.now())
    page = log_in(admin)
    page.goto(f"/workspace/settings/leeway/{agent_role.pk}/")
    page.get_by_label("Alle Arten zusammen, je Vorgang").fill("15")
    page.get_by_role("button", name="Vorschau").click()
    expect(page.locator("#leeway-preview")).to_contain_text("1 von 1 Kulanz der letzten 90 Tage hätte eine Freigabe")
    expect(page.locator("#leeway-preview")).not_to_contain_text("Mira")


def test_the_buttons_of_the_panel_do_not_touch_where_colours_are_forced(
    log_in: LogIn, mira: Agent, fresh: Ticket
) -> None:
    page = log_in(mira, width=1440, height=900)
    page.emulate_media(forced_colors="active")  # their edges are drawn then
    page.goto(f"/workspace/tickets/{fresh.pk}/")
    people = page.get_by_role("button", name="Nur Menschen für alle Anliegen").bounding_box()
    edit = page.get_by_role("button", name="Angaben ändern").bounding_box()
    assert people is not None and edit is not None
    down, aside = edit["y"] - people["y"] - people["height"], edit["x"] - people["x"] - people["width"]
    assert max(down, aside) >= 4
