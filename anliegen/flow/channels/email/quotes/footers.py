"""What machines put below or above somebody's words: footers of programs, disclaimers, the law's lines, warnings."""

import re

from anliegen.flow.channels.email import limits

_BLOCK_LINES = 25

# Whole lines, the link behind them included.
_LINK = r"(?:\s?[<(\[]?(?:https?://|www\.|mailto:)[^\s]{1,200}[>)\]]?)?"
_DEVICE = (
    r"(?:i(?:phone|pad|pod|mac|os)\b|ipad|macbook|apple watch|android|samsung|galaxy|huawei|xiaomi|redmi|wiko|htc\b"
    r"|sony|xperia|nokia"
    r"|windows.?phone|blackberry|motorola|oneplus|fairphone|pixel \d|google pixel|mobiltelefon|handy\b|smartphone"
    r"|tablet"
    r"|mobile (?:phone|device)|mobilen? (?:gerät|endgerät)|téléphone|smartphone|telefoon|telefono|cellulare)"
)
_PROGRAM = (
    r"(?:outlook|yahoo|gmail|gmx|web\.de|proton ?mail|tutanota|tuta\b|k-9|fairemail|thunderbird|mail für windows"
    r"|mail for windows|mail app|mail-app|mailapp|telekom mail|freenet|posteo|blue ?mail|typeapp|spark|sparrow|mailbird"
    r"|mailspring|acompli|edison|aqua mail|nine\b|boxer|em client|apple mail|airmail|newton|canary|libero mail"
    r"|hotmail|aol|t-online|1&1|ionos|magenta)"
)
_FOOTERS = tuple(
    re.compile(pattern + _LINK + r"\s*", re.IGNORECASE)
    for pattern in (
        r"(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:gesendet |verschickt |geschickt )?(?:von|mit)"
        r" (?:meine[mnr]|der|dem|unterwegs)\s.{1,80}?\b(?:gesendet|verschickt|geschickt|geschrieben)[.!]?",
        r"gesendet (?:von|mit|über|via|aus) .{1,80}",
        r"von (?:samsung|yahoo|huawei|outlook|meinem|meiner|unterwegs|iphone|ipad|android).{0,60} (?:gesendet"
        r"|geschrieben)[.!]?",
        r"(?:mobil|unterwegs|von unterwegs) (?:gesendet|geschrieben)[.!]?",
        r"(?:holen sie sich|laden sie sich|hol dir|téléchargez|scarica|download|ottieni|get|obtenir|télécharger)"
        r" outlook .{1,40}",
        r"sent (?:from|via|with|using) (?:my |the |a |an )?(?:i\w+|phone|mobile|[\w-]+ ?(?:phone|mobile|tablet"
        r"|device|iphone)|blackberry|.{0,30}blackberry|.{0,30}smartphone|.{0,30}galaxy.{0,20}|samsung.{0,30}"
        r"|android.{0,30}"
        r"|outlook.{0,30}|yahoo.{0,40}|mail for windows.{0,10}|proton ?mail.{0,40}|typeapp|windows.{0,20}|huawei.{0,20}"
        r"|nokia.{0,20}|wiko.{0,20}|xiaomi.{0,20}|htc.{0,20}|sony.{0,20}|sparrow.{0,20}|acompli|mailbird|mailspring"
        r"|k-9.{0,20}|tutanota.{0,20}|gmail.{0,20}|spark.{0,20}|edison.{0,20}|aqua mail.{0,20}|bluemail.{0,20})[.!]?",
        # Somebody's own joke: short, without a comma, nothing but itself in its paragraph.
        r"sent from (?:my|a|an|the) [\w-]{2,20}(?: [\w-]{1,20}){0,4}",
        r"envoyé (?:de|depuis|à partir de|avec|via) .{1,60}",
        r"(?:inviato d\w{1,4}|inviata d\w{1,4}|verzonden (?:vanaf|met|van|via)|verstuurd (?:vanaf|met|van|via)"
        r"|enviado (?:desde|do meu|a partir)|skickat från|sendt fra|wysłan\w z|odesláno z)\s.{1,60}",
        r"diese (?:e-?mail|nachricht) (?:wurde|ist) .{1,60} (?:viren|malware)[ -]?(?:\w+ )?(?:geprüft|frei"
        r"|gescannt)[.!]?",
        r"(?:this|die) e-?mail (?:and any attachments )?(?:has been|was) (?:checked|scanned) .{1,200}",
        r"(?:virenfrei|virus-free|garanti sans virus)[.!]?(?:\s?www\.\S{1,60})?",
        r"(?:www\.|https?://)(?:www\.)?(?:avast|avg)\.\S{1,100}",
        r"(?:bitte )?(?:denken|prüfen) sie .{0,60}(?:umwelt|ausdruck|drucken).{0,80}",
        r".{0,3}(?:please )?consider the environment .{1,80}",
    )
)
_PLAIN_FOOTER = re.compile(
    rf"(?:gesendet|diese nachricht wurde|von|sent|envoyé|inviato|verzonden|verstuurd|holen sie sich|get)\b.{{0,60}}"
    rf"(?:{_DEVICE}|{_PROGRAM}).{{0,60}}",
    re.IGNORECASE,
)
_DISCLAIMER_START = re.compile(
    r"\W{0,5}(?:diese (?:e-?mail|nachricht|mail|information)|der inhalt dieser|die(?: in dieser)? (?:e-?mail"
    r"|information)|haftungsausschluss|vertraulichkeit|disclaimer|rechtlicher hinweis|wichtiger hinweis|hinweis:"
    r"|achtung:|datenschutz|this (?:e-?mail|message|communication)|the information|confidential|notice:"
    r"|important notice"
    r"|ce (?:message|courriel)|questo messaggio|le informazioni contenute|dit bericht|deze e-?mail|de informatie"
    r"|bitte (?:denken|prüfen) sie.{0,30}(?:umwelt|drucken)|(?:please )?consider the environment"
    r"|sie erhalten diese|um sich (?:vom|von|aus)\b|you (?:are receiving|received|receive) this|vous recevez"
    r"|denken sie an die umwelt|informationen? zum datenschutz|unsere datenschutz)",
    re.IGNORECASE,
)
_DISCLAIMER_WORD = re.compile(
    r"vertraulich|rechtlich geschützt|nicht der (?:richtige|beabsichtigte)|irrtümlich|bestimmt(?:en|e|er)?"
    r" (?:empfänger|adressat)|ausschließlich für den|ausdrucken|drucken|datenschutz(?:hinweis|erklärung|information)"
    r"|verarbeitung ihrer (?:personenbezogenen )?daten"
    r"|confidential|privileged|intended (?:only|solely|recipient|for)|scanned for viruses|confidentiel|destinataire"
    r"|abmelde|abzumelden|abbestell|unsubscribe|désinscri|désabonn|riservat|vertrouwelijk|before printing",
    re.IGNORECASE,
)
_DISCLAIMER_HEADING = re.compile(
    r"\W{0,5}(?:disclaimer|haftungsausschluss|vertraulichkeitshinweis|rechtlicher hinweis|confidentiality notice"
    r"|hinweis"
    r"|wichtiger hinweis|important notice)\s?:?\W{0,5}",
    re.IGNORECASE,
)
# What German law asks companies to write below letters. Two of them make a footer if one is written as there.
_LAW = re.compile(
    r"geschäftsführ(?:er|ung|erin)|vorstand|aufsichtsrat|amtsgericht|registergericht|handelsregister|\bhr[ab]\b"
    r"|ust[.-]?\s?id|umsatzsteuer-?id|steuer-?nr|steuernummer|\bst\.-?nr|sitz der gesellschaft|\bsitz\s?:|\biban\b"
    r"|\bbic\b"
    r"|registered office|company number|komplementär|pers(?:önlich|\.) haft|managing directors?|vertretungsberechtigt",
    re.IGNORECASE,
)
_LAW_AS_WRITTEN = re.compile(
    r"geschäftsführ\w{0,8}\s?:|vorstand\w{0,14}\s?:|\bhr[ab]\b|sitz der gesellschaft|registergericht\s?:|ust[.-]?\s?id"
    r"|handelsregister\s?:|registered (?:office|in)|managing directors?\s?:",
    re.IGNORECASE,
)
_A_PERSON_WRITES = re.compile(r"\b(?:ich|mir|mich|mein\w{0,2}|I|my|je|mon|ik)\b|\?\s*$")
# Put above by the mail server of the sender's house or of another on the way.
_BANNER = re.compile(
    r"\W{0,6}(?:caution|warning|attention|external(?: e-?mail| sender| message)?|achtung|vorsicht|warnung|hinweis"
    r"|extern"
    r"|externe e-?mail|\[extern\w*\])\b.{0,400}",
    re.IGNORECASE | re.DOTALL,
)
_BANNER_WORD = re.compile(
    r"outside (?:of )?(?:the|this|your|our)|external (?:sender|source|e-?mail)|do not click|externen? (?:absender"
    r"|e-?mail|mail|quelle)"
    r"|von (?:außerhalb|extern)|außerhalb (?:der|des|unserer)|keine links|nicht auf links",
    re.IGNORECASE,
)
_BANNER_LINES = 8


