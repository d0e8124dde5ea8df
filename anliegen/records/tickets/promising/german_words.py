"""Whether a German clause with a time in it binds us: who does something, and what takes the promise out of it."""

import re

# The verb of the first person alone: "... und melde mich bis Freitag".
_OWN_VERBS = (
    r"melden?|rufen?|schicken?|senden?|prüfen?|klären?|kläre|kümmern?|kümmere|erledigen?|überweisen?|geben?"
    r"|lassen?|kommen?"
    r"|schreiben?|informieren?|bringen?|veranlassen?|machen?|antworten?|antworte|liefern?|liefere|erstatten?|erstatte"
    r"|korrigieren?|buchen?|sperren?|ändern?|ändere|stellen?|teilen?|leiten?|leite|besprechen?|hole|holen"
    r"|werden?|verspreche"
)
WE = re.compile(r"\b(?:ich|wir)\b")
OWN_VERB = re.compile(r"(?:^|und|sowie|,)[\s,]*(?:" + _OWN_VERBS + r")\b(?! sie\b)")
# "You get": what reaches the customer comes from us.
YOU_GET = re.compile(
    r"\b(?:erhalten|bekommen|kriegen|hören)\b.{0,120}\bsie\b|\bsie\b.{0,120}\b(?:erhalten|bekommen|kriegen)\b"
    r"|\bsie hören\b|\bhaben sie\b.{0,120}\b(?:von (?:uns|mir)|konto|postfach|briefkasten|antwort)\b|\bbei ihnen\b"
    r"|\bauf ihrem konto\b|\bmelde[nt] sich\b.{0,80}\bbei ihnen\b|\bruft\b.{0,40}\bsie\b"
)
COLLEAGUE = re.compile(
    r"\b(?:mein|unser|der|die|das|ein|eine|meine|unsere)(?:e|er|es|en)?(?: \w{1,30})? "
    r"(?:kolleg\w{0,6}|\w{0,20}techniker\w{0,4}|monteur\w{0,4}|team|fachabteilung|buchhaltung|abteilung|kundendienst"
    r"|außendienst|teamleitung|sachbearbeit\w{0,8}|bereitschaft\w{0,8}|abrechnung)\b"
)
_DONE = (
    r"erstattet|überwiesen|gutgeschrieben|geändert|erledigt|bearbeitet|geprüft|korrigiert|geliefert|zugestellt"
    r"|verschickt"
    r"|versendet|versandt|zugesandt|gesendet|geschickt|repariert|behoben|angeschlossen|freigeschaltet"
    r"|beantwortet|angerufen"
    r"|ausgetauscht|getauscht|eingebaut|umgestellt|abgeschlossen|storniert|gelöscht|ausgezahlt|ersetzt|nachgereicht"
    r"|berichtigt|eingerichtet|geklärt|fertig"
)
DONE_FOR_YOU = re.compile(
    r"\b(?:wird|werden|ist|sind)\b.{0,160}\b\w{0,20}(?:"
    + _DONE
    + r")\b|\b(?:ist|sind)\b.{0,120}\b(?:unterwegs|wieder da)\b"
    r"|\b(?:geht|gehen|kommt|kommen|trifft|treffen)\b.{0,120}\b(?:heraus|hinaus|raus|ihnen (?:.{0,80} )?zu"
    r"|bei ihnen (?:ein|an))\b"
)
BINDS = (WE, OWN_VERB, YOU_GET, COLLEAGUE, DONE_FOR_YOU)

