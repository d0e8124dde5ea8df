"""What came along with a message and is shown as what it is: an appointment, a seal. Frozen values; no Django."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is invited. `answer` is `accepted`, `declined`, `tentative`, `delegated` or empty."""

    name: str
    address: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """An invitation, its change, its cancellation, or an answer to it (RFC 5546).

    `method` is `request`, `cancel`, `reply`, `counter`, `publish`, `add`, `refresh` or `declinecounter`. `starts` and
    `ends` are ISO 8601: a moment with its offset, a moment without one when no zone is known, or a date for whole
    days, of which `ends` is the last. `zone` is the name the sender gave. `repeats` is a frequency such as `weekly`.
    """

    method: str
    title: str = ""
    starts: str = ""
    ends: str = ""
    zone: str = ""
    place: str = ""
    organiser: str = ""
    guests: tuple[Guest, ...] = ()
    more_guests: int = 0
    answer: str = ""
    repeats: str = ""
    every: int = 1
    until: str = ""
    times: int = 0
    words: str = ""
    uid: str = ""
    is_cancelled: bool = False
    others: int = 0  # further appointments in the same file

    def as_words(self) -> str:
        """Title, time, place and text, one beneath the other, in no language: for a mail that has no other text."""
        when = " – ".join(moment.replace("T", " ") for moment in (self.starts, self.ends) if moment)
        zone = f" ({self.zone})" if self.zone else ""
        head = [line for line in (self.title, f"{when}{zone}".strip(), self.place) if line]
        return "\n".join([*head, "", self.words]).strip()

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        guests = tuple(Guest(**guest) for guest in kept.get("guests", ()))
        return cls(**(_known(cls, kept) | {"guests": guests}))


@dataclass(frozen=True, slots=True)
class Seal:
    """What was found out about signature and encryption.

    `signature` is empty for none, else `pass` (unchanged, by the sender, vouched for by somebody we trust), `intact`
    (unchanged, but nobody we trust vouches for the signer), `other-sender` (good, but of another address), `expired`,
    `fail` or `unchecked`. `encryption` is empty for none, `opened` or `closed`. `because` are codes of reasons.
    """

    scheme: str = ""  # `smime` or `pgp`
    signature: str = ""
    signer: str = ""
    issuer: str = ""
    encryption: str = ""
    because: tuple[str, ...] = ()
    covers_all: bool = True  # the signature covers the whole text, not a part of it
    subject: str = ""  # the true one, where it lay encrypted: for agents only

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(**(_known(cls, kept) | {"because": tuple(kept.get("because", ()))}))


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Both, for the column of a message that keeps them. `is_ours`: the customer pressed a button, and the words are
    the program's, so that nobody reads a mood out of them."""

    appointment: Appointment | None = None
    seal: Seal | None = None
    is_ours: bool = False

    def as_json(self) -> dict[str, Any]:
        """Only what is there, so that most messages keep an empty object."""
        given = (("appointment", self.appointment), ("seal", self.seal))
        kept: dict[str, Any] = {name: _without_defaults(one) for name, one in given if one is not None}
        return kept | ({"is_ours": True} if self.is_ours else {})

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        appointment, seal = kept.get("appointment"), kept.get("seal")
        return cls(
            Appointment.from_json(appointment) if appointment else None,
            Seal.from_json(seal) if seal else None,
            is_ours=kept.get("is_ours") is True,
        )


def _known(kind: type[Any], kept: dict[str, Any]) -> dict[str, Any]:
    """Only fields that this version knows: what a newer one wrote must not stop a page."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in kept.items() if name in names}


def _without_defaults(value: Appointment | Seal) -> dict[str, Any]:
    defaults = {field.name: field.default for field in fields(value)}
    return {name: given for name, given in asdict(value).items() if given != defaults[name]}
