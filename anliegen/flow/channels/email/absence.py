"""Absence notices, acknowledgements and read receipts by their wording: German first, English, French, Italian, Dutch.

Programs of small providers set no header at all. Whoever is taken for a program gets no answer, so wording alone must
be unmistakable: a subject no person writes, or a text that says twice that nobody is there and asks for nothing.
"""

import re

ANSWER = re.compile(
    r"\s{0,3}(?:re|aw|antw|antwort|wg|fwd?|fw|tr|sv|r|rif|ref|réf|doorst)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE
)
_LABEL = r"(?:\[[^\]]{1,30}\]\s?|\W{0,3})"
_SUBJECT = re.compile(
    rf"{_LABEL}(?:abwesenheits(?:notiz|nachricht|meldung|assistent|benachrichtigung|info|hinweis|mitteilung|agent)"
    r"|automatische (?:antwort|rückantwort|rückmeldung|abwesenheit|nachricht|e-?mail-?antwort|eingangsbestätigung"
    r"|empfangsbestätigung)|automatisierte (?:antwort|eingangsbestätigung)|autom\. antwort|eingangsbestätigung"
    r"|auto(?:matic|matisch|mated|)?[ -]?(?:reply|response|antwort|respon\w{0,6})\b|autoreply|auto-reply|auto: "
    r"|out[ -]of[ -](?:the )?office|ooo\b|away from (?:my|the) (?:mail|office|desk)|vacation (?:reply|message|notice)"
    r"|urlaubs(?:notiz|meldung|nachricht|benachrichtigung)|nicht im büro:|abwesend:|im urlaub:"
    r"|réponse automatique|réponse d'absence|message d'absence|notification d'absence|absence du bureau"
    r"|absente? du bureau"
    r"|accusé de réception automatique|risposta automatica|fuori ufficio|messaggio automatico|assenza dall'ufficio"
    r"|automatisch(?:e)? (?:antwoord|bericht)|afwezigheids(?:bericht|melding|assistent)|niet aanwezig:|afwezig:"
    r"|respuesta automática|fuera de (?:la )?oficina|resposta automática|autosvar|automatiskt svar|automatisk svar"
    r"|automatyczna odpowiedź|automatická odpověď)",
    re.IGNORECASE,
)
# A person may begin a concern like this, too.
_WEAK_SUBJECT = re.compile(
    rf"{_LABEL}(?:(?:ich bin |wir sind )?(?:derzeit |zur ?zeit |momentan |aktuell |bis \S{{1,20}} )?"
    r"(?:nicht im (?:büro|haus)|im urlaub|außer haus|nicht erreichbar|abwesend|in elternzeit|auf dienstreise)"
    r"|urlaubsvertretung|betriebsferien|im mutterschutz|on (?:vacation|holiday|leave|annual leave)|absente?\b"
    r"|en congés?"
    r"|en vacances|in ferie|assente\b|afwezig\b|op vakantie|met vakantie"
    r"|(?:vielen )?dank für ihre (?:anfrage|nachricht|e-?mail|mitteilung|kontaktaufnahme)"
    r"|thank(?:s| you) for (?:your (?:e-?mail|message|enquiry|inquiry|request)|contacting)"
    r"|ihre (?:anfrage|nachricht) (?:ist|wurde|bei))",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"(?:bin|befinde mich|sind|war|werde)\b.{0,80}?\b(?:nicht (?:im (?:büro|haus|dienst|hause)|am (?:arbeitsplatz"
    r"|platz)"
    r"|erreichbar|verfügbar|persönlich erreichbar)|im urlaub|außer haus|abwesend|in elternzeit|im mutterschutz"
    r"|auf (?:dienst|geschäfts)reise|unterwegs|erkrankt)|(?:büro|praxis|geschäftsstelle|betrieb).{0,40}geschlossen"
    r"|betriebs(?:ferien|urlaub)|dies(?:e nachricht|e e-?mail|e antwort|)\s(?:ist|stellt) eine automatisch"
    r"|(?:diese (?:e-?mail|nachricht|antwort|mail)|sie) (?:wurde|wird) automatisch|automatisch (?:generierte"
    r"|erstellte|erzeugte)"
    r" (?:antwort|nachricht|e-?mail|eingangsbestätigung)|(?:nachricht|anfrage|e-?mail|mail|schreiben"
    r"|mitteilung) (?:ist bei uns"
    r" eingegangen|haben wir erhalten|wurde (?:empfangen|registriert|erfasst))"
    r"|\bi(?:'m| am|'ll be| will be)\b.{0,80}?\b(?:out of (?:the )?office|on (?:vacation|holiday|(?:annual"
    r"|parental|maternity"
    r"|sick|paternity)? ?leave)|away\b|travelling|unavailable)|this is an automat(?:ed|ic)|office (?:is"
    r"|will be) closed"
    r"|\bje (?:suis|serai)\b.{0,60}?\b(?:absente?|en congés?|en vacances|en déplacement)|(?:ceci est"
    r"|il s'agit d')\s?une? "
    r"(?:réponse|message) automatique|message (?:automatique|généré automatiquement)"
    r"|\b(?:sono|sarò)\b.{0,60}?\b(?:in ferie|fuori (?:ufficio|sede)|assente|in congedo)|(?:risposta"
    r"|messaggio) automatic[oa]"
    r"|\bik ben\b.{0,60}?\b(?:afwezig|niet aanwezig|niet op kantoor|(?:met|op) (?:vakantie|verlof))"
    r"|dit is een automatisch",
    re.IGNORECASE | re.DOTALL,
)
_WHAT_THEN = re.compile(
    r"in dringenden (?:fällen|angelegenheiten)|bei dringenden|dringende (?:anliegen|fälle|anfragen)|meine? vertret"
    r"|vertritt mich|vertreten (?:mich|durch)|(?:nicht|automatisch) (?:weitergeleitet|gelesen|bearbeitet)"
    r"|nach meiner rückkehr|wieder (?:erreichbar|im büro|für sie da|zurück|im haus|persönlich)"
    r"|kein(?:en)? zugriff auf meine"
    r"|nur eingeschränkt|wenden sie sich (?:bitte |in .{0,40})?an|meine (?:kolleg|mails?\b|e-?mails?\b)"
    r"|kontaktieren sie bitte"
    r"|(?:ihre|deine) (?:e-?mail|nachricht|anfrage|mail) .{0,60}(?:beantworten|bearbeiten|lesen|melden"
    r"|weitergeleitet)"
    r"|nicht auf diese (?:e-?mail|nachricht|mail)|(?:antworten|reagieren) sie (?:bitte )?nicht|melden uns"
    r"|werden? (?:uns|mich) .{0,60}(?:melden|kümmern|bearbeiten)|(?:vorgangs|ticket|bearbeitungs)-?nummer"
    r"|in urgent cases|(?:for )?urgent (?:matters|issues|requests|enquiries)|(?:upon|on) my return|when i return"
    r"|(?:will be|am) back"
    r"|limited access|please (?:do not reply|contact)|get back to you|if your (?:request|matter|e-?mail) is urgent"
    r"|en cas d'urgence|(?:pour toute|demande) urgen|à mon retour|de retour (?:le|au)|veuillez (?:contacter"
    r"|vous adresser)"
    r"|je (?:vous répondrai|traiterai)|ne pas répondre"
    r"|per (?:urgenze|questioni urgenti)|in caso di urgenza|al mio (?:rientro|ritorno)|rivolgersi|contattare"
    r"|di ritorno"
    r"|non rispondere"
    r"|(?:in|voor|bij) (?:dringende|spoed)|na mijn (?:terugkeer|terugkomst)|weer (?:aanwezig|bereikbaar|terug)"
    r"|contact op(?:nemen)? met|niet te beantwoorden",
    re.IGNORECASE | re.DOTALL,
)
# Nobody away asks for anything: a question, a number to look up, a wish.
_CONCERN = re.compile(
    r"\?|\bbitte um\b|\b(?:ich|wir) (?:bitte|bitten|möchten?|benötigen?|brauche|wünsche|widersprech|kündige"
    r"|beantrage|hätten? gern)"
    r"|könn(?:t)?en sie|(?:kunden|vertrags|zähler|rechnungs|bestell|auftrags|akten)-?(?:nummer|nr)|zählerst[aä]nd"
    r"|ablese"
    r"|\bmein (?:zähler|vertrag|paket|abschlag)|meine (?:rechnung|bestellung|kündigung|abrechnung)"
    r"|could you|can you|i (?:would like|need|want)|je (?:voudrais|souhaite)|pourriez-vous|vorrei|potreste"
    r"|ik (?:wil|zou) graag",
    re.IGNORECASE,
)
_RECEIPT = re.compile(
    r"\s{0,3}(?:gelesen|ungelesen gelöscht|nicht gelesen|lesebestätigung|empfangsbestätigung|zugestellt"
    r"|übermittelt|geöffnet"
    r"|(?:not )?read|return receipt|read receipt|delivered|relayed|disposition notification|(?:non )?lu"
    r"|confirmation de lecture"
    r"|accusé de (?:lecture|réception)|remis|(?:non )?letto|conferma di lettura|ricevuta di (?:lettura|ritorno)"
    r"|consegnato"
    r"|(?:niet )?gelezen|leesbevestiging|ontvangstbevestiging|bezorgd|(?:no )?leído|confirmación de lectura)"
    r"\s?(?:\([^)]{1,30}\)\s?)?(?::\s?|-\s)\S"
    r"|.{0,80}(?:return receipt \(displayed\)|\(anzeige\)|- gelesen)\s?-?",
    re.IGNORECASE,
)
_BARE_RECEIPT = re.compile(
    r"\s{0,3}(?:gelesen|lesebestätigung|empfangsbestätigung|return receipt|read receipt|confirmation de lecture"
    r"|accusé de (?:lecture|réception)|conferma di lettura|ricevuta di (?:lettura|ritorno)|leesbevestiging"
    r"|ontvangstbevestiging|confirmación de lectura|gelesen \(.{1,20}\))\s?$",
    re.IGNORECASE,
)
_WAS_READ = re.compile(
    r"(?:nachricht|e-?mail|mail).{0,200}(?:wurde|ist|haben?).{0,80}(?:gelesen|angezeigt|geöffnet|empfangen"
    r"|zugestellt|gelöscht)"
    r"|(?:message|mail).{0,200}(?:was|has been|been) .{0,60}(?:read|displayed|opened|received|deleted|delivered)"
    r"|message.{0,200}(?:a été|été) (?:lu|affiché|reçu|ouvert)|messaggio.{0,200}(?:letto|visualizzato|ricevuto"
    r"|aperto)"
    r"|bericht.{0,200}(?:gelezen|weergegeven|ontvangen|geopend)",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_WORDS, _WORDS, _LONGEST = 700, 1_500, 2_500  # characters of a notice: where it says so, is read, may be long
_SHORT = 800  # characters of a receipt


def names_a_notice(subject: str) -> bool:
    """Whether the subject is one that only programs write."""
    return _SUBJECT.match(subject[:120]) is not None


def is_notice(subject: str, text: str, *, is_answer: bool) -> bool:
    """Whether somebody's program says that nobody is there, or that something arrived.

    `is_answer` tells that the mail answers another, by its header or its subject: no notice comes by itself.
    """
    if ANSWER.match(subject[:40]) is None:
        if names_a_notice(subject):
            return True
        if _WEAK_SUBJECT.match(subject[:120]) and not _CONCERN.search(text[:_LONGEST]):
            return not text.strip() or says_nobody_is_there(text, times=1)
    return is_answer and says_nobody_is_there(text, times=2)


def says_nobody_is_there(text: str, *, times: int = 2) -> bool:
    """Whether the text says that somebody is away, what to do then, and nothing else."""
    words = text[:_WORDS]
    if len(text) > _LONGEST or not text.strip():
        return False
    signs = (_AWAY.search(words[:_FIRST_WORDS]) is not None) + (_WHAT_THEN.search(words) is not None)
    return signs >= times and not _CONCERN.search(words)


def is_receipt(subject: str, text: str) -> bool:
    """Whether the mail only says that another was read or received."""
    if ANSWER.match(subject[:40]):
        return False
    if _RECEIPT.match(subject[:200]):
        return True
    return bool(_BARE_RECEIPT.match(subject[:100])) and (
        not text.strip() or (len(text) < _SHORT and _WAS_READ.search(text) is not None)
    )
