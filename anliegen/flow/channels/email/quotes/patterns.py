"""How mail programs introduce what they quote: attribution lines, header blocks, separators. German first.

Patterns see joined lines of at most a few hundred characters; none of them can take more than linear time in that.
"""

import re

# "> quoted", but neither "-> see" nor ">>> buy now <<<" nor the ">From" of an mbox.
QUOTED = re.compile(r" {0,3}>(?!From )(?![^<]*<<)")
# Over 5,000 of something is no quote if nothing else is quoted.
MORE_THAN = re.compile(r" {0,3}>\s?=?\s?\d")

VERB = (
    r"(?:schrieb(?:en)?|geschrieben|wrote|writes|sent|a écrit|écrivait|ha scritto|scrisse|schreef|geschreven"
    r"|escribió|escreveu|skrev|napisał(?:\(a\))?|napsal(?:\(a\))?|kirjoitti|írta|yazdı|пишет|написал(?:а)?"
    r"|написав|написала|a scris|je napisao|napísal|đã viết)"
)
# It begins where a word does and holds one @, and what was read of it is not tried shorter: else a line of nothing but
# addresses would be taken apart in every way there is.
_MAIL = r"(?<![^\s<>()\[\]\"',;:])<?(?:mailto:)?[^\s<>()\[\]\"@]{1,100}+@[^\s<>()\[\]\"@,;:：]{1,100}+>?"
_TIME = r"\d{1,2}\s?[:.h]\s?\d{2}"
CLOCK = re.compile(r"(?<![\d.])\d{1,2}\s?[:.h]\s?\d{2}(?![\d.])")
# A date that names its year, as programs write it.
FULL_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_FINDS_VERB = re.compile(rf"\b{VERB}\b", re.IGNORECASE)
BEGINS_DATED = re.compile(r"(?:Am|On|Le|Il|In data|Op|El|Em|Den|På|Dne|W dniu|Dnia)\s")

