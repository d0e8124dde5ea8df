"""A mail as it was designed, for a frame of its own: its styles, tables and colours, and still nothing that acts.

Made when somebody asks for it, from the mail as it came: so there is no second copy, and older mails gain by a better
cleaner. The frame itself runs no script and fetches nothing that its page does not allow.
"""

import re

import nh3
from lxml import etree
from lxml.html import HTMLParser

from anliegen.flow.channels.email import bodies, limits, mime
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import cleaned, links, styles, tree
from anliegen.flow.channels.email.sealed.keys import Keys, no_keys

_NUMBERS = {"border": 100, "cellpadding": 100, "cellspacing": 100, "size": 7, "start": 1_000_000}
_LENGTH = re.compile(r"\d{1,4}(?:px|%)?")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|[a-z]{3,20}", re.IGNORECASE)
_NAMES = re.compile(r"[\w -]{1,200}")
_FACE = re.compile(r"[\w ,'-]{1,200}")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]{1,2000000}")
_ALIGNED = {"left", "right", "center", "justify", "top", "middle", "bottom", "baseline"}
_COLOURED = ("bgcolor", "color", "text")


def look(raw: bytes, *, keys: Keys = no_keys) -> str | None:
    """The whole mail as HTML; None when it has no look of its own. Pictures wait as in `cleaned`."""
    defects = Defects()
    body = bodies.read(mime.split(raw, defects), defects, keys=keys)
    if not any(segment.html for segment in body.segments):
        return None
    return "\n".join(
        of_html(segment.html) if segment.html else cleaned.from_text(segment.plain or "") for segment in body.segments
    )


def of_html(markup: str) -> str:
    """One HTML part; what is too deep or too large as its text."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    too_deep = any("Excessive depth" in str(entry.message) for entry in parser.error_log)
    if root is None or too_deep or sum(1 for _element in root.iter()) > limits.HTML_ELEMENTS:
        return cleaned.clean(tree.parse(markup, Defects()))
    sheets = [element.text or "" for element in root.iter("style")][:50]
    around = _of_the_body(root)
    for element in list(root.iter("a")):
        links.mark(element)
        target = element.get("href", "")[:500] if links.host_of(element.get("href", "")) else ""
        element.set("title", target)
    for element in list(root.iter("img")):
        source = element.get("src", "").strip()
        tree.block_picture(element)
        if _PICTURE.fullmatch(source):
            element.set("data-own", source)
    inside = _cleaner.clean(etree.tostring(root, method="html", encoding="unicode", with_tail=False))
    sheet = styles.sheet("\n".join(sheets))
    return f"<style>{sheet}</style>\n<div{around}>{inside}</div>" if sheet else f"<div{around}>{inside}</div>"


def _of_the_body(root: etree._Element) -> str:
    """What the page itself looked like stands on the element around it."""
    body = root.find("body")
    if body is None:
        return ""
    colours = (("background-color", body.get("bgcolor", "")), ("color", body.get("text", "")))
    given = [f"{name}: {colour}" for name, colour in colours if _COLOUR.fullmatch(colour)]
    style = "; ".join([*given, styles.declarations(body.get("style", ""))]).strip("; ").replace('"', "'")
    names = body.get("class", "")
    kept = f' class="{names}"' if _NAMES.fullmatch(names) else ""
    return f'{kept} style="{style}"' if style else kept


def _filter(tag: str, name: str, value: str) -> str | None:
    """Only values that can mean nothing but what they say."""
    if name == "style":
        return styles.declarations(value) or None
    if name in ("class", "id"):
        return value if _NAMES.fullmatch(value) else None
    if name in ("width", "height"):
        return value if _LENGTH.fullmatch(value.strip()) else None
    if name in _COLOURED:
        return value if _COLOUR.fullmatch(value.strip()) else None
    if name in ("align", "valign"):
        return value.lower() if value.lower() in _ALIGNED else None
    if name == "face":
        return value if _FACE.fullmatch(value) else None
    if name in _NUMBERS:
        return value if value.isascii() and value.isdigit() and int(value[:9]) <= _NUMBERS[name] else None
    if name == "data-own":
        return value if _PICTURE.fullmatch(value) else None
    if name in ("title", "nowrap"):
        return value
    return cleaned.filter_attribute(tag, name, value)


_SIZED = {"width", "height", "align", "valign", "bgcolor"}
_cleaner = nh3.Cleaner(
    tags=set(cleaned.KEPT) | {"font", "article", "aside", "footer", "header", "main", "nav", "hgroup"},
    clean_content_tags=set(cleaned.SWALLOWED),
    attributes={
        "*": {"class", "id", "dir", "lang", "style"},
        "a": {"href", "title"},
        "img": {"alt", "width", "height", "border", "align", "data-src", "data-cid", "data-own"},
        "table": {*_SIZED, "border", "cellpadding", "cellspacing"},
        **{name: {*_SIZED, "colspan", "rowspan", "nowrap"} for name in ("td", "th")},
        **dict.fromkeys(("tr", "tbody", "thead", "tfoot", "col", "colgroup", "p", "div", "hr"), _SIZED),
        **{name: {"align"} for name in ("h1", "h2", "h3", "h4", "h5", "h6")},
        "font": {"color", "face", "size"},
        "ol": {"start"},
    },
    attribute_filter=_filter,
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto", "tel"},
)