def is_program_line(line: str) -> bool:
    """Whether a program is sure to have written this line, wherever it stands."""
    line = line.strip().strip("*_ ")
    return len(line) < 160 and bool(_PLAIN_FOOTER.match(line)) and _is_footer(line) and "," not in line.rstrip(".")


def tail_start(lines: list[str], end: int) -> int:
    """One footer or disclaimer taken off the end; the same `end` when none stands there."""
    last = _last_filled(lines, end)
    if last < 0:
        return end
    if _is_footer(lines[last].strip()[: limits.PATTERN_LINE].strip("*_ ")):
        return last
    first = last
    while first > 0 and lines[first - 1].strip() and last - first < _BLOCK_LINES:
        first -= 1
    # The first paragraph of all is what the mail is about, whatever it sounds like.
    if not any(part.strip() for part in lines[:first]):
        return end
    return _with_heading(lines, first) if _is_small_print(lines[first : last + 1]) else end


def banner_end(lines: list[str]) -> int:
    """How many lines at the top are a mail server's warning; 0 when there is none."""
    first = next((at for at in range(min(3, len(lines))) if lines[at].strip()), -1)
    if first < 0:
        return 0
    end = first
    while end < min(len(lines), first + _BANNER_LINES) and lines[end].strip():
        end += 1
    paragraph = " ".join(line.strip() for line in lines[first:end])[:500]
    has_more = any(line.strip() for line in lines[end : end + 50])
    return end if has_more and _BANNER.match(paragraph) and _BANNER_WORD.search(paragraph) else 0


def _last_filled(lines: list[str], end: int) -> int:
    last = end - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    return last


def _is_footer(line: str) -> bool:
    return len(line) < 240 and any(footer.fullmatch(line) for footer in _FOOTERS)


def _is_small_print(paragraph: list[str]) -> bool:
    text = " ".join(line.strip() for line in paragraph)[:2000]
    if _A_PERSON_WRITES.search(text):
        return False
    if _DISCLAIMER_START.match(text) and _DISCLAIMER_WORD.search(text):
        return True
    return bool(_LAW_AS_WRITTEN.search(text)) and len({found.lower()[:6] for found in _LAW.findall(text)}) >= 2


def _with_heading(lines: list[str], first: int) -> int:
    above = _last_filled(lines, first)
    return above if above > 0 and _DISCLAIMER_HEADING.fullmatch(lines[above][:60]) else first