# `Am ... schrieb ...:` and its like; a digit is asked for separately.
DATED = re.compile(
    rf"(?:Am|On|Le|Il|In data|Op|El|Em|Den|På|Dne|W dniu|Dnia|Zu|At)\s.{{2,300}}?\b{VERB}\b.{{0,200}}?[:：]",
    re.IGNORECASE,
)
# What may stand between `Am` or `On` and the verb beside numbers and names; other small words make it a sentence.
_SMALL_WORD = re.compile(r"(?<![\w.@<-])[a-zäöü]{2,}(?![\w@])")
_OF_DATES = frozenset({"um", "uhr", "dem", "den", "der", "von", "hat", "at", "am", "pm", "you", "st", "nd", "rd", "th"})
# `... hat Name <mail> Folgendes geschrieben:`, `pe 20. lokakuuta 2017 klo 17.50 Name <mail> kirjoitti:`
DATED_WITH_MAIL = re.compile(r".{0,200}?" + _MAIL + r".{0,80}?\b" + VERB + r"\b.{0,80}?[:：]", re.IGNORECASE)
# `tir. 18. apr. 2017 kl. 13:09 skrev Name <mail>:`
VERB_THEN_MAIL = re.compile(rf".{{0,120}}?\d.{{0,120}}?\b{VERB}\b.{{1,150}}?{_MAIL}[\s>\])]{{0,5}}[:：]", re.IGNORECASE)
# `24.11.2026, 16:32, "Name" <mail>:` and `2026-11-24 16:32 GMT+01:00 Name <mail>:`
VERBLESS = re.compile(r"(?=.{0,80}" + _TIME + r").{6,260}?" + _MAIL + r"[\s>\])]{0,5}[:：]")
# `Name <mail> schrieb am 22.11.2026 um 10:15:`, `Name hat am 22.11.2026 10:15 geschrieben:`
NAME_FIRST = re.compile(
    r"[\"'„<]?[A-ZÄÖÜ<].{0,150}?\b(?:(?:schrieb|schrieben|wrote|a écrit|ha scritto|schreef)\s(?:am|on|at|le|in|il|op)"
    r"\s.{0,30}?\d.{0,80}?|hat\sam\s.{0,30}?\d.{0,60}?\sgeschrieben)\s?[:：]",
    re.IGNORECASE,
)
# `16.11.2026 10:15 - Name schrieb:`
DATE_FIRST = re.compile(
    rf"(?:\w{{2,12}},? )?\d[\d./-]{{5,9}}[ ,T]{{1,3}}{_TIME}.{{1,150}}?\b{VERB}\s?[:：]", re.IGNORECASE
)
# `Name <mail> 于2022年1月1日周六 09:00写道：`
ASIAN = re.compile(r".{1,300}(?:写道|寫道|님이 작성)\s?[:：]")
# `Zitat von Name <mail>:`
CITATION = re.compile(r"(?:Zitat von|Quoting|Citando|Citation de)\s.{1,150}[:：]", re.IGNORECASE)
# `Name schrieb:`, believed only before quoted lines
UNDATED = re.compile(r".{1,150}\b" + VERB + r"\b.{0,60}[:：]", re.IGNORECASE)
# `On ... Name <mail> wrote`, where a program leaves the colon out
WITHOUT_COLON = re.compile(rf".{{10,300}}@.{{0,100}}\b{VERB}", re.IGNORECASE)
# `---- Am ... schrieb Name ----` and `-----Name <mail> schrieb: -----`
DASHED = re.compile(r"[-=_]{2,20}\s?([^-=_\s].{8,300}?)\s?[:：]?\s?[-=_]{2,20}")
# `"Name" <mail> – 16. November 2026 10:15`, believed only before quoted lines
NAME_AND_DATE = re.compile(rf".{{0,120}}?{_MAIL}\s?[–—,\[(-]\s?.{{0,40}}?\d.{{0,30}}?{_TIME}.{{0,12}}", re.IGNORECASE)
# `2026/11/16 Name <mail>`, believed only before quoted lines
DATE_AND_NAME = re.compile(rf"\d[\d./: ,-]{{6,40}}.{{0,120}}?{_MAIL}\s?:?")
# Somebody tells what was written: `Am 12.3. schrieb ich Ihnen bereits:`
_TELLER = re.compile(
    r"\bschrieb(?:en)?\s+(?:ich|mir|wir|uns|sie|er|ihr\w{0,2}|mein\w{0,2}|unser\w{0,2}|man|jemand|der|die|das"
    r"|ein\w{0,2}|herrn?|frau|dieser?|folgende\w?|auf|an|in|im|mit|dass|bei|nach|für|zum|zur)\b"
    r"|\b(?:habe|haben|hatte|hatten|wurde)\s.{0,80}geschrieben\b|^On\b.{0,80}\bI (?:wrote|sent)\b"
    r"|\b(?:ich|wir)\s+schrieb(?:en)?\b|\b(?:nous |j')\s?(?:avons|ai) écrit|\bho scritto\b|\bheb (?:ik )?geschreven\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:ich|wir|I|we|je|nous|ik)\b")
ADDRESS_LINE = re.compile(r"<?[^\s<>]{1,100}@[^\s<>]{1,100}>?")
VERB_LINE = re.compile(VERB + r"\s*[:：]", re.IGNORECASE)
# The end of `Name <mail` that a line break parted from its bracket: no quoted line.
BRACKET_LINE = re.compile(rf" {{0,3}}>\s?(?:{VERB})?\s?[:：]\s*", re.IGNORECASE)

