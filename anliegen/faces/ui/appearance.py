"""How a page looks for this reader: theme, language and time zone."""

from typing import Any

import jinja2
from django.http import HttpRequest
from django.utils import timezone, translation

THEMES = ("light", "dark", "contrast")
COOKIE = "theme"


def chosen_theme(request: HttpRequest) -> str | None:
    """The theme the agent keeps in the profile, else the one this browser chose; None follows the system."""
    user = getattr(request, "user", None)
    kept = getattr(user, "theme", "") if user is not None else ""
    theme = kept or request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else None


@jinja2.pass_context
def theme(context: jinja2.runtime.Context) -> str | None:
    request: Any = context.get("request")
    return chosen_theme(request) if request is not None else None


@jinja2.pass_context
def shortcuts_off(context: jinja2.runtime.Context) -> bool:
    """Whether the agent wants no single-key shortcuts, as with a screen reader or speech input."""
    request: Any = context.get("request")
    return getattr(getattr(request, "user", None), "shortcuts", True) is False


def language() -> str:
    return translation.get_language() or "de"


def text_direction() -> str:
    return "rtl" if translation.get_language_bidi() else "ltr"


def zone() -> str:
    """The name of the active time zone, for the scripts that keep "heute" true."""
    return timezone.get_current_timezone_name()
