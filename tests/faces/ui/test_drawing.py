"""How pages are drawn: what is written is escaped once, words follow the language, one page has one token."""

import re

import pytest
from django.test import Client
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from anliegen.faces.ui import drawing
from anliegen.faces.ui.environment import url
from anliegen.records.accounts.models import Brand


class Marked(str):
    """Text that says of itself how it is written."""

    def __html__(self) -> str:
        return f"<i>{self}</i>"


@pytest.mark.parametrize(
    "value",
    [
        *("plain", "<b>&'\"", "", Markup("<b>"), 7, True, 1.5, None, Marked("x"), gettext_lazy("Search")),
        *(SimpleLazyObject(lambda: "<b>"), SimpleLazyObject(lambda: Markup("<b>"))),
    ],
)
def test_a_value_is_written_as_markupsafe_would(value: object) -> None:
    assert "".join([drawing.written(value)]) == str(escape(value))


def test_the_language_is_that_in_which_drawing_began_and_afterwards_the_active_one() -> None:
    with translation.override("de"):
        with drawing.in_one_place():
            assert drawing.language() == "de"
            with translation.override("en"), drawing.in_one_place():
                assert drawing.language() == "en"
            assert drawing.language() == "de"
        with translation.override("en"):
            assert drawing.language() == "en"


@pytest.mark.parametrize("number", [0, 7, 2**63 - 1])
def test_an_address_with_a_number_is_what_django_says(number: int) -> None:
    assert url("workspace:reply", number) == reverse("workspace:reply", args=[number])
    assert url("workspace:join", number, 8) == reverse("workspace:join", args=[number, 8])


def test_an_address_follows_the_place_the_site_is_mounted_at() -> None:
    before = url("workspace:ticket", 7)
    kept = get_script_prefix()
    set_script_prefix("/service/")
    try:
        assert url("workspace:ticket", 7) == f"/service{before}"
    finally:
        set_script_prefix(kept)


def test_all_forms_of_a_page_have_one_token_and_the_next_page_another(client: Client, brand: Brand) -> None:
    def tokens() -> set[str]:
        html = client.get("/workspace/login/").content.decode()
        return set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', html))

    first, second = tokens(), tokens()
    assert (len(first), len(second), len(first | second)) == (1, 1, 2)


def test_templates_are_compiled_to_write_that_way() -> None:
    code = drawing.DrawnEnvironment(autoescape=True).compile("{{ value }}", raw=True)
    assert "environment.written(" in code