_FIELDS = {
    "from": "von|from|de|da|van|från|fra|od|lähettäjä|от|від|absender|expéditeur|remitente|mittente|afzender|feladó"
    "|kimden"
    "|发件人|寄件者|差出人|送信者|보낸 사람",
    "sent": "gesendet|gesendet am|sent|date|datum|envoyé|envoyé le|message du|inviato|data|verzonden|skickat|sendt|dato"
    "|wysłano|lähetetty|enviado|enviado el|fecha|отправлено|дата|надіслано|datum/uhrzeit|odesláno|küldve|gönderildi"
    "|tarih|发送时间|日期|送信日時|日時|보낸 날짜",
    "to": "an|to|à|a|aan|till|til|do|para|vastaanottaja|кому|empfänger|destinataire|pour|komu|címzett|kime|收件人|宛先"
    "|받는 사람",
    "cc": "cc|kopie|kopie an|copie|copie à|copia|cc an|bcc|kopia|抄送",
    "subject": "betreff|betr|subject|objet|sujet|oggetto|onderwerp|ämne|emne|temat|aihe|asunto|assunto|тема|předmět"
    "|tárgy|konu|主题|主旨|件名|제목",
    "other": "priorität|wichtigkeit|importance|priority|reply-to|antwort an|anlagen|attachments|anhänge|organisation",
}
FIELD_KINDS = {name: kind for kind, names in _FIELDS.items() for name in names.split("|")}
FIELD = re.compile(r"[\s*_|]{0,12}([^\W\d_](?:[^\W\d_]|[/ -]){0,20}?)[\s*_|]{0,3}[:：][\s*_|]{0,3}(.*)")
# As a person names a date, too; programs that leave subject and addresses out write `Gesendet`.
PLAIN_DATE = frozenset({"date", "datum", "data", "fecha", "дата", "dato", "tarih"})
SUBJECT_INSIDE = re.compile(r"\s(?:objet|betreff|subject|oggetto)\s?:", re.IGNORECASE)

