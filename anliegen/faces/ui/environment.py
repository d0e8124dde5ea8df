"""The Jinja2 environment of every page: escaping on, translations, and the few functions a template may call."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.templatetags import static as templatetags
from django.urls import reverse
from django.utils import translation
from markupsafe import Markup

from anliegen.faces.ui import drawing
from anliegen.faces.ui.appearance import language, shortcuts_off, text_direction, theme, zone
from anliegen.faces.ui.attributes import attributes
from anliegen.faces.ui.components import Components
from anliegen.faces.ui.dates import ago, duration, exact, said, when
from anliegen.faces.ui.drawing import DrawnEnvironment
from anliegen.faces.ui.fields import drawn_field, form_errors
from anliegen.faces.ui.icons import icon, names
from anliegen.faces.ui.numbers import money, number, percent, size
from anliegen.faces.ui.people import initials, tint
from anliegen.ground.phone import tel

ANY_NUMBER = 8_000_000_000_000_000_001  # one that stands in no route


def environment(*, cache: Path | None = None, **options: Any) -> jinja2.Environment:
    """Made once by Django's template backend. `cache`: a folder of our own for compiled templates, kept over restarts.

    A missing variable is an error and never an empty place on the page: what is optional is passed as None.
    """
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Named apart, so that code of Jinja2's own making is never run in our environment, nor the other way.
        options["bytecode_cache"] = jinja2.FileSystemBytecodeCache(str(cache), "drawn_%s.cache")
    options |= {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = DrawnEnvironment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], **options)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    made.globals |= {"gettext": translated, "_": translated}
    made.globals |= {
        "ago": ago,
        "attributes": attributes,
        "direction": text_direction,
        "drawn_field": drawn_field,
        "duration": duration,
        "exact": exact,
        "form_errors": form_errors,
        "icon": icon,
        "icon_names": names,
        "initials": initials,
        "language": language,
        "money": money,
        "number": number,
        "percent": percent,
        "remembered": (lambda macro: macro) if made.auto_reload else drawing.Remembered,
        "said": said,
        "shortcuts_off": shortcuts_off,
        "size": size,
        "static": static,
        "tel": tel,
        "theme": theme,
        "tint": tint,
        "ui": Components(made),
        "url": url,
        "when": when,
        "zone": zone,
    }
    return made


def translated(text: str, /, **variables: Any) -> Markup:
    """What `_("...")` and `{% trans %}` say: markup, and a format even without variables, as Jinja2's own."""
    spoken = drawing.language()
    return _translated(spoken, text) % variables if variables else _formatted(spoken, text)


@lru_cache(maxsize=8192)
def _translated(_language: str | None, text: str) -> Markup:
    """In the active language. Remembered, because a page asks for hundreds of words and each costs a chain of calls."""
    return Markup(translation.gettext(text))  # noqa: S704 (of our catalogues)


@lru_cache(maxsize=8192)
def _formatted(language: str | None, text: str) -> Markup:
    return _translated(language, text) % {}


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route. Remembered; of those that name a row by its number what stands around it, because
    a page asks for the same kind of address again and again, but seldom for the same row."""
    here = drawing.place()
    if len(args) == 1 and type(args[0]) is int and args[0] >= 0 and not kwargs:
        before, after = _around_a_number(name, here.urlconf, here.prefix)
        return f"{before}{args[0]}{after}"
    return _url(name, args, tuple(kwargs.items()), here.urlconf, here.prefix)


@lru_cache(maxsize=1024)
def _around_a_number(name: str, urlconf: str, prefix: str) -> tuple[str, str]:
    before, _number, after = reverse(name, urlconf=urlconf, args=(ANY_NUMBER,)).rpartition(str(ANY_NUMBER))
    return before, after


@lru_cache(maxsize=8192)
def _url(name: str, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...], urlconf: str, prefix: str) -> str:
    return reverse(name, urlconf=urlconf, args=args, kwargs=dict(kwargs))


def static(path: str) -> str:
    """The address of a file of ours: it stays the same as long as the program runs."""
    return _static(path, settings.STATIC_URL)


@lru_cache(maxsize=1024)
def _static(path: str, _root: str) -> str:
    return templatetags.static(path)
