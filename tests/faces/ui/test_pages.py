import gzip
import re
from html.parser import HTMLParser

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from anliegen.faces.ui import errors
from anliegen.faces.ui.appearance import chosen_theme
from anliegen.faces.ui.fragments import fragment, page
from anliegen.faces.ui.language import LanguageMiddleware

PAGES = ("", "workspace/", "portal/", "plain/", "error/403/", "error/404/", "error/500/")
pytestmark = pytest.mark.usefixtures("guide")


class Inline(HTMLParser):
    """Collects what a strict content security policy would drop."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or "style" in given or (tag == "script" and not given.get("src")):
            self.found.append(self.get_starttag_text() or tag)
        self.found += [f"{tag} {name}" for name in given if name.startswith(("on", "hx-on"))]
        self.ids += [given["id"]] if given.get("id") else []
        self.addresses += [value for name in ("src", "href", "action") if (value := given.get(name))]


def read(html: str) -> Inline:
    reader = Inline()
    reader.feed(html)
    return reader


@pytest.mark.parametrize("address", PAGES)
def test_a_page_holds_no_inline_style_and_no_inline_script(client: Client, address: str) -> None:
    assert read(client.get(f"/dev/ui/{address}").content.decode()).found == []


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_no_other_origin(client: Client, address: str) -> None:
    addresses = read(client.get(f"/dev/ui/{address}").content.decode()).addresses
    assert [a for a in addresses if re.match(r"(https?:)?//", a)] == []


@pytest.mark.parametrize("address", PAGES)
def test_an_id_stands_once(client: Client, address: str) -> None:
    ids = read(client.get(f"/dev/ui/{address}").content.decode()).ids
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_weighs_little(client: Client, address: str) -> None:
    assert len(gzip.compress(client.get(f"/dev/ui/{address}").content)) < 20_000


def test_a_page_says_its_language_and_its_time_zone(client: Client) -> None:
    german = client.get("/dev/ui/portal/", headers={"Accept-Language": "de"})
    english = client.get("/dev/ui/portal/", headers={"Accept-Language": "en"})
    assert '<html lang="de" dir="ltr" data-zone="Europe/Berlin">' in german.content.decode()
    assert "Mit einem Menschen sprechen" in german.content.decode()
    assert '<html lang="en" dir="ltr" data-zone="Europe/Berlin">' in english.content.decode()
    assert "Talk to a person" in english.content.decode()
    assert english.headers["Content-Language"] == "en"
    assert "Accept-Language" in english.headers["Vary"]


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_browser_keeps_its_theme(client: Client, theme: str) -> None:
    client.cookies["theme"] = theme
    html = client.get("/dev/ui/portal/").content.decode()
    assert f'data-theme="{theme}"' in html.split(">", 2)[1]
    assert f'value="{theme}" checked' in html


def test_an_unknown_theme_follows_the_device(client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    html = client.get("/dev/ui/portal/").content.decode()
    assert "data-theme=" not in html.split(">", 2)[1]
    assert 'value="system" checked' in html


class Reader:
    """An agent as far as a page's looks are concerned."""

    theme = "dark"
    language = "en"


def request_of(user: object, **cookies: str) -> HttpRequest:
    request = RequestFactory().get("/", headers={"Accept-Language": "de"})
    request.COOKIES.update(cookies)
    request.user = user  # type: ignore[assignment]
    return request


def test_the_profile_outranks_the_browser() -> None:
    assert chosen_theme(request_of(Reader(), theme="light")) == "dark"


def test_the_language_of_the_profile_holds_for_the_page_and_no_longer() -> None:
    seen = []

    def view(request: HttpRequest) -> object:
        seen.append((translation.get_language(), timezone.get_current_timezone_name()))
        return errors.not_found(request)

    before = translation.get_language()
    response = LanguageMiddleware(view)(request_of(Reader()))  # type: ignore[arg-type]
    assert seen == [("en", "Europe/Berlin")]
    assert "There is nothing at this address" in response.content.decode()  # type: ignore[attr-defined]
    assert translation.get_language() == before


def test_htmx_gets_the_part_and_a_reload_the_whole(rf: RequestFactory) -> None:
    context = {"title": "T", "happened": "H", "kept": "K", "next": "N", "again": None}
    part = page(rf.get("/", headers={"HX-Request": "true"}), "ui/error.html", context, block="main")
    assert part.content.decode().lstrip().startswith("<h1>T</h1>")
    for headers in ({}, {"HX-Request": "true", "HX-History-Restore-Request": "true"}):
        whole = page(rf.get("/", headers=headers), "ui/error.html", context, block="main", status=422)
        assert whole.content.decode().startswith("<!doctype html>")
        assert whole.status_code == 422
        assert whole.headers["Vary"] == "HX-Request"


def test_a_fragment_needs_a_block_of_that_name() -> None:
    with pytest.raises(KeyError):
        fragment("ui/error.html", "nothing", {})


def test_a_missing_page_says_what_is_safe(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "Ihre Anliegen und Nachrichten sind alle noch da." in response.content.decode()


def test_a_refusal_says_what_to_do(rf: RequestFactory) -> None:
    response = errors.forbidden(rf.get("/"), PermissionDenied())
    assert response.status_code == 403
    assert "Diese Seite ist für Sie nicht freigegeben" in response.content.decode()


def test_an_expired_form_says_that_nothing_was_sent_in_the_readers_language(settings: object) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en", "Referer": "http://testserver/x"})
    response = strict.post("/dev/ui/", {"text": "mine"})
    assert response.status_code == 403
    assert "Nothing was sent and nothing was changed." in response.content.decode()
    assert 'href="http://testserver/x"' in response.content.decode()


def test_a_failure_of_ours_is_reported_without_asking_the_session(rf: RequestFactory) -> None:
    request = rf.get("/x")
    request.COOKIES["theme"] = "dark"
    response = errors.server_error(request)
    assert response.status_code == 500
    assert 'href="/x"' in response.content.decode()