_MESSAGE = (
    r"(?:nachricht|message|mail|e-mail|besked|meddelelse|bericht|messaggio|mensaje|mensagem|wiadomość"
    r"|meddelande|viesti|сообщение|zpráva)"
)
_FORWARD = (
    r"weitergeleitet|weiterleitung|forward|transféré|réexpédié|inoltrat|doorgestuurd|reenviad|encaminhad|vidaresänd"
    r"|vidarebefordra|videresend|przekazan|пересланн|přeposlan"
)
# Without such a word `--- Nachricht ---` is a heading, as web forms write it.
_EARLIER = (
    r"original|ursprung|ursprüng|orig\.|origin|oprindelig|oorspronkelijk|vorherig|previous|reply|antwort[ -]?nachricht"
    r"|alkuperäinen|původní|oryginal|eredeti|исходн|начал|" + _FORWARD
)
SEPARATOR = re.compile(
    rf"[\s*]{{0,2}}[-=_*]{{2,50}}\s?(?=.{{0,60}}(?:{_EARLIER})).{{0,40}}?{_MESSAGE}.{{0,80}}?[-=_*]{{2,50}}\*?[:：]?",
    re.IGNORECASE,
)
# The same without dashes, as BlackBerry writes it: believed only above a header block.
BARE_SEPARATOR = re.compile(
    rf"\s{{0,5}}\*?(?:originalnachricht|original message|ursprüngliche {_MESSAGE}|message d'origine"
    r"|messaggio originale|oorspronkelijk bericht)\*?[:：]?\s{0,5}",
    re.IGNORECASE,
)
_FORWARD_WORD = re.compile(_FORWARD, re.IGNORECASE)
FORWARD_LINE = re.compile(
    r"(?:Anfang der weitergeleiteten (?:Nachricht|E-Mail)|Beginn der weitergeleiteten (?:Nachricht|E-Mail)"
    r"|Begin forwarded message|Début du (?:message|courriel|mail) (?:transféré|réexpédié)"
    r"|Inizio (?:del )?messaggio inoltrato|Begin doorgestuurd bericht|Inicio del mensaje reenviado)\s?[:：]",
    re.IGNORECASE,
)
ABOVE_LINE = re.compile(
    r"[#\-=\s_*]{2,40}.{0,60}(?:oberhalb dieser (?:Zeile|Linie)|über dieser (?:Zeile|Linie)|above this line|above"
    r" the line).{0,60}",
    re.IGNORECASE,
)
# What Tobit david writes above the mail it answers.
DAVID = re.compile(r"\W{0,5}original message processed by (?:tobit )?david\W{0,5}", re.IGNORECASE)
# `>>> "Name" <mail> 16.11.2026 10:15 >>>`: Novell GroupWise, which quotes without any mark.
GROUPWISE = re.compile(r" {0,3}>>> ?[^<>\s].{3,200}\d.{0,20}>>>\s*")
RULE = re.compile(r"\s{0,3}(?:_{5,}|-{10,}|={4,}|\*{10,})\s*")
FORWARD_SUBJECT = re.compile(
    r"\s{0,5}(?:wg|fwd?|tr|weiterleitung|weitergeleitet|vs|vb|doorst|rv|i|enc|pd)\s?:", re.IGNORECASE
)
ANSWER_SUBJECT = re.compile(r"\s{0,5}(?:aw|re|antw|antwort|sv|réf|rif|odp|ref)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)
# A web form's mail shows what somebody entered below such a heading.
FORM = re.compile(
    r"(?:kontakt|web|online|anfrage|bestell|service|melde)-?formular|(?:nachricht|anfrage|mitteilung) (?:über|von"
    r"|aus|via)"
    r" .{0,30}(?:formular|website|webseite|homepage|internetseite)|contact form|web ?form|via (?:your|the) website"
    r"|modulo di contatto|contactformulier|formulaire de contact",
    re.IGNORECASE,
)
SALUTATION = re.compile(
    r"\s{0,5}(?:hallo|guten (?:tag|morgen|abend)|sehr geehrte|liebe[rs]?\b|moin|servus|grüß|hi\b|hello|dear|bonjour"
    r"|ciao|hoi\b)",
    re.IGNORECASE,
)
# Where a sender says to have answered inside of what an Outlook does not mark as quoted.
ANSWERS_INSIDE = re.compile(
    r"\b(?:antwort\w{0,3}|anmerkung\w{0,2}|kommentar\w{0,2}|ergänzung\w{0,2}|answers?|comments?|responses?|réponses?"
    r"|risposte"
    r"|antwoorden)\b.{0,60}\b(?:unten|rot|blau|grün|gelb|fett|kursiv|farbig|inline|im text|direkt (?:im|in|unter|bei"
    r"|hinter)"
    r"|zwischen den|below|in (?:red|blue|green|bold)|ci-dessous|en rouge|en bleu|in rosso|in blu|hieronder"
    r"|in het rood)\b"
    r"|\b(?:siehe|s\.|see|voir|vedi|zie)\s.{0,40}(?:\bin (?:rot|blau|grün|red|blue|green)\b|\binline\b)",
    re.IGNORECASE,
)


def has_verb(text: str) -> bool:
    return _FINDS_VERB.search(text) is not None


def is_forward(line: str) -> bool:
    return bool(_FORWARD_WORD.search(line))


def tells(text: str) -> bool:
    """Whether a sentence only reports that somebody wrote something."""
    return bool(_TELLER.search(text)) and "<" not in text


def tells_of_oneself(text: str) -> bool:
    return bool(_FIRST_PERSON.search(text)) and tells(text)


def is_sentence(text: str) -> bool:
    """Whether more than a date and a name stands before the verb of `Am ... schrieb ...:`, as where somebody tells."""
    if not text.startswith(("Am ", "On ")):
        return False
    verb = _FINDS_VERB.search(text)
    before = text[3 : verb.start()] if verb else text
    return any(word not in _OF_DATES for word in _SMALL_WORD.findall(before))
