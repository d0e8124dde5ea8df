"""Whether a mail was written by a program, and what kind of program. A mail may be automatic and still matter."""

import re

from anliegen.flow.channels.email import headers
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.incoming import Bounce, Contact

_ANSWERED = re.compile(r"\s{0,3}(?:re|aw|antw|antwort|wg|fwd?|fw|tr|sv|r)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)
_AWAY_SUBJECT = re.compile(
    r"\W{0,3}(?:abwesenheits(?:notiz|nachricht|meldung|assistent|benachrichtigung|info)|automatische"
    r" (?:antwort|rückmeldung|abwesenheit|e-?mail-?antwort)"
    r"|autom\. antwort|auto(?:matic|matisch|mated)?[ -]?(?:reply|response|antwort|respon\w{0,6})|autoreply"
    r"|auto-reply|abwesend\b|out of (?:the )?office|ooo\b"
    r"|away from (?:my|the) (?:mail|office|desk)|on vacation|vacation (?:reply|message|notice)|(?:ich bin"
    r" )?(?:derzeit |zur zeit |momentan )?(?:nicht im büro|im urlaub|außer haus|nicht erreichbar)"
    r"|urlaubs(?:notiz|vertretung|meldung|nachricht|benachrichtigung)|im (?:mutterschutz|elternzeit)|in"
    r" elternzeit|réponse automatique|absence du bureau"
    r"|absent du bureau|risposta automatica|fuori ufficio|automatisch antwoord|afwezig|respuesta automática"
    r"|resposta automática|autosvar|automatiskt svar"
    r"|automatyczna odpowiedź|automatische eingangsbestätigung|eingangsbestätigung)",
    re.IGNORECASE,
)
_RECEIPT_SUBJECT = re.compile(
    r"\s{0,3}(?:gelesen|read|lesebestätigung|empfangsbestätigung|gelesen \(.{1,20}\)|nicht gelesen|not read"
    r"|return receipt|read receipt|lu|letto)\s?(?::|\(|$)"
    r"|.{0,80}(?:return receipt \(displayed\)|\(anzeige\)|- gelesen)\s?-?",
    re.IGNORECASE,
)
_AWAY_STRONG = re.compile(
    r"(?:bin|befinde mich|sind|war)\b.{0,60}?\b(?:nicht im (?:büro|haus|dienst)|im urlaub|außer haus|abwesend"
    r"|in elternzeit|im mutterschutz|auf dienstreise|nicht erreichbar)"
    r"|\bi(?:'m| am| will be)\b.{0,60}?\b(?:out of (?:the )?office|on (?:vacation|holiday|annual leave|leave)"
    r"|away from)"
    r"|dies(?:e nachricht)? ist eine automatisch|diese (?:e-?mail|nachricht|antwort) wurde automatisch|this is"
    r" an automat(?:ed|ic)",
    re.IGNORECASE,
)
_AWAY_HINT = re.compile(
    r"in dringenden (?:fällen|angelegenheiten)|vertretung|vertritt mich|nicht weitergeleitet|nach meiner"
    r" rückkehr|wieder (?:erreichbar|im büro|für sie da|zurück|im haus)"
    r"|kein(?:en)? zugriff auf meine|nur eingeschränkt|schnellstmöglich|in urgent cases|urgent matters|upon my"
    r" return|when i return|will be back|limited access"
    r"|wenden sie sich (?:bitte )?an|nicht (?:auf diese|darauf) (?:e-?mail|nachricht)|bearbeitet wird|please"
    r" do not reply",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:(?:do[-_.]?)?no[-_.]?t?[-_.]?reply|nicht[-_.]?antworten|keine[-_.]?antwort|noreply.{0,40}"
    r"|no-reply.{0,40}|donotreply|daemon|mailer-daemon|postmaster"
    r"|notification(?:s)?|autoresponder|automat|system|root|cron|www-data|nobody)(?:\+.{0,100})?",
    re.IGNORECASE,
)
_LIST_FIELDS = (
    "list-id",
    "list-post",
    "list-help",
    "list-subscribe",
    "list-owner",
    "list-archive",
    "mailing-list",
    "x-mailing-list",
)
_REPLY_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoreply-from",
    "x-auto-reply-from",
    "x-mail-autoreply",
    "x-autoresponder",
    "x-vacation",
    "x-autoreplied",
)
_GENERATED_FIELDS = (
    "x-fc-machinegenerated",
    "x-cron-env",
    "x-feed2imap-version",
    "x-github-reason",
    "x-jira-fingerprint",
    "x-nagios-notification",
)


