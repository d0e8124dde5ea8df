"""The words for days and times in German and English, as `fold` leaves them: Früh and frueh are one."""

from collections.abc import Mapping

from anliegen.ground.text import fold


def _table(**words: str) -> Mapping[str, str]:
    """Each word with what it stands for."""
    return {fold(word): key for key, said in words.items() for word in said.split()}


def _numbered(*rows: str, start: int = 0) -> Mapping[str, int]:
    return {fold(word): number for number, said in enumerate(rows, start) for word in said.split()}


def _words(said: str) -> frozenset[str]:
    return frozenset(map(fold, said.split()))


WEEKDAYS = _numbered(
    "mo montag montags mon monday",
    "di dienstag dienstags tue tues tuesday",
    "mi mittwoch mittwochs wed weds wednesday",
    "do donnerstag donnerstags thu thur thurs thursday",
    "fr freitag freitags fri friday",
    "sa samstag samstags sonnabend sat saturday",
    "so sonntag sonntags sun sunday",
)
MONTHS = _numbered(
    "januar jan january jänner",
    "februar feb february",
    "märz mär mrz march mar",
    "april apr",
    "mai may",
    "juni jun june",
    "juli jul july",
    "august aug",
    "september sep sept",
    "oktober okt october oct",
    "november nov",
    "dezember dez december dec",
    start=1,
)
NUMBERS = _numbered(
    "ein eine einem einer einen eins a an one",
    "zwei zwo two",
    "drei three",
    "vier four",
    "fünf five",
    "sechs six",
    "sieben seven",
    "acht eight",
    "neun nine",
    "zehn ten",
    "elf eleven",
    "zwölf twelve",
    start=1,
)
UNITS = _table(
    minute="minute minuten minutes min mins",
    hour="stunde stunden std hour hours",
    day="tag tage tagen day days",
    workday="werktag werktage werktagen arbeitstag arbeitstage arbeitstagen workday workdays",
    week="woche wochen week weeks",
    month="monat monate monaten month months",
    year="jahr jahre jahren year years",
)
DAYS = _table(today="heute today", tomorrow="morgen tomorrow tmrw", after_tomorrow="übermorgen")
PARTS = _table(
    morning="früh morgens morning",
    forenoon="vormittag vormittags",
    noon="mittag mittags noon midday",
    afternoon="nachmittag nachmittags afternoon",
    evening="abend abends evening tonight",
)
NEXT = _words("nächste nächsten nächster nächstes kommende kommenden kommender kommendes next")
THIS = _words("diese diesen dieser dieses this coming")
BEFORE_A_CLOCK = _words("um at gegen ab")
HALF = _words("halbe halben halber half")
SAY_NOTHING = _words("am on den der dem des the bis zum until till erst of wieder und and")
OF_WORK = _words("working business")
