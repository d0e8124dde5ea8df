"""What looks like personal data whoever it belongs to. Every pattern is bounded, so that no text makes it slow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from anliegen.flow.assist.hiding.ibans import ibans, mistyped

KINDS = ("NAME", "MAIL", "LINK", "IBAN", "NUMBER", "ADDRESS", "BIRTH", "TEXT")
SHAPE = re.compile(rf"\[(?:{'|'.join(KINDS)})_\d{{1,6}}\]")  # of a placeholder
GROWN_UP = 10  # years; a full date as old as that is more likely somebody's birthday than a due day

_WORD = r"[A-ZÄÖÜÇĞİŞÁÉÈÓŁŚŻ][\w'’-]{1,40}"
_NAMES = rf"{_WORD}(?:[ \u00a0](?:(?:von|van|de|der|den|zu|al|el|bin|dos|da)[ \u00a0]){{0,2}}{_WORD}){{0,3}}"
_LINK = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"]{1,2000}|\bwww\.[^\s<>\"]{1,2000}|\b(?:mailto|tel):[^\s<>\"]{1,400}", re.I
)
_MAIL = re.compile(r"[^\s@<>\"',;:()\[\]{}]{1,64}@[^\s@<>\"',;:()\[\]{}]{1,190}\.[^\W\d_]{2,24}")
# The same for people alone: "kim (at) example.org", "kim @ example.org".
_SPOKEN = re.compile(
    r"[\w.+-]{1,64}(?:\s?@\s?|\s{0,2}[\[({]\s?(?:at|ät)\s?[\])}]\s{0,2})[\w-]{1,63}"
    r"(?:(?:\.|\s{0,2}[\[({]\s?(?:dot|punkt)\s?[\])}]\s{0,2})[\w-]{2,63}){1,4}",
    re.I,
)
# What browsers and mail programs make a link of although nothing says so: a host with a path, or of a known end.
_HOST = re.compile(
    r"(?<![\w@.-])(?:[^\W_][\w-]{0,62}[.．。｡]){1,5}(?P<top>[^\W\d_]{2,24})(?!\w)(?P<path>(?::\d{1,5})?[/\\][^\s<>\"]{1,2000})?"
)
_TOPS = frozenset(
    (
        *("de", "com", "net", "org", "eu", "info", "biz", "io", "app", "dev", "me", "co", "uk", "at", "ch", "fr", "pl"),
        *("nl", "es", "tr", "ru", "cn", "su", "xyz", "top", "online", "site", "shop", "link", "click", "live", "tk"),
        *("ml", "ga", "cf", "gq", "ly", "cc", "tv", "ws", "pw", "icu", "vip", "club", "store", "website", "space"),
        *("page", "cloud", "example", "bank", "support", "help", "ua", "cz", "us"),
    )
)
# Any row of six or more digits, whatever parts them: telephones, customers, contracts, meters, cards.
_NUMBER = re.compile(r"(?<![\w])(?:\+|\(\+?)?\d(?:[ \u00a0./()–-]{0,3}\d){5,30}(?!\w)")
_CODE = re.compile(r"\b(?=[A-Z0-9/_-]{0,30}\d{3})(?=[\d/_-]{0,30}[A-Z])[A-Z0-9][A-Z0-9/_-]{4,30}\b", re.I)
_LABELLED = re.compile(
    r"\b(?:kunden|vertrags?|rechnungs?|auftrags?|bestell|mitglieds?|zähler|konto|ausweis|versicherungs?|steuer|personal"
    r"|customer|contract|invoice|order|account|member|meter|müşteri|sözleşme|fatura|abone)[ -]{0,2}"
    r"(?:nummer|nr\.?|no\.?|number|id|kennung|zeichen|numara(?:sı|m)?)[ :]{0,3}(?:(?:lautet|ist|is)[ :]{1,3})?"
    r"(?P<value>[A-Z]{0,6}[ /-]?\d[\dA-Z/._-]{1,30})",
    re.I,
)
# Numbers that a name without the word "number" goes before.
_NAMED = re.compile(
    r"\b(?:vertragskonto|kundenkonto|buchungskonto|kassenzeichen|aktenzeichen|az\."
    r"|(?:kd|kunden|vertr|zähler)\.?[ -]{0,2}nr\.?"
    r"|zähler|ma-?lo(?:-id)?|me-?lo(?:-id)?)[ :#.-]{1,3}(?P<value>[A-Z]{0,6}[ /-]?\d[\dA-Z/._-]{2,30})",
    re.I,
)
_STREET = re.compile(
    r"\b(?:[A-ZÄÖÜ][\wäöüß.'’-]{0,40}[ -]){0,3}[A-ZÄÖÜ]?[\wäöüß.'’-]{0,40}(?:straße|strasse|str\.|weg|platz|allee|gasse"
    r"|ring|damm|ufer|steig|hof|chaussee|markt|Straße|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Hof|Markt)[ \u00a0]"
    r"\d{1,4}(?!\d| ?(?:km|Kilometer|Meter\b|Uhr\b|Euro\b|€|Prozent|%|kWh|Minute|Stunde|Tage|Woche|Monat|Jahr))"
    r"(?:[ ]?[a-zA-Z])?\b(?:[ ]?[-/–][ ]?\d{1,4}[a-z]?)?(?:,?[ \n]{1,2}\d{5}[ \u00a0][A-ZÄÖÜ][\wäöüß-]{1,40})?"
    r"|\b\d{1,4}[a-z]? [A-Z][\w'’-]{1,40}(?: [A-Z][\w'’-]{1,40}){0,2} (?:Street|St|Road|Rd|Avenue"
    r"|Ave|Lane|Drive|Square|Way|Close)\b"
    r"|\b(?:[A-ZÇĞİÖŞÜ][\w'’-]{1,40} ){1,3}(?:Caddesi|Cad\.?|Sokağı|Sokak|Sok\.?|Bulvarı|Mahallesi|Mah\.?)"
    r",? (?:No[:.]? ?)?\d{1,4}"
    r"|\b[A-ZÄÖÜ][\wäöüß.'’-]{0,40}(?:straße|strasse|str\.?|Straße|Str\.?)[ \u00a0]?\d{1,4}[a-zA-Z]?\b"
    r"|\b(?:Am|Im|Zum|Zur|An (?:der|den)|In (?:der|den)|Auf (?:der|dem)|Unter (?:den|der)|Hinter (?:der|dem)"
    r"|Vor (?:der|dem)|Bei der|Straße (?:des|der)|Platz (?:des|der)|Allee der)"
    r"(?! (?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag|Januar|Februar|März|April|Mai|Juni"
    r"|Juli|August|September|Oktober|November|Dezember|Jahr|Alter|Schnitt|Umfang|Preis|Tag))"
    r"(?: (?:\d{1,2}\. )?[A-ZÄÖÜ][\wäöüß-]{1,40}){1,3} \d{1,3}[a-z]?\b"
    r"(?![.,]\d| ?(?:Uhr|Euro|€|Prozent|%|kWh|Tag|Woche|Monat|Jahr)| [A-ZÄÖÜ])"
    r"|\b\d{5}[ \u00a0][A-ZÄÖÜ][\wäöüß-]{1,40}"
)
# At the beginning of a sentence, in capitals like a name: "Die Hauptstraße 5", "In der Hauptstraße 5".
_ARTICLE = re.compile(
    r"(?:(?:An|Auf|Aus|Bei|Für|Gegenüber|Hinter|In|Mit|Nach|Neben|Seit|Über|Um|Unter|Vor|Von|Zu|Zwischen) )?"
    r"(?:der|die|das|dem|den|des|(?:m|s|k)?ein(?:e[mnrs]?)?|(?:unser|ihr|euer)(?:e[mnrs]?)?|diese[mnrs]?)[ \u00a0]",
    re.I,
)
_DATE = re.compile(r"(?<![\d.])(?:(?P<iso>\d{4})-\d{2}-\d{2}|\d{1,2}[./]\s?\d{1,2}[./]\s?(?P<year>\d{4}|\d{2}))(?!\w)")
_MONTH = (
    r"Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|January|February|March|May"
    r"|Jan|Feb|Mär|Mrz|Apr|Jun|Jul|Aug|Sept?|Okt|Oct|Nov|Dez|Dec|June|July|October|December|Ocak|Şubat|Mart|Nisan|Mayıs|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım|Aralık"
)
_WRITTEN_DATE = re.compile(
    rf"(?<![\d.])\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:{_MONTH})\.?\s(?P<year>\d{{4}}|\d{{2}})(?!\w)", re.I
)
_BORN = re.compile(
    r"\b(?:geb\.?|geboren\w{0,2}|geburts\w{0,12}|jahrgang|born|birth\w{0,8}|dob|doğum\w{0,8})\b[^\n]{0,20}$|\*[ ]?$",
    re.I,
)
_INTRODUCED = re.compile(
    rf"(?i:\b(?:herr(?:n|en)?|frau|hr\.?|fr\.|familie|fam\.|eheleute|ehepaar"
    rf"|mr|mrs|ms|miss|mister|sayın|bay|bayan|dr|prof)\b\.?[ \u00a0]"
    rf"(?:(?:dr|prof|med|dipl|ing)\.?[ \u00a0-]?){{0,3}})(?P<title>{_NAMES})"
    rf"|(?i:\b(?:mein|unser)(?:e[mnrs]?)?\s(?:(?:ehe)?mann|ehefrau|sohn|tochter|vater|mutter|bruder|schwester"
    rf"|nachbar(?:in)?|partner(?:in)?|lebensgefährt(?:e|in)|vermieter(?:in)?|mieter(?:in)?)[ \u00a0])"
    rf"(?P<close>{_NAMES})"
    rf"|(?i:\b(?:hallo|liebe[rs]?|moin|servus|merhaba|dear|hi|hello|guten\s(?:tag|morgen|abend))[ \u00a0])"
    rf"(?!Herr|Frau|Familie|Damen|Gr[uü]|Kolleg|Team|Mr|Ms|Sir|Madam)(?P<greeted>{_NAMES})(?=[ ]{{0,2}}(?:[,!\n]|$))"
    rf"|(?i:\b(?:mein name ist|ich hei(?:ß|ss)e|ich bin (?:der|die)|my name is|i am called|i'm called|benim adım|adım"
    rf"|ismim|i\. ?a\.|i\. ?v\.|gez\.)[ \u00a0:]{{1,2}})(?P<said>{_NAMES})"
    r"|(?i:\b(?:mit )?(?:freundliche|beste|liebe|viele|herzliche|schöne)[nmr]?\s(?:grüße|grüßen|gruß|gruss|grüsse"
    r"|grüssen)"
    r"|\b(?:mfg|lg|vg)|\b(?:best|kind|warm) regards|\byours (?:sincerely|faithfully)|\bsincerely|\bsaygılarımla"
    rf"|\bhochachtungsvoll)[,.!]?[ ]{{0,3}}(?:\n[ ]{{0,3}}){{1,3}}(?P<signed>[^\n]{{2,60}})"
)
_COLUMNS = (
    ("LINK", _LINK),
    ("MAIL", _MAIL),
    ("MAIL", _SPOKEN),
    ("NUMBER", _CODE),
)


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` is of this kind."""

    start: int
    end: int
    kind: str


