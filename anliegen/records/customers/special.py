"""Words that point to a special category of personal data (Art. 9 GDPR). Pure; German first.

It warns and decides nothing: a word may mean something harmless (a street named after a hospital), and much that is
special has no such word. The person who notes it down reads the warning and answers for what is kept.
"""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BY_CATEGORY = "category"
KINDS: dict[str, str | Promise] = {
    "health": _("health"),
    "religion": _("religion or belief"),
    "politics": _("political opinion"),
    "union": _("membership of a trade union"),
    "origin": _("ethnic origin"),
    "sexuality": _("sexual life or orientation"),
    "biometrics": _("biometric or genetic data"),
    BY_CATEGORY: _("a special category"),
}
# Beginnings of words, in lower case; one that must be a whole word ends in "$".
_STEMS: dict[str, str] = {
    "health": (
        "krank erkrank krebs diabet depress demen alzheim schwanger behinder schwerbehind pflegegrad pflegebed"
        " rollstuhl blind$ gehörlos taub$ allergi therap operation operiert chemo dialys herzinfarkt schlaganfall"
        " epilep asthma hiv$ aids$ multiple$ parkinson psych sucht süchtig alkoholi medikament arzt$"
        " ärzt diagnos attest reha$ beatmung sauerstoffgerät insulin autis burnout unfruchtbar"
        " illness$ sick$ disease disab disorder pregnan"
        " cancer wheelchair deaf$ medic diagnosed therapy surgery dementia"
    ),
    "religion": (
        "religi katholi evangeli protestant muslim moslem islam jüdisch jude$ jüdin christ$ christin hindu buddhis"
        " atheis konfession kirche$ kirchensteuer moschee synagog kopftuch ramadan koscher halal catholic jewish"
        " church$ mosque$ faith$"
    ),
    "politics": "partei$ parteimit politisch wählt$ cdu$ csu$ spd$ afd$ fdp$ grüne$ linke$ sozialdemokrat politic",
    "union": "gewerkschaft verdi$ ver.di$ metall$ dgb$ streik trade-union unionist",
    "origin": "migrationshinter herkunft$ hautfarbe ethni sinti$ roma$ aussiedler geflüchtet flüchtling asyl refugee",
    "sexuality": "schwul lesb homosex bisex transgender transsex intersex queer$ hetero sexuell gay$ lesbian sexual",
    "biometrics": "fingerabdruck biometr genetisch gentest erbkrank dna$ fingerprint genetic",
}
_PATTERNS = {
    kind: re.compile(
        "|".join(
            rf"\b{re.escape(stem[:-1])}\b" if stem.endswith("$") else rf"\b{re.escape(stem)}" for stem in stems.split()
        )
    )
    for kind, stems in _STEMS.items()
}


def kinds_in(text: str, *, category_is_special: bool = False) -> list[str]:
    """The kinds of special data that a text seems to speak of, as codes of KINDS; BY_CATEGORY alone when only the
    chosen category says so."""
    lower = text.lower()
    found = [kind for kind, pattern in _PATTERNS.items() if pattern.search(lower)]
    return found or ([BY_CATEGORY] if category_is_special else [])
