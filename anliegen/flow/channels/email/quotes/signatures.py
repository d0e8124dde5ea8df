"""Where a signature begins at the end of somebody's own words, footers and disclaimers below it included."""

import re

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.quotes import footers

_MARK = re.compile(r"--\s*|—\s*|–\s*")
_RULE = re.compile(r"\s?(?:_{2,}|-{3,}|—{2,}|–{2,}|={3,}|\*{3,}|[*~·•-](?: [*~·•-]){3,})\s*")
_LIST_WORD = re.compile(
    r"mailing.?list|mailman|listinfo|unsubscribe|abbestellen|austragen|https?://lists?\.", re.IGNORECASE
)
_MARKED_LINES, _EXACTLY_MARKED_LINES = 15, 40
_BLOCK_LINES = 25
_LONG_LINE = 200

_WISHES = (
    r"\s{0,5}(?i:mit (?:[\w,]{3,16} ){1,5}(?:gr(?:ü|ue|u)(?:ß|ss)e?n?|empfehlung(?:en)?|dank)"
    r"|(?:(?:viele|liebe|beste|freundliche|herzliche|schöne|sonnige|nette|ganz)\s(?:und )?){1,3}gr(?:ü|ue)(?:ß|ss)e"
    r"|(?:schönen |lieben |besten |freundlichen |netten |herzlichen )?gru(?:ß|ss)|gr(?:ü|ue)(?:ß|ss)e"
    r"|mfg|mit fr\. gr\.|m\.\s?f\.\s?g\.?|hochachtungsvoll|freundlichst|lg|vg|bg|hg|vlg|glg"
    r"|es grüßt(?: sie| dich| euch)?(?: freundlich)?|i\.\s?a\.|i\.\s?v\.|ppa\.?|im auftrag|in vertretung"
    r"|(?:with )?(?:(?:kind|best|warm|many|kindest) )?regards|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?"
    r"|best wishes|cheers|all the best|(?:many )?thanks|thank you|danke(?:schön)?|(?:vielen |besten |herzlichen )?dank"
    r"|merci"
    r"|(?:bien )?cordialement|bien à vous|(?:sincères |meilleures )?salutations(?: distinguées)?"
    r"|met (?:vriendelijke|hartelijke) groet(?:en)?|mvg|groeten|hartelijke groet(?:en)?"
    r"|cordiali saluti|distinti saluti|un saluto|saludos|pozdrawiam|mvh|med vänlig hälsning|med venlig hilsen)"
)
_FROM_WHERE = r"(?:\s(?:aus|from|von|nach|vom|aus dem)\s.{1,30}?)?"
_NAMELESS_CLOSING = re.compile(_WISHES + _FROM_WHERE + r"[\s,.!]{0,4}")
_CLOSING = re.compile(
    _WISHES + _FROM_WHERE + r"[\s,.!]{0,4}"
    r"(?:[\s,](?:[A-ZÄÖÜ][\w.'’-]{0,30}|von|van|de|der|und|&)){0,4}\s{0,4}"
)
_COMPANY = re.compile(
    r"\bgmbh\b|\be\.\s?v\.|\bmbh\b|\b(?:ag|kg|ohg|se|gbr|ug|eg|ltd|inc|bv|srl|sarl)\b\.?$|stadtwerke|\bgruppe$",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:tel|telefon|phone|mobil|mobile|handy|fax|telefax|fon|e-?mail|mail|web|internet|ust|hrb|hra|iban|durchwahl"
    r"|amtsgericht|geschäftsführ\w{0,8}|vorstand|sitz der|registergericht|steuernummer|tél|téléphone|telefono"
    r"|telefoon|cell)"
    r"\b\s?[.:\-|]|www\.|https?://|@|\bgmbh\b|\be\.\s?v\.|\b(?:ag|kg|ohg|se|gbr)\b$"
    r"|(?:\+|\b0)\d[\d /().–-]{6,}|\b(?:d-)?\d{5}\s[A-ZÄÖÜ]|stra(?:ß|ss)e\s\d|str\.\s?\d",
    re.IGNORECASE,
)
# Contact data that only a block of its own carries, not a letter's sender.
_STRONG = re.compile(
    r"\b(?:tel|telefon|phone|mobil|mobile|fax|telefax|fon|e-?mail|web|tél)\b\s?[.:|]|^\s?[tfme][.:]?\s+\+?[\d(]"
    r"|www\.|https?://"
    r"|^\S{1,60}@\S{1,60}$|\bgmbh\b",
    re.IGNORECASE,
)
# What a customer puts below a name to be found by: that is content.
_CONTENT = re.compile(
    r"kunden-?(?:nr|nummer)|kd\.?-?nr|vertrag|zähler|aktenzeichen|rechnungs|auftrag(?!nehmer)s?-?(?:nr|nummer)"
    r"|versicherungs(?:schein|nummer|nr)|schadens?-?n|^\W{0,3}p\.?\s?s\b|nachtrag|customer (?:no|number)|contract"
    r"|^\W{0,3}anlagen?\b|\?\s*$",
    re.IGNORECASE,
)