# What takes it away, in the clause of the time itself.
NEGATED = re.compile(
    r"\b(?:nicht(?! (?:später|nur|länger|erst)\b)|kein\w{0,2}|nie|niemals|weder|ohne|kaum|leider nicht)\b"
)
NEEDS = re.compile(
    r"\b(?:bitten?|gebeten|brauchen?|benötigen?|erwarten?|erbitten?|hoffen?|freuen?|wünschen?|danken?|bedanken?"
    r"|verstehen?"
    r"|bedauern?|glauben?|denken?|wissen|weiß|annehmen|verlangen?|fordern?|empfehlen?|raten|wir (?:erhalten"
    r"|bekommen)|(?:erhalten|bekommen) wir)\b"
)
YOU_DO = re.compile(
    r"\bsie (?:\w{1,20} ){0,2}(?:müssen|sollten|sollen|dürfen|können|möchten|wollen|bräuchten|brauchen|zahlen"
    r"|senden|schicken)\b"
    r"|\b(?:müssen|sollten|sollen|können|dürfen|möchten|wollen|mögen|würden|könnten) sie\b"
    r"|\bsie haben\b.{0,100}\b(?:zeit|gelegenheit|möglichkeit)\b|\bhaben sie\b.{0,100}\b(?:zeit|gelegenheit)\b"
    r"|\bihrerseits\b|\bvon ihnen\b"
)
# An order begins with its verb: "Senden Sie uns bis Freitag ...".
ORDERS = re.compile(
    r"^[\s,;:–—(]*(?:und |oder |dann |also )?(?!erhalten|bekommen|hören|haben|sehen|finden)\w{2,20}n sie\b"
)
MIGHT = re.compile(r"\b(?:könnten?|hätten?|müssten?|dürften?|würden?|wäre|wären)\b")
PAST = re.compile(
    r"\b(?:habe|haben|hat|hatten?|wurden?|war|waren|gingen?|kam|kamen|schrieb|schrieben|riefen?|rief|erhielten?|bekam"
    r"|bekamen|wollten?|telefonierten|sprachen|sprach|ist .{0,60}\b(?:eingegangen|angekommen|gekommen))\b"
)
LONG_PAST = re.compile(r"\b(?:wurden?|war|waren|hatten?|gingen?|kam|kamen|erhielten?|wollten?|bekamen?)\b")
FACT = re.compile(
    r"\bsind wir\b.{0,80}\bda\b|\bwir sind\b.{0,80}\bda\b|\b(?:gültig|läuft|laufen|fällig|frist|kündigungsfrist"
    r"|endet|enden|beginnt|gilt|gelten|\w{0,12}zeiten|geöffnet"
    r"|erreichbar|erreichen sie|geschlossen|urlaub|abwesend|im büro|krank|für sie da|abgebucht|eingezogen"
    r"|abgelesen werden muss)\b"
)
ASKED_WHETHER = re.compile(r"^[\s,;:–—(]*ob\b")
REPORTED = re.compile(r"^[\s,;:–—(]*dass\b")
THEY_SAY = re.compile(
    r"\bsie\b.{0,60}\b(?:möchten|wünschen|wünschten|bitten|baten|erwarten|fordern|wollen|schreiben|schrieben|fragen"
    r"|fragten|sagten|meinen|meinten)\b|\b(?:möchten|wünschen|bitten|erwarten|fordern|schreiben|fragen|meinen) sie\b"
)
ZU = re.compile(r"\b(?:zu \w{2,25}en|\w{2,12}zu\w{2,20}en)\b")

# What takes it away wherever in the sentence it stands.
NO_CONDITION = re.compile(r"\b(?:auch|selbst)(?: dann,?)? wenn\b|\bfalls nötig\b|\bwie (?:gewünscht|besprochen)\b")
CONDITION = re.compile(
    r"\b(?:jeweils|fällig|wenn|falls|sofern|sobald|soweit|solange|vorausgesetzt|andernfalls|sonst|ansonsten"
    r"|gegebenenfalls|ggf"
    r"|es sei denn"
    r"|unter der voraussetzung|nachdem|nach (?:\w{1,20} )?(?:eingang|erhalt|zugang|prüfung)|ab (?:eingang"
    r"|erhalt|zugang)"
    r"|im falle|für den fall|je nach(?:dem)?)\b|^\W*sollten?\b"
)
THEN = re.compile(r"^[\s,;:–—(]*(?:dann|so)\b")
PLEASE = re.compile(r"\bbitte\b")

# Said, but not for sure: offered, and not taken for one beforehand.
SOFT = re.compile(
    r"\b(?:voraussichtlich|vermutlich|wahrscheinlich|hoffentlich|versuchen?|versuche|bemühen?|bemühe|möglichst"
    r"|eventuell"
    r"|vielleicht|in der regel|normalerweise|üblicherweise|gewöhnlich|kann ich|können wir|ich kann|wir können"
    r"|etwa|ungefähr"
    # "Gegen Mittag" is doubt and "gegen die Rechnung" none; so with "rund um" and with what is reckoned anew.
    r"|rund(?! um\b)|planen?|gerechnet|rechnen?(?= (?:\w{1,12} ){0,2}(?:da)?mit\b)|sollte[n]?"
    r"|gegen(?= (?:\d|mittag|abend|nachmittag|anfang|mitte|ende)))\b"
)
# Right before a time these say that it begins there, or has passed, or comes again and again.
BEFORE = re.compile(
    r"(?:\b(?:ab|seit|vom|von|nach|zwischen|jede[nrms]?|je|letzte[nrms]?|vergangene[nrms]?|vorige[nrms]?"
    r"|gute[nrms]?|diesen"
    r"|einen|immer|bereits|schon|erst|pro|alle)|\b(?:mo|di|mi|do|fr)\.?|tag"
    r"|woch)[ \t\u00a0\n]{1,4}(?:bis[ \t\u00a0]{1,3})?$"
)
