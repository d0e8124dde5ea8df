"""The words of programs that report a mail as not delivered: German first, English, French, Italian, Dutch, Spanish."""

import re

# The accounts and the names under which such programs write.
SENDERS = re.compile(
    r"(?:mailer[-_.]?daemon|postmaster|mail[-_.]?daemon|mdaemon|bounces?|mail-?delivery|maildelivery"
    r"|delivery[-_.]?subsystem|microsoftexchange\w{0,40}|mailsystem|mail[-_.]system|ndr|double-bounce)"
    r"(?:[-+=].{0,200})?",
    re.IGNORECASE,
)
NAMES = re.compile(
    r"mail delivery (?:sub|service)?\s?system|mail delivery service|mail administrator|mail server|postmaster"
    r"|mailer[- ]daemon"
    r"|delivery subsystem|system administrator|systemadministrator|internet mail delivery|mail-?zustell|zustellsystem"
    r"|système de remise|amministratore di sistema|systeembeheerder",
    re.IGNORECASE,
)
SUBJECTS = re.compile(
    r"undeliver|delivery (?:status )?(?:notification|failure|report|has failed|incomplete|unsuccessful|problem)"
    r"|(?:mail|message) delivery failed|returned (?:mail|to sender)|failure notice"
    r"|mail (?:failure|system error|could not be delivered)|non.?delivery|not delivered|could ?n.t be delivered"
    r"|delivery (?:failed|delayed|error|warning)|mail error|nondeliverable|warning: (?:message|could not send)"
    r"|message (?:not delivered|undeliverable|blocked|status - undeliverable)|address not found|\(failure\)"
    r"|unzustellbar|nicht (?:zugestellt|zustellbar|ausgeliefert|übermittelt)|zustellung (?:fehlgeschlagen"
    r"|nicht möglich"
    r"|verzögert|gescheitert|unmöglich)|zustell(?:fehler|problem|status|ungsfehler|ungsstatus|benachrichtigung"
    r"|bericht)"
    r"|(?:fehler|problem) bei der (?:zustellung|nachrichtenzustellung|e-?mail|übermittlung)"
    r"|fehlgeschlagene zustellung"
    r"|verzögert(?:e zustellung)?: |rückläufer|unbekannter empfänger|empfänger unbekannt|adresse nicht gefunden"
    r"|konnte nicht (?:zugestellt|übermittelt|gesendet) werden|nachricht blockiert|\(fehler(?:geschlagen)?\)"
    r"|échec|non remis|non distribu|impossible de remettre|rapport de non-remise|adresse introuvable|remise retardée"
    r"|mancata consegna|non recapitabil|recapito non riuscito|messaggio non consegnato|consegna fallita"
    r"|impossibile recapitare"
    r"|onbestelbaar|niet (?:bezorgd|afgeleverd)|bezorging mislukt|kan niet worden bezorgd|niet te bezorgen"
    r"|no se pudo entregar|no entregado|correo devuelto|não entregue|notificación de estado de entrega",
    re.IGNORECASE,
)
DELAY = re.compile(
    r"\bdelayed\b|has not yet been delivered|will (?:be retried|continue to try|keep trying)|still being"
    r" (?:retried|attempted)|warning message only|do not need to resend|delivery attempts will continue"
    r"|temporarily deferred|no action is required on your part"
    r"|verzögert|noch nicht zugestellt|weitere zustellversuche|zustellung wird (?:weiter|erneut|weiterhin) versucht"
    r"|versucht weiterhin|wird weiter(?:hin)? versuch|erneut versuch|vorübergehend(?:er|es)? (?:fehler|problem)"
    r"|\bretardée?\b|pas encore été (?:remis|distribu)|nouvelles? tentatives?|\britardat[oa]\b|ritardo nella consegna"
    r"|non è stato ancora|\bvertraagd\b|nog niet (?:bezorgd|afgeleverd)|wordt opnieuw geprobeerd|entrega retrasada",
    re.IGNORECASE,
)
PROSE = re.compile(
    r"nicht (?:zugestellt|zustellbar|ausgeliefert|erreicht|übermittelt)|unzustellbar"
    r"|zustellung .{0,80}(?:fehlgeschlagen|gescheitert|nicht möglich|verzögert)"
    r"|fehler bei der (?:nachrichten)?zustellung"
    r"|(?:postfach|empfänger|adresse|benutzer).{0,60}(?:existiert nicht|unbekannt|überfüllt|voll\b|nicht gefunden"
    r"|ungültig)"
    r"|could ?n.t be (?:delivered|reached|sent)|(?:can|could) ?not be (?:delivered|reached|sent)|undeliver"
    r"|un(?:known) user|user unknown"
    r"|(?:mailbox|inbox) (?:is )?full|does ?n.t exist|does not exist|delivery (?:has )?(?:failed|to the following)"
    r"|failed permanently|permanent (?:fatal )?errors?|not delivered|was ?n.t delivered|did not reach|no such user"
    r"|has been delayed|not yet been delivered|(?:un|not |n.t )able to deliver|could not deliver"
    r"|error occurred while trying to deliver|recipients? (?:address )?(?:rejected|not found)"
    r"|n'a pas (?:pu|été|ete)|non (?:remis|distribu)|pas pu être (?:remis|distribu|délivr)|n'existe pas"
    r"|échec de la remise"
    r"|non (?:è stato|può essere|ha raggiunto|consegnato|recapitat)|impossibile (?:recapitare|consegnare)"
    r"|mancata consegna"
    r"|niet (?:worden )?(?:bezorgd|afgeleverd)|onbestelbaar|kan niet worden|bestaat niet"
    r"|no se (?:ha podido|pudo) entregar|no existe|não foi (?:possível|entregue)",
    re.IGNORECASE,
)
# Lines after which the recipients follow.
LEADS = re.compile(
    r"folgende[nr]?(?:\(r\))? (?:empfänger|adresse|personen|e-?mail)|(?:empfänger|adresse)n? (?:konnte|kann|wurde)"
    r"|(?:zugestellt|zustellbar|zustellung|übermittelt|gesendet|erreicht|nachricht).{0,40}(?:\ban\b.{0,30})?:\s*$"
    r"|nicht zugestellt"
    r"|diagnoseinformationen|fehlgeschlagene empfänger"
    r"|following (?:recipient|address|e-?mail|person|user|group|destination)|recipients? (?:list|were|affected)"
    r"|(?:failed|undelivered|invalid|bad) (?:recipient|address|e-?mail)|(?:delivered|undeliverable|delivery|sent"
    r"|reached|deliver).{0,40}\bto\b.{0,30}:\s*$"
    r"|not delivered to|permanent (?:fatal )?errors|failure reasons|did not receive|diagnostic information for"
    r"|destinataires? suivant|remis(?:e)? (?:à|aux)|distribu.{0,20}(?:à|aux).{0,20}:\s*$"
    r"|seguent[ei] (?:destinatari|indirizz)|consegnat[oa] (?:a|ai).{0,20}:\s*$|recapitat.{0,30}:\s*$"
    r"|volgende (?:ontvanger|geadresseerde|adres|personen)|siguientes? (?:destinatario|direcci|persona)",
    re.IGNORECASE,
)
# Fields of a returned or described mail: whose addresses are nobody's fault, and whose are.
SENDER_FIELD = re.compile(
    r"[ \t>|*]{0,8}(?:from|von|de|da|van|sender|absender|expéditeur|mittente|afzender|reply-?to|antwort an"
    r"|return-?path"
    r"|received|message-?id|nachrichten-?id|references|in-reply-to|subject|betreff|objet|oggetto|onderwerp|cc"
    r"|mail from"
    r"|x-[a-z-]{1,40}|dkim-signature|authentication-results|list-[a-z]{1,20}|errors-to|envelope-from|delivered-to"
    r"|reporting-mta|user-agent|mime-version|content-[a-z-]{1,30}|organi[sz]ation)[ \t]{0,3}:",
    re.IGNORECASE,
)
RECIPIENT_FIELD = re.compile(
    r"[ \t>|*]{0,8}(?:to|an|à|a|aan|para|recipients?|empfänger|destinataires?|destinatari[oi]?|ontvangers?"
    r"|geadresseerden?"
    r"|addressed to|rcpt to|original-recipient|final-recipient|failed recipients?|e-?mail(?: address)?)[ \t]{0,3}:",
    re.IGNORECASE,
)
# Where somebody is told whom to ask.
ADVICE = re.compile(
    r"contact|postmaster@|abuse@|support@|helpdesk|hotline|administrator|wenden sie sich|kontaktieren|contactez"
    r"|contattare|neem contact"
    r"|please (?:reply|send|forward)|for (?:help|assistance|further)|https?://|mailto:|feel this message",
    re.IGNORECASE,
)
# What stands above the copy of the mail that comes back.
COPY_BELOW = re.compile(
    r"(?:this is a copy of the message|^[-=*> \t|]{0,40}(?:original(?:e)? (?:message|nachricht|mail)"
    r"|returned message|returned mail"
    r"|message (?:header|text|body|contents)s? ?(?:follows?)?|ursprüngliche (?:nachricht|kopfzeilen)"
    r"|message d'origine"
    r"|messaggio originale|oorspronkelijk bericht|mensaje original)\b|message headers? follow"
    r"|below this line is a copy"
    r"|(?:original message|copy of (?:your|the) message) (?:follows|below|is attached)|nachrichtentext folgt"
    r"|ursprüngliche nachrichtenkopf"
    r"|es folgt die kopie|kopie (?:ihrer|der) (?:ursprünglichen )?nachricht|header der ursprünglichen|^[ \t>"
    r"|]{0,8}(?:received: (?:from|by)|return-path: ?<|dkim-signature: ))",
    re.IGNORECASE | re.MULTILINE,
)
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