def begins_at(lines: list[str]) -> int:
    """The index of the signature's first line; `len(lines)` when there is none."""
    start = len(lines)
    while (earlier := footers.tail_start(lines, start)) < start:
        start = earlier
    marked = _marked(lines, start)
    if marked < start:
        return marked
    below = _below_closing(lines, start)
    return below if below < start else _standing_alone(lines, start)


def _marked(lines: list[str], end: int) -> int:
    """The usual `-- `, its damaged forms, and rules above contact data."""
    below = int(end < len(lines))  # A footer that was taken off already stands below.
    found = end
    for at in range(end - 1, -1, -1):
        line = lines[at]
        if below > _EXACTLY_MARKED_LINES:
            break
        if line == "-- " or (0 < below <= _MARKED_LINES and _MARK.fullmatch(line)):
            found = found if _has_prose(lines[at + 1 : found]) else at
        elif 0 < below <= _MARKED_LINES and _RULE.fullmatch(line[: limits.PATTERN_LINE]):
            has_more = any(above.strip() for above in lines[:at])
            found = at if _belongs_below_a_rule(lines[at + 1 : end], has_more=has_more) else found
        below += bool(line.strip())
    return found


def _has_prose(block: list[str]) -> bool:
    """Whether somebody went on writing below the mark: a closing further down, or what only a concern says."""
    filled = [line[: limits.PATTERN_LINE] for line in block if line.strip()]
    return any(_CLOSING.fullmatch(line[:100]) for line in filled[1:]) or any(_CONTENT.search(line) for line in filled)


def _belongs_below_a_rule(block: list[str], *, has_more: bool) -> bool:
    if _LIST_WORD.search(" ".join(line[:_LONG_LINE] for line in block)):
        return True
    if not has_more:
        return False
    filled = [line for line in block if line.strip()]
    if not filled or any(len(line) > _LONG_LINE for line in filled) or _has_prose(filled):
        return False
    return _looks_like_name(filled[0]) and sum(bool(_CONTACT.search(line)) for line in filled) >= 1


def _below_closing(lines: list[str], end: int) -> int:
    """The block of contact data below a closing and a name. Closing and name are still the sender's own words."""
    floor = max(0, end - _BLOCK_LINES - 15)
    closing = next((at for at in range(end - 1, floor - 1, -1) if _CLOSING.fullmatch(lines[at][:100])), -1)
    if closing < 0:
        return end
    below = [at for at in range(closing + 1, end) if lines[at].strip()]
    names = 0 if _carries_a_name(lines[closing]) else _names(lines, below)
    block = [lines[at][: limits.PATTERN_LINE] for at in below[names:]]
    if not block or len(below) > _BLOCK_LINES or (below and not names and not _carries_a_name(lines[closing])):
        return end
    if any(_CONTENT.search(line) or len(line) > _LONG_LINE for line in block):
        return end
    return below[names] if any(_CONTACT.search(line) for line in block) else end


def _carries_a_name(closing: str) -> bool:
    return not _NAMELESS_CLOSING.fullmatch(closing[:100])


def _names(lines: list[str], below: list[int]) -> int:
    """How many of these lines are a name: the person's, or the company's and the person's."""
    if not below or not _looks_like_name(lines[below[0]]):
        return 0
    if len(below) > 1 and _COMPANY.search(lines[below[0]]):
        person = lines[below[1]]
        return 2 if _looks_like_name(person) and not _CONTACT.search(person) and len(person.split()) <= 4 else 1
    return 1


def _standing_alone(lines: list[str], end: int) -> int:
    """A last paragraph of a name and contact data, without any closing above it."""
    last = end - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    first = last
    while first > 0 and lines[first - 1].strip() and last - first < _MARKED_LINES:
        first -= 1
    above = next((lines[at].strip() for at in range(first - 1, max(-1, first - 5), -1) if lines[at].strip()), "")
    block = [line[: limits.PATTERN_LINE] for line in lines[first : last + 1]]
    if len(block) < 3 or not above or above.endswith(":") or not _looks_like_name(block[0]) or _has_prose(block):
        return end
    return first if sum(bool(_STRONG.search(line)) for line in block) >= 2 else end


def _looks_like_name(line: str) -> bool:
    return len(line) < 60 and not any(character.isdigit() or character in "@:<>|" for character in line)
