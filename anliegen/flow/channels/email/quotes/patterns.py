"""How mail programs introduce what they quote: attribution lines, header blocks, separators. German first.

Patterns see joined lines of at most a few hundred characters; none of them can take more than linear time in that.
"""

import re

# "> quoted", but neither "-> see" nor ">>> buy now <<<" nor the ">From" of an mbox.
QUOTED = re.compile(r" {0,3}>(?!From )(?![^<]*<<)")
# Over 5,000 of something is no quote if it stands alone.
MORE_THAN = re.compile(r" {0,3}>\s?=?\s?\d")

VERB = (
    r"(?:schrieb(?:en)?|geschrieben|wrote|writes|sent|a écrit|écrivait|ha scritto|scrisse|schreef|geschreven"
    r"|escribió"
    r"|escreveu|skrev|napisał(?:\(a\))?|napsal(?:\(a\))?|kirjoitti|írta|yazdı|пишет|написал(?:а)?)"
)
_MAIL = r"<?(?:mailto:)?[^\s<>()\[\]\"]{1,100}@[^\s<>()\[\]\"]{1,100}>?"
_TIME = r"\d{1,2}\s?[:.h]\s?\d{2}"

# `Am ... schrieb ...:` and its like; a digit is asked for separately.
DATED = re.compile(
    rf"(?:Am|On|Le|Il|In data|Op|El|Em|Den|På|Dne|W dniu|Dnia|Zu|At)\s.{{2,300}}?\b{VERB}\b.{{0,200}}?[:：]",
    re.IGNORECASE,
)
# `... hat Name <mail> Folgendes geschrieben:`, `pe 20. lokakuuta 2017 klo 17.50 Name <mail> kirjoitti:`
DATED_WITH_MAIL = re.compile(r".{0,200}?" + _MAIL + r".{0,80}?\b" + VERB + r"\b.{0,80}?[:：]", re.IGNORECASE)
# `tir. 18. apr. 2017 kl. 13:09 skrev Name <mail>:`
VERB_THEN_MAIL = re.compile(rf".{{0,120}}?\d.{{0,120}}?\b{VERB}\b.{{1,150}}?{_MAIL}[\s>\])]{{0,5}}[:：]", re.IGNORECASE)
# `24.11.2026, 16:32, "Name" <mail>:` and `2026-11-24 16:32 GMT+01:00 Name <mail>:`
VERBLESS = re.compile(r"(?=.{0,80}" + _TIME + r").{6,260}?" + _MAIL + r"[\s>\])]{0,5}[:：]")
# `Name <mail> schrieb am 22.11.2026 um 10:15:`
NAME_FIRST = re.compile(
    r"[\"'„<]?[A-ZÄÖÜ<].{0,150}?\b(?:schrieb|schrieben|wrote|a écrit)\s(?:am|on|at|le"
    r"|in)\s.{0,30}?\d.{0,80}?[:：]",
    re.IGNORECASE,
)
# `Zitat von Name <mail>:`
CITATION = re.compile(r"(?:Zitat von|Quoting|Citando|Citation de)\s.{1,150}[:：]", re.IGNORECASE)
# `Name schrieb:`, believed only before quoted lines
UNDATED = re.compile(r".{1,150}\b" + VERB + r"\b.{0,60}[:：]", re.IGNORECASE)
# Somebody tells what was written: `Am 12.3. schrieb ich Ihnen bereits:`
_TELLER = re.compile(
    r"\bschrieb(?:en)?\s+(?:ich|mir|wir|uns|sie|er|ihr\w{0,2}|mein\w{0,2}|unser\w{0,2}|man|jemand|der|die|das"
    r"|ein\w{0,2})\b"
    r"|\b(?:habe|haben|hatte|hatten|wurde)\s.{0,80}geschrieben\b|^On\b.{0,80}\bI (?:wrote|sent)\b",
    re.IGNORECASE,
)
ADDRESS_LINE = re.compile(r"<?[^\s<>]{1,100}@[^\s<>]{1,100}>?")
VERB_LINE = re.compile(VERB + r"\s*[:：]", re.IGNORECASE)

_FIELDS = {
    "from": "von|from|de|da|van|från|fra|od|lähettäjä|от|absender|expéditeur|remitente",
    "sent": "gesendet|gesendet am|sent|date|datum|envoyé|envoyé le|inviato|data|verzonden|skickat|sendt|dato"
    "|wysłano"
    "|lähetetty|enviado|enviado el|fecha|отправлено|дата|datum/uhrzeit",
    "to": "an|to|à|a|aan|till|til|do|para|vastaanottaja|кому|empfänger|destinataire|pour",
    "cc": "cc|kopie|kopie an|copie|copie à|copia|cc an|bcc|kopia",
    "subject": "betreff|betr|subject|objet|oggetto|onderwerp|ämne|emne|temat|aihe|asunto|assunto|тема",
    "other": "priorität|wichtigkeit|importance|priority|reply-to|antwort an|anlagen|attachments|organisation"
    "|importance",
}
FIELD_KINDS = {name: kind for kind, names in _FIELDS.items() for name in names.split("|")}
FIELD = re.compile(r"[\s*_|]{0,12}([A-Za-zÀ-ÿа-яА-Я][A-Za-zÀ-ÿа-яА-Я/ -]{0,20}?)[\s*_|]{0,3}[:：][\s*_|]{0,3}(.*)")

_MESSAGE = (
    r"(?:nachricht|message|mail|e-mail|besked|meddelelse|bericht|messaggio|mensaje|mensagem|wiadomość"
    r"|meddelande|viesti"
    r"|сообщение|zpráva)"
)
SEPARATOR = re.compile(
    rf"\*?[-=_*]{{2,50}}\s?[^-=_*]{{0,40}}(?:original-|ursprungs-)?{_MESSAGE}[^-=_*]{{0,40}}[-=_*]{{2,50}}[:：]?",
    re.IGNORECASE,
)
_FORWARD_WORD = re.compile(
    r"weitergeleitet|forward|transféré|inoltrat|doorgestuurd|reenviad|encaminhad|vidaresänd|videresend"
    r"|przekazan",
    re.IGNORECASE,
)
FORWARD_LINE = re.compile(
    r"(?:Anfang der weitergeleiteten (?:Nachricht|E-Mail)|Beginn der weitergeleiteten Nachricht|Begin"
    r" forwarded message"
    r"|Début du message (?:transféré|réexpédié)|Inizio (?:del )?messaggio inoltrato|Begin doorgestuurd"
    r" bericht)\s?[:：]",
    re.IGNORECASE,
)
ABOVE_LINE = re.compile(
    r"[#\-=\s]{2,40}.{0,40}(?:oberhalb dieser (?:Zeile|Linie)|über dieser (?:Zeile|Linie)|above this line|above"
    r" the line).{0,60}",
    re.IGNORECASE,
)
RULE = re.compile(r"\s{0,3}(?:_{5,}|-{10,}|={10,}|\*{10,})\s*")
FORWARD_SUBJECT = re.compile(r"\s{0,5}(?:wg|fwd?|tr|weiterleitung|weitergeleitet|vs|doorst|rv|i)\s?:", re.IGNORECASE)


def is_forward(line: str) -> bool:
    return bool(_FORWARD_WORD.search(line))


def tells(text: str) -> bool:
    """Whether a sentence only reports that somebody wrote something."""
    return bool(_TELLER.search(text)) and "<" not in text