def kind(
    root: Part,
    parts: list[Part],
    *,
    bounce: Bounce | None,
    sender: Contact | None,
    return_path: str | None,
    has_reply_to: bool,
    subject: str,
    text: str,
    defects: Defects,
) -> str | None:
    """`bounce`, `feedback-report`, `receipt`, `auto-reply`, `auto-generated`, `list`, `bulk`; None: a person wrote it.

    By RFC 3464, 5965, 8098, 3834, then vendors' headers, then subjects and wording (German first), then list headers,
    then senders that nobody reads. The first that holds decides.
    """
    if bounce:
        return "bounce"
    return (
        _by_report(root, parts, subject)
        or _by_auto_submitted(root, subject, defects)
        or _by_vendor(root, subject, defects)
        or _by_wording(subject, text)
        or _by_list(root, defects)
        or _by_sender(sender, return_path, has_reply_to=has_reply_to)
    )


def _by_report(root: Part, parts: list[Part], subject: str) -> str | None:
    types = {part.content_type for part in parts}
    stated = root.type_parameters.get("report-type", "").lower() if root.content_type == "multipart/report" else ""
    if stated == "feedback-report" or "message/feedback-report" in types:
        return "feedback-report"
    if stated == "disposition-notification" or "message/disposition-notification" in types:
        return "receipt"
    # A delivery report that reports no failure reports success.
    if stated == "delivery-status":
        return "receipt"
    return "receipt" if _RECEIPT_SUBJECT.match(subject[:200]) and not _ANSWERED.match(subject[:40]) else None


def _by_auto_submitted(root: Part, subject: str, defects: Defects) -> str | None:
    value = headers.decode(root.first("auto-submitted"), defects).lower()
    if not value or value.startswith("no"):
        return None
    return "auto-reply" if value.startswith("auto-replied") or _AWAY_SUBJECT.match(subject[:120]) else "auto-generated"


def _by_vendor(root: Part, subject: str, defects: Defects) -> str | None:
    def says(name: str) -> str:
        return headers.decode(root.first(name), defects).lower()

    if any(root.has(name) and says(name) not in ("no", "false", "0") for name in _REPLY_FIELDS):
        return "auto-reply"
    if "auto_reply" in (says("precedence"), says("x-precedence"), says("preference")):
        return "auto-reply"
    if (
        "autoresponder" in says("x-post-messageclass")
        or says("delivered-to") == "autoresponder"
        or says("x-autogenerated") == "reply"
    ):
        return "auto-reply"
    if "auto-reply" in says("x-ms-exchange-inbox-rules-loop") or "autoresponder" in says("x-mailer"):
        return "auto-reply"
    suppressed = says("x-auto-response-suppress")
    if "all" in suppressed or "autoreply" in suppressed or any(root.has(name) for name in _GENERATED_FIELDS):
        return "auto-reply" if _AWAY_SUBJECT.match(subject[:120]) else "auto-generated"
    return "auto-generated" if root.has("x-autogenerated") else None


def _by_wording(subject: str, text: str) -> str | None:
    """Programs of small providers set no header at all; their wording gives them away, if it does so twice."""
    is_answer = bool(_ANSWERED.match(subject[:40]))
    if _AWAY_SUBJECT.match(subject[:120]) and not is_answer:
        return "auto-reply"
    words = text[:1500]
    away = len(text) < 2500 and _AWAY_STRONG.search(words[:700]) and _AWAY_HINT.search(words)
    return "auto-reply" if away and not text.rstrip().endswith("?") else None


def _by_list(root: Part, defects: Defects) -> str | None:
    precedence = headers.decode(root.first("precedence"), defects).lower()
    if precedence == "list" or any(root.has(name) for name in _LIST_FIELDS):
        return "list"
    if precedence in ("bulk", "junk") or any(
        root.has(name) for name in ("list-unsubscribe", "feedback-id", "x-campaign-id", "x-mailgun-tag")
    ):
        return "bulk"
    return None


def _by_sender(sender: Contact | None, return_path: str | None, *, has_reply_to: bool) -> str | None:
    if return_path == "":
        return "auto-generated"
    # Web forms send from such an address and name the person in Reply-To.
    is_nobody = sender is not None and _NOBODY.fullmatch(sender.address.partition("@")[0])
    return "auto-generated" if is_nobody and not has_reply_to else None
