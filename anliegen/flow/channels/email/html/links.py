"""Where a link leads: said beside it when its text names another place, in plain text unless that says the same."""

import re
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml.html import HtmlElement

TARGET = "mail-target"
_HOST = re.compile(r"(?:https?://)?((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})(?=[/:?#\s.,;)]|$)", re.IGNORECASE)
_LONGEST = 80  # characters of an address that is written out
_ENDINGS = "pdf doc docx xls xlsx ppt pptx odt ods zip jpg jpeg png gif txt csv html htm php eml msg ics xml json mp3"
_FILES = frozenset(_ENDINGS.split())
# Where the lines that mail programs write below a mail lead: nobody asks.
_FOOTERS = frozenset({"aka.ms", "go.onelink.me", "overview.mail.yahoo.com", "play.google.com", "apps.apple.com"})
_WEB = ("http", "https")
_SECOND_LEVELS = frozenset({"co", "com", "org", "net", "gov", "ac", "or", "ne", "gv"})


def mark(element: HtmlElement) -> None:
    """Say after a link where it leads, if its text names another place: that is how people are deceived."""
    host = host_of(element.get("href", ""))
    if host is None:
        return
    shown = _shown_host(_words(element))
    if shown is None or _owner(shown) == _owner(host):
        return
    note = etree.SubElement(element.getparent(), "span") if element.getparent() is not None else None
    if note is None:
        return
    note.set("class", TARGET)
    note.text, note.tail = f" → {host}", element.tail
    element.tail = None
    element.addnext(note)


def beside(element: HtmlElement) -> str:
    """What plain text says after a link: its target, short enough to be read, or nothing where the text says it."""
    target = element.get("href", "").strip()
    words = _words(element).strip()
    if not words or ("@" in words and target[:7].lower() == "mailto:"):
        return ""
    if target[:7].lower() == "mailto:":
        address = unquote(target[7:].partition("?")[0])
        return f" <{address}>" if "@" in address and len(address) <= _LONGEST else ""
    host = host_of(target)
    if host is None or host in _FOOTERS or (_plain(words) in _plain(target) and "." in words):
        return ""
    shown = _shown_host(words)
    if shown is not None and _owner(shown) == _owner(host):
        return ""
    return f" <{target}>" if len(target) <= _LONGEST else f" <{host}>"


def host_of(target: str) -> str | None:
    """The host of a web address, lower case; None for anything else."""
    try:
        parts = urlsplit(target.strip()[:2_000])
        host = parts.hostname
    except ValueError:
        return None
    return host.lower() if parts.scheme.lower() in _WEB and host and "." in host else None


def _shown_host(words: str) -> str | None:
    """The host that a link's text names; `rechnung.pdf` names none."""
    found = _HOST.match(words.lstrip("<([ "))
    if found is None:
        return None
    host = found[1].lower()
    names_a_place = found[0].lower().startswith(("http", "www.")) or host.rpartition(".")[2] not in _FILES
    return host if names_a_place else None


def _owner(host: str) -> str:
    """The part of a host that somebody registered, as far as that can be told without a list."""
    labels = host.strip(".").split(".")
    count = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVELS and len(labels[-1]) == 2 else 2
    return ".".join(labels[-count:])


def _words(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext())[:500].split())


def _plain(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address.lower()).rstrip("/")
