"""A customer's request: in which language, to which operator; and how every page of the portal is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.template import engines
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt

from anliegen.faces.portal import errors, origin
from anliegen.faces.portal.contact import contact_of
from anliegen.faces.ui.permissions import open_to_customers
from anliegen.ground import clock
from anliegen.records.accounts.models import Brand, Operator
from anliegen.records.accounts.queries import NotSetUp, the_operator

LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}

P = ParamSpec("P")


@dataclass(frozen=True)
class Visit:
    """One request. `asked` is the language of `?lang=`, carried along in links instead of in a cookie; else empty."""

    request: HttpRequest
    operator: Operator
    language: str
    asked: str
    at: datetime

    def link(self, name: str, *, fragment: str = "", query: Mapping[str, str] | None = None, **kwargs: Any) -> str:
        """The address of a page of the portal, in the language that was asked for."""
        asked = {**(query or {}), **({"lang": self.asked} if self.asked else {})}
        address = reverse(f"portal:{name}", kwargs=kwargs)
        return address + (f"?{urlencode(asked)}" if asked else "") + (f"#{fragment}" if fragment else "")

    def go(self, name: str, **kwargs: Any) -> HttpResponse:
        """After something was done: a page that may be reloaded without doing it again."""
        response = HttpResponseRedirect(self.link(name, **kwargs))
        response.status_code = 303
        return response

    def render(
        self, template: str, context: Mapping[str, Any], *, brand: Brand | None = None, status: int = 200
    ) -> HttpResponse:
        given = {
            **context,
            "contact": contact_of(self.operator, self.at, brand=brand),
            "link": self.link,
            "languages": self._languages(),
            "operator": self.operator,
        }
        response = HttpResponse(engines["jinja2"].get_template(template).render(given, self.request), status=status)
        response.headers["Content-Language"] = self.language
        return response

    def _languages(self) -> list[tuple[str, str, str, bool]]:
        """(code, name, address, is it this one) of each language this page can be read in."""
        return [
            (code, LANGUAGE_NAMES[code], f"{self.request.path}?lang={code}", code == self.language)
            for code, _name in settings.LANGUAGES
        ]


Page = Callable[Concatenate[Visit, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def public(reason: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[Page[P]], View[P]]:
    """A page for everybody, in the language asked for, else the browser's, else the operator's.

    No cookie is set and none is needed: nothing here acts upon who is logged in, so that there is nothing a foreign
    page could borrow. That a form was sent from a page of ours the browser itself says (see `origin`).
    """

    def declare(view: Page[P]) -> View[P]:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return serve(request, methods, lambda visit: view(visit, *args, **kwargs))

        return open_to_customers(reason)(answer)

    return declare


def serve(
    request: HttpRequest, methods: tuple[str, ...], view: Callable[[Visit], HttpResponseBase], *, wish: str = ""
) -> HttpResponseBase:
    """Answer in the right language, or refuse: a wrong method, a foreign page, an instance without an operator.

    `wish` is the language of whoever the page is about; it ranks below `?lang=` and above the browser's.
    """
    allowed = (*methods, "HEAD") if "GET" in methods else methods
    if request.method not in allowed:
        return HttpResponseNotAllowed(allowed)
    try:
        operator = the_operator()
    except NotSetUp:
        return errors.not_set_up()
    asked = _known(request.GET.get("lang", ""))
    language = asked or _known(wish) or _of_browser(request) or operator.default_language
    with translation.override(language):
        if request.method == "POST" and not origin.is_ours(request):
            return errors.foreign_form(request)
        return view(Visit(request, operator, language, asked, clock.now()))


def _known(code: str) -> str:
    return code if code in LANGUAGE_NAMES else ""


def _of_browser(request: HttpRequest) -> str:
    """The first language of the browser that we speak."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return get_supported_language_variant(wanted)
        except LookupError:
            continue
    return ""
