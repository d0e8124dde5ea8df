"""Where a signature, a footer or a disclaimer begins at the end of somebody's own words."""

import re

from anliegen.flow.channels.email import limits

_MARK = re.compile(r"--\s*|—\s*|–\s*")
_LIST_MARK = re.compile(r"_{2,}\s*")
_LIST_WORD = re.compile(
    r"mailing.?list|mailman|listinfo|unsubscribe|abbestellen|austragen|https?://lists?\.", re.IGNORECASE
)
_MARKED_LINES, _EXACTLY_MARKED_LINES = 15, 40
_BLOCK_LINES = 25

# Footers that programs add. Whole lines, the link behind them included.
_LINK = r"(?:\s?[<(\[]?(?:https?://|www\.|mailto:)[^\s]{1,200}[>)\]]?)?"
_FOOTERS = tuple(
    re.compile(pattern + _LINK + r"\s*", re.IGNORECASE)
    for pattern in (
        r"(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:gesendet |verschickt |geschickt )?(?:von|mit)"
        r" (?:meine[mnr]|der|dem|unterwegs)"
        r"\s.{1,80}?\b(?:gesendet|verschickt|geschickt|geschrieben)[.!]?",
        r"gesendet (?:von|mit|über|via|aus) .{1,80}",
        r"von (?:samsung|yahoo|huawei|outlook|meinem|meiner).{1,60} gesendet[.!]?",
        r"(?:holen sie sich|laden sie sich|hol dir) outlook .{1,40}",
        r"(?:get|download) outlook for .{1,40}",
        r"sent (?:from|via|with|using) (?:my |the |a |an )?(?:i\w+|phone|mobile|[\w-]+ ?(?:phone|mobile|tablet"
        r"|device|iphone)"
        r"|blackberry|.{0,30}blackberry|.{0,30}smartphone|.{0,30}galaxy.{0,20}|samsung.{0,30}|android.{0,30}"
        r"|outlook.{0,30}|yahoo.{0,40}"
        r"|mail for windows.{0,10}|proton ?mail.{0,40}|typeapp|windows.{0,20}|huawei.{0,20}|nokia.{0,20}"
        r"|htc.{0,20}|sony.{0,20}"
        r"|sparrow.{0,20}|acompli|mailbird|mailspring|k-9.{0,20}|tutanota.{0,20}|gmail.{0,20}|spark.{0,20}"
        r"|edison.{0,20})[.!]?",
        r"envoyé (?:de|depuis|à partir de|avec) .{1,60}",
        r"(?:inviato da|verzonden (?:vanaf|met|van)|verstuurd vanaf|enviado (?:desde|do meu)|skickat från"
        r"|sendt fra|wysłane z) .{1,60}",
        r"diese (?:e-?mail|nachricht) wurde von .{1,40} auf viren geprüft[.!]?",
        r"this e-?mail (?:has been|was) (?:checked|scanned) .{1,60}",
        r"(?:virenfrei|virus-free)[.!]?(?:\s?www\.\S{1,60})?",
        r"(?:www\.|https?://)(?:www\.)?(?:avast|avg)\.\S{1,100}",
    )
)
_DISCLAIMER_START = re.compile(
    r"\W{0,5}(?:diese (?:e-?mail|nachricht|mail|information)|der inhalt dieser|die(?: in dieser)? (?:e-?mail"
    r"|information)|haftungsausschluss"
    r"|vertraulichkeit|disclaimer|rechtlicher hinweis|wichtiger hinweis|hinweis:|this (?:e-?mail|message"
    r"|communication)|the information"
    r"|confidential|notice:|important notice|ce (?:message|courriel)|bitte (?:denken|prüfen)"
    r" sie.{0,30}(?:umwelt|drucken)"
    r"|(?:please )?consider the environment|denken sie an die umwelt)",
    re.IGNORECASE,
)
_DISCLAIMER_WORD = re.compile(
    r"vertraulich|rechtlich geschützt|nicht der (?:richtige|beabsichtigte)|irrtümlich|bestimmt(?:en|e|er)?"
    r" (?:empfänger|adressat)|ausdrucken"
    r"|confidential|privileged|intended (?:only|solely|recipient|for)|confidentiel|destinataire|before"
    r" printing|drucken",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\s{0,5}(?:mit (?:freundlichen?|freundlichem|besten|herzlichen|vielen|lieben|kollegialen"
    r"|sonnigen)\s(?:grü(?:ß|ss)en?|gru(?:ß|ss))"
    r"|(?:viele|liebe|beste|freundliche|herzliche|schöne|sonnige|nette)\s(?:grü(?:ß|ss)e|grüsse)|(?:schönen"
    r"|lieben|besten)? ?gru(?:ß|ss)"
    r"|mfg|lg|vg|m\. ?f\. ?g\.?|hochachtungsvoll|es grüßt(?: sie)?|i\. ?a\.|im auftrag"
    r"|(?:kind|best|warm|many)? ?regards|(?:yours )?(?:sincerely|faithfully|truly)|best wishes|cheers|all the"
    r" best"
    r"|(?:bien )?cordialement|bien à vous|salutations|met vriendelijke groeten?|cordiali saluti|distinti"
    r" saluti|saludos)"
    r"(?:\s(?:aus|from|von)\s.{1,30})?[\s,.!]{0,4}",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:tel|telefon|phone|mobil|mobile|handy|fax|telefax|fon|e-?mail|web|internet|ust|hrb|hra|iban"
    r"|amtsgericht|geschäftsführ\w{0,8}"
    r"|vorstand|sitz der|registergericht|steuernummer)\b\s?[.:\-|]|www\.|https?://|@|\bgmbh\b|\be\.\s?v\."
    r"|\b(?:ag|kg|ohg|se|gbr)\b$"
    r"|(?:\+|\b0)\d[\d /()-]{6,}|\b(?:d-)?\d{5}\s[A-ZÄÖÜ]|stra(?:ß|ss)e\s\d|str\.\s?\d",
    re.IGNORECASE,
)
# What a customer puts below a name to be found by: that is content.
_CONTENT = re.compile(
    r"kunden-?(?:nr|nummer)|kd\.?-?nr|vertrag|zähler|aktenzeichen|rechnungs|auftrag|versicherungs|schadens?n"
    r"|^\W{0,3}p\.?\s?s\b|nachtrag",
    re.IGNORECASE,
)


def begins_at(lines: list[str]) -> int:
    """The index of the signature's first line; `len(lines)` when there is none."""
    end = len(lines)
    start = end
    while True:
        earlier = _tail_start(lines, start)
        if earlier == start:
            break
        start = earlier
    marked = _marked(lines, start)
    if marked < start:
        return marked
    return min(start, _below_closing(lines, start))


def _tail_start(lines: list[str], end: int) -> int:
    """One footer or disclaimer taken off the end; the same `end` when none stands there."""
    last = end - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    if last < 0:
        return end
    line = lines[last].strip()[: limits.PATTERN_LINE]
    if len(line) < 160 and any(footer.fullmatch(line.strip("*_ ")) for footer in _FOOTERS):
        return last
    first = last
    while first > 0 and lines[first - 1].strip() and last - first < _BLOCK_LINES:
        first -= 1
    paragraph = " ".join(part.strip() for part in lines[first : last + 1])[:2000]
    # The first paragraph of all is what the mail is about, whatever it sounds like.
    is_first = not any(part.strip() for part in lines[:first])
    if not is_first and _DISCLAIMER_START.match(paragraph) and _DISCLAIMER_WORD.search(paragraph):
        return first
    return end


def _marked(lines: list[str], end: int) -> int:
    """The usual `-- ` and its damaged forms."""
    below = 0
    found = end
    for at in range(end - 1, -1, -1):
        line = lines[at]
        if below > _EXACTLY_MARKED_LINES:
            break
        if line == "-- " or (_MARK.fullmatch(line) and 0 < below <= _MARKED_LINES):
            found = at
        elif _LIST_MARK.fullmatch(line) and 0 < below <= _MARKED_LINES:
            footer = " ".join(part[:200] for part in lines[at:end])
            found = at if _LIST_WORD.search(footer) else found
        below += bool(line.strip())
    return found


def _below_closing(lines: list[str], end: int) -> int:
    """The block of contact data below a closing and a name. Closing and name are still the sender's own"
    " words."""
    floor = max(0, end - _BLOCK_LINES - 15)
    closing = next((at for at in range(end - 1, floor - 1, -1) if _CLOSING.fullmatch(lines[at][:100])), -1)
    if closing < 0:
        return end
    below = [at for at in range(closing + 1, end) if lines[at].strip()]
    if len(below) < 2 or len(below) > _BLOCK_LINES or not _looks_like_name(lines[below[0]]):
        return end
    block = [lines[at][: limits.PATTERN_LINE] for at in below[1:]]
    if any(_CONTENT.search(line) or len(line) > 200 for line in block) or not any(
        _CONTACT.search(line) for line in block
    ):
        return end
    return below[1]


def _looks_like_name(line: str) -> bool:
    return len(line) < 60 and not any(character.isdigit() or character in "@:" for character in line)