def spans(text: str, today: date) -> Iterator[Span]:
    """All that is found, in no order; one may lie over another."""
    for found in SHAPE.finditer(text):  # what looks like one of our placeholders and is none
        yield Span(found.start(), found.end(), "TEXT")
    yield from (Span(start, end, "IBAN") for start, end in ibans(text))
    yield from (Span(_street(text, found), found.end(), "ADDRESS") for found in _STREET.finditer(text))
    for kind, pattern in _COLUMNS:
        yield from (Span(found.start(), found.end(), kind) for found in pattern.finditer(text))
    yield from (Span(start, end, "NUMBER") for start, end in mistyped(text))
    for found in _HOST.finditer(text):
        top = found["top"]
        if found["path"] or (top.lower() in _TOPS and (top.islower() or top.isupper())):
            yield Span(found.start(), found.end(), "LINK")
    for pattern in (_LABELLED, _NAMED):
        for found in pattern.finditer(text):
            yield Span(found.start("value"), found.end("value"), "NUMBER")
    yield from _dates(text, today)
    days = [(found.start(), found.end()) for found in _DATE.finditer(text)]
    for found in _NUMBER.finditer(text):
        if not any(found.start() >= start and found.end() <= end for start, end in days):
            yield Span(found.start(), found.end(), "NUMBER")
    for found in _INTRODUCED.finditer(text):
        which = found.lastgroup or "title"
        yield Span(found.start(which), found.end(which), "NAME")


def _street(text: str, found: re.Match[str]) -> int:
    """Where the street begins: after an article, unless the name is none without it ("An der Alster 5")."""
    article = _ARTICLE.match(text, found.start(), found.end())
    if article is None or not _STREET.fullmatch(text, article.end(), found.end()):
        return found.start()
    return article.end()


def _dates(text: str, today: date) -> Iterator[Span]:
    for pattern in (_DATE, _WRITTEN_DATE):
        for found in pattern.finditer(text):
            groups = found.groupdict()
            year = int(groups.get("iso") or groups["year"] or 0)
            is_long_ago = 1000 < year <= today.year - GROWN_UP
            if is_long_ago or _BORN.search(text, max(0, found.start() - 40), found.start()):
                yield Span(found.start(), found.end(), "BIRTH")
