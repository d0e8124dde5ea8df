"""Why a mail was not delivered, as a code of RFC 3463, where the report says it only in words."""

import re

from anliegen.flow.channels.email.bounces.wording import ENHANCED

_REPLY = re.compile(r"(?<![\d.:/-])([45])[0-7]\d(?=[ \-:,)\]]|$)")
_LOOKED_AT = 1_000  # characters
# The first that holds decides. Class 5 unless the server's own reply says 4.
_REASONS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (severity, detail, re.compile(pattern, re.IGNORECASE))
    for severity, detail, pattern in (
        (
            "5",
            "2.2",
            r"over ?quota|quota (?:is )?(?:exceed|full)|exceed\w* (?:their|the|his|its|storage|mail\w*) ?quota"
            r"|disk (?:quota|full)"
            r"|(?:mailbox|inbox|mail ?folder|account).{0,30}\b(?:full|exceeded|overquota)|(?:is|too) full"
            r"|insufficient (?:disk|storage)"
            r"|(?:postfach|mailbox|speicherplatz|kontingent|quota).{0,40}(?:voll\b|überfüllt|überschritten"
            r"|erschöpft)|boîte.{0,40}pleine"
            r"|quota (?:dépassé|superata)|casella.{0,40}piena|(?:postvak|mailbox).{0,30}\bvol\b|buzón.{0,20}lleno"
            r"|espacio.{0,30}agotado",
        ),
        (
            "5",
            "2.1",
            r"(?:account|mailbox|user|address).{0,30}(?:disabled|inactive|suspended|deactivated|discontinued"
            r"|closed|expired)"
            r"|not (?:accepting|active)|(?:konto|postfach|adresse|benutzer).{0,40}(?:deaktiviert|gesperrt|inaktiv"
            r"|stillgelegt|gelöscht)"
            r"|compte.{0,20}désactivé|account.{0,20}disattivato|casilla ha expirado",
        ),
        (
            "5",
            "1.1",
            r"user (?:unknown|not (?:known|found))|unknown (?:user|recipient|address|mailbox|local|or (?:invalid"
            r"|illegal))"
            r"|no such (?:user|recipient|mailbox|address|person)|(?:recipient|mailbox|address|account"
            r"|user)\b.{0,60}(?:not found|unknown"
            r"|does ?n.t exist|does not exist|unavailable|not (?:listed|recogni[sz]ed|valid)|invalid|no longer)"
            r"|invalid (?:recipient|address|mailbox|user)|no mailbox here|recipient name is not recognized"
            r"|address(?:ee)? unknown"
            r"|(?:could|was)(?: ?n.t| not) (?:be )?found|does ?n.t have an? .{0,40}account|recipnotfound"
            r"|recipientnotfound"
            r"|user(?:name)? .{0,60}not listed in|not a (?:valid|known|local) |bad destination mailbox"
            r"|no valid recipients?"
            r"|unbekannte[rn]? (?:empfänger|benutzer|adresse)|(?:empfänger|benutzer|postfach|adresse|konto).{0,60}"
            r"(?:unbekannt|existiert nicht|nicht gefunden|nicht vorhanden|ungültig|nicht bekannt)"
            r"|(?:utilisateur|destinataire|adresse|boîte).{0,60}(?:inconnu|n'existe pas|introuvable)"
            r"|(?:utente|destinatario|indirizzo|casella).{0,60}(?:sconosciut|inesistente|non esiste|non trovat)"
            r"|(?:gebruiker|ontvanger|adres|geadresseerde).{0,60}(?:onbekend|bestaat niet|niet gevonden)"
            r"|(?:usuario|destinatario|dirección).{0,40}(?:desconocid|no existe)",
        ),
        (
            "5",
            "1.2",
            r"(?:unknown|no such) (?:host|domain)|(?:host|domain)(?: name)?\b.{0,60}(?:not found|unknown"
            r"|does ?n.t exist|does not exist)"
            r"|unroute?able|no mx\b|nxdomain|name service error|bad (?:host|domain)|relay.{0,10}host not found"
            r"|(?:domain|domäne|host|server).{0,40}(?:existiert nicht|nicht gefunden|unbekannt)"
            r"|domaine.{0,30}(?:inconnu|n'existe)"
            r"|dominio.{0,30}(?:non esiste|inesistente)|domein.{0,30}bestaat niet",
        ),
        ("5", "4.6", r"too many hops|mail ?loop|loop(?:ing|s back)|hop count exceeded|schleife"),
        (
            "5",
            "3.4",
            r"(?:message|mail|size).{0,40}(?:too (?:large|big)|exceed)|exceed\w*.{0,30}(?:size|maximum)|zu groß"
            r"|trop (?:volumineux|grand)|troppo grande|te groot",
        ),
        (
            "4",
            "4.7",
            r"retry time(?:out)? (?:not reached|exceeded)|(?:delivery )?time ?(?:expired|out)|timed out"
            r"|message expired|not been collected"
            r"|too (?:long|old) (?:in|on) (?:the )?queue|i'm not going to try again|zeitüberschreitung|zeitlimit"
            r"|abgelaufen"
            r"|cannot send message for|unable to deliver (?:for|after|in)",
        ),
        (
            "5",
            "7.1",
            r"relay(?:ing)?\b.{0,20}(?:denied|prohibited|not (?:permitted|allowed))|\bspam\b|block(?:ed|ing|list)"
            r"|black ?list"
            r"|polic(?:y|ies)|not authori[sz]ed|access denied|reject(?:ed)?.{0,40}(?:content|virus)|banned"
            r"|unsolicited"
            r"|blockiert|abgelehnt|zurückgewiesen|verweigert|refusé|rifiutat|geweigerd",
        ),
        (
            "4",
            "4.1",
            r"connection (?:refused|timed)|no (?:answer|route)|did not respond|not responding|antwortet nicht",
        ),
    )
)


def stated(words: str) -> str | None:
    """The first enhanced code of a failure that the words contain, if they do."""
    return next((code for code in ENHANCED.findall(words) if not code.startswith("2")), None)


def of(words: str) -> str | None:
    """The code that the words state, else what they mean; None when they say nothing."""
    words = words[:_LOOKED_AT]
    if code := stated(words):
        return code
    reply = _REPLY.search(words)
    for severity, detail, pattern in _REASONS:
        if pattern.search(words):
            return f"{reply[1] if reply else severity}.{detail}"
    return f"{reply[1]}.0.0" if reply else None


def by_reply(words: str) -> str | None:
    """As `of`, but only where a server's reply stands, and not merely words that could mean anything."""
    return of(words) if ENHANCED.search(words) or _REPLY.search(words) else None


def says_why(words: str) -> bool:
    """Whether these words give a reason."""
    return of(words) is not None
