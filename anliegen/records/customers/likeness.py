"""Are these two perhaps one person? A pure scoring with its reasons; it proposes, and never decides.

Each reason has a weight of its own and what speaks against it counts, too. LIKELY is reached by one strong reason or by
two middling ones, never by a name alone: there are many of the name Müller.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LIKELY = 50
COMPARED_DIGITS = 8  # at the end of a telephone number: what comes before is written in many ways
SHORTEST_NAME_OF_A_MAILBOX = 5
COMMON_MAILBOXES = frozenset(
    [
        "info",
        "kontakt",
        "contact",
        "service",
        "office",
        "mail",
        "post",
        "hallo",
        "buero",
        "büro",
        "verwaltung",
        "support",
        "admin",
        "familie",
        "team",
    ]
)

WEIGHTS = {
    "claimed": 70,
    "same_phone": 70,
    "in_signature": 60,
    "same_name_and_street": 70,
    "same_name_and_organisation": 60,
    "same_name": 30,
    "similar_name": 15,
    "same_mailbox": 20,
    "same_street": 10,
    "other_given_name": -45,
    "other_organisation": -15,
}
WORDS: dict[str, str | Promise] = {
    "claimed": _("an address of one was noted for the other"),
    "same_phone": _("the same telephone number"),
    "in_signature": _("an address of one stands in the signature of the other"),
    "same_name_and_street": _("the same name at the same street"),
    "same_name_and_organisation": _("the same name in the same organisation"),
    "same_name": _("the same name"),
    "similar_name": _("a similar name"),
    "same_mailbox": _("the same name of the mailbox at another provider"),
    "same_street": _("the same street"),
    "other_given_name": _("but another given name"),
    "other_organisation": _("but another organisation"),
}


@dataclass(frozen=True)
class Traits:
    """What is compared of a person: names folded, addresses as `fold_address` makes them.

    `mentioned`: addresses that stand in the signatures of their mails.
    """

    name: str = ""
    organisation: int | None = None
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    mentioned: frozenset[str] = field(default=frozenset())
    street: str = ""
    postcode: str = ""


@dataclass(frozen=True)
class Likeness:
    """0 to 100, and why: codes of WORDS, the strongest first."""

    score: int
    reasons: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY


def likeness(one: Traits, other: Traits, *, claimed: bool = False) -> Likeness:
    """How much speaks for it that both are the same person. The order of the two says nothing."""
    reasons = [
        *(["claimed"] if claimed else []),
        *_addresses(one, other),
        *_names(one, other),
    ]
    score = sum(WEIGHTS[reason] for reason in reasons)
    ordered = sorted(reasons, key=lambda reason: (-WEIGHTS[reason], reason))
    return Likeness(max(0, min(100, score)), tuple(ordered))


def _addresses(one: Traits, other: Traits) -> list[str]:
    found = []
    if _tails(one.phones) & _tails(other.phones):
        found.append("same_phone")
    if _is_mentioned(one, other) or _is_mentioned(other, one):
        found.append("in_signature")
    if _mailboxes(one) & _mailboxes(other):
        found.append("same_mailbox")
    return found


def _names(one: Traits, other: Traits) -> list[str]:
    words, others = one.name.split(), other.name.split()
    street = bool(one.street) and (one.street, one.postcode) == (other.street, other.postcode)
    if not words or not others:
        return ["same_street"] if street else []
    found = []
    same_house = one.organisation is not None and one.organisation == other.organisation
    if one.name == other.name and len(words) > 1:
        strong = ["same_name_and_street"] * street + ["same_name_and_organisation"] * same_house
        found += strong or ["same_name"]
    else:
        if _abbreviates(words, others) or _abbreviates(others, words):
            found.append("similar_name")
        elif words[-1] == others[-1] and words[0] != others[0] and len(words) > 1 and len(others) > 1:
            found.append("other_given_name")
        if street:
            found.append("same_street")
    if one.organisation is not None and other.organisation is not None and not same_house:
        found.append("other_organisation")
    return found


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """ "k. berger" for "kim berger": the same family name, and the given name by its first letter."""
    initial = short[0].rstrip(".")
    return len(short) > 1 and len(long) > 1 and len(initial) == 1 and short[-1] == long[-1] and long[0][0] == initial


def _tails(phones: frozenset[str]) -> set[str]:
    return {phone[-COMPARED_DIGITS:] for phone in phones if len(phone) >= COMPARED_DIGITS}


def _is_mentioned(one: Traits, other: Traits) -> bool:
    return bool(one.mentioned & other.emails or _tails(one.mentioned - one.emails) & _tails(other.phones))


def _mailboxes(one: Traits) -> set[str]:
    locals_ = {email.partition("@")[0] for email in one.emails}
    return {name for name in locals_ if len(name) >= SHORTEST_NAME_OF_A_MAILBOX} - COMMON_MAILBOXES
