"""What came along with a message, in words: its seal, its appointment, the mails in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anliegen.faces.ui import dates
from anliegen.records.tickets.enclosed import Appointment, Guest, Seal
from anliegen.records.tickets.models import Attachment

MAILS = ("message/rfc822", "message/global")
SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
PGP_VERSION = "application/pgp-encrypted"  # RFC 3156, 4: a part that says "Version: 1" and nothing else
PGP_VERSION_BYTES = 64

_CLOSED = {
    "no-key": gettext_lazy(
        "It was encrypted for a key that is not ours, or that nobody has imported yet. An administrator can import it"
        " in the settings; else ask the sender to write without encryption."
    ),
    "passphrase": gettext_lazy("Our key does not open. An administrator should import it again with its passphrase."),
    "damaged": gettext_lazy("The encrypted part is damaged. Ask the sender to send it again."),
    "method": gettext_lazy("The sender's program used a method that is not supported. Ask for another one."),
    "too-large": gettext_lazy("It is larger than what is opened here."),
    "too-deep": gettext_lazy("More is packed into each other than is opened here."),
    "took-too-long": gettext_lazy("Opening it took too long."),
}
_UNCHECKED = {
    "unknown-signer": gettext_lazy("Signed, but not checked: there is no key of the signer here."),
    "no-certificate": gettext_lazy("Signed, but not checked: the signer's certificate is not in the mail."),
    "method": gettext_lazy("Signed, but not checked: the method is not supported, or no longer safe."),
}
_ANSWERS = {
    "accepted": gettext_lazy("accepted"),
    "declined": gettext_lazy("declined"),
    "tentative": gettext_lazy("tentatively accepted"),
    "delegated": gettext_lazy("delegated"),
}


@dataclass(frozen=True)
class Remark:
    """One sentence about a seal. `tone` is empty for a quiet line, else the tone of a notice with a title."""

    text: str | Promise
    sign: str
    tone: str = ""
    title: str | Promise = ""


def remarks(seal: Seal | None) -> list[Remark]:
    """What an agent should know about encryption and signature, the graver first."""
    if seal is None:
        return []
    found = [*_about_encryption(seal), *_about_signature(seal)]
    return sorted(found, key=lambda remark: not remark.tone)


def is_closed(seal: Seal | None) -> bool:
    return seal is not None and seal.encryption == "closed"


def _about_encryption(seal: Seal) -> list[Remark]:
    if seal.encryption == "opened":
        opened = _(
            "It came encrypted and was opened with our key. Customers see neither its words nor its files on the status"
            " page, and no answer quotes it; what you write yourself goes out without encryption."
        )
        return [Remark(opened, "lock"), *_about_subject(seal)]
    if seal.encryption == "closed":
        why = next((_CLOSED[code] for code in seal.because if code in _CLOSED), _CLOSED["damaged"])
        return [Remark(why, "lock", "waiting", _("Encrypted, and not readable here")), *_about_subject(seal)]
    return []


def _about_subject(seal: Seal) -> list[Remark]:
    if not seal.subject:
        return []
    return [Remark(_("Its subject was encrypted too: %(subject)s") % {"subject": seal.subject}, "lock")]


def _about_signature(seal: Seal) -> list[Remark]:
    who = {"signer": seal.signer or _("somebody unknown"), "issuer": seal.issuer or "?"}
    match seal.signature:
        case "":
            return []
        case "fail":
            text = _(
                "It was changed after %(signer)s signed it, or somebody else made the signature. Ask before you act."
            )
            return [Remark(text % who, "broken", "broken", _("The signature is wrong"))]
        case "other-sender":
            text = _("The signature is of %(signer)s, and not of the sender's address. Check who writes.")
            return [Remark(text % who, "warning", "waiting", _("Signed by somebody else than the sender"))]
        case "unchecked":
            why = next((_UNCHECKED[code] for code in seal.because if code in _UNCHECKED), None)
            return [Remark(why or _("Signed, but not checked: the signature cannot be read."), "help")]
    if not seal.covers_all:
        text = _("%(signer)s signed only a part of this mail. What stands around it can be of anybody.")
        return [Remark(text % who, "warning", "waiting", _("Signed in part"))]
    if seal.signature == "expired":
        text = _("Signed by %(signer)s and unchanged; the certificate was not valid when the mail was written.")
        return [Remark(text % who, "clock")]
    if seal.signature == "intact":
        text = _("Signed by %(signer)s and unchanged. Nobody we trust vouches for that name (issued by: %(issuer)s).")
        return [Remark(text % who, "help")]
    return [Remark(_("Signed by %(signer)s: unchanged, and it is the sender.") % who, "reviewed")]


@dataclass(frozen=True)
class Card:
    """An appointment, as it is shown."""

    appointment: Appointment

    @property
    def title(self) -> str:
        if self.appointment.is_cancelled:
            return _("Appointment cancelled")
        return {
            "request": _("Invitation"),
            "reply": self._answered(),
            "counter": _("Another time is proposed"),
            "declinecounter": _("The proposed time does not suit"),
            "refresh": _("Asks for the newest state of an appointment"),
        }.get(self.appointment.method, _("Appointment"))

    def _answered(self) -> str:
        answer = _ANSWERS.get(self.appointment.answer)
        return _("Answer to an invitation: %(answer)s") % {"answer": answer} if answer else _("Answer to an invitation")

    @property
    def tone(self) -> str:
        return "broken" if self.appointment.is_cancelled or self.appointment.answer == "declined" else "info"

    @property
    def when(self) -> str:
        """In our own time; whole days without a time."""
        starts, ends = _read(self.appointment.starts), _read(self.appointment.ends)
        if starts is None:
            return _("no time that could be read")
        return _span(_here(starts), _here(ends) if ends else None)

    @property
    def when_there(self) -> str | None:
        """In the sender's own time, if their clock shows another."""
        starts, ends = _read(self.appointment.starts), _read(self.appointment.ends)
        if not isinstance(starts, datetime):
            return None
        if starts.tzinfo is None:
            return _("The sender did not say in which time zone.")
        same_clock = starts.utcoffset() == timezone.localtime(starts).utcoffset()
        if same_clock or self.appointment.zone in ("", "UTC"):
            return None
        return f"{_span(starts, ends)} ({self.appointment.zone})"

    @property
    def guests(self) -> list[str]:
        named = [_guest(guest) for guest in self.appointment.guests]
        more = self.appointment.more_guests
        return [*named, ngettext("%(count)s more", "%(count)s more", more) % {"count": more}] if more else named

    @property
    def repeats(self) -> str | None:
        words = _rhythm(self.appointment)
        if words and self.appointment.until:
            until = date.fromisoformat(self.appointment.until)
            return _("%(rhythm)s, until %(day)s") % {"rhythm": words, "day": dates.exact_day(until)}
        if words and self.appointment.times:
            return _("%(rhythm)s, %(count)s times") % {"rhythm": words, "count": self.appointment.times}
        return words or None

    @property
    def others(self) -> str | None:
        count = self.appointment.others
        if not count:
            return None
        words = ngettext(
            "The file holds %(count)s more appointment.", "The file holds %(count)s more appointments.", count
        )
        return words % {"count": count}


def _rhythm(appointment: Appointment) -> str:
    every = {
        "daily": ngettext("every day", "every %(count)s days", appointment.every),
        "weekly": ngettext("every week", "every %(count)s weeks", appointment.every),
        "monthly": ngettext("every month", "every %(count)s months", appointment.every),
        "yearly": ngettext("every year", "every %(count)s years", appointment.every),
    }
    return every.get(appointment.repeats, "") % {"count": appointment.every}


def _guest(guest: Guest) -> str:
    answer = _ANSWERS.get(guest.answer)
    name = guest.name or guest.address
    return f"{name} ({answer})" if answer else name


def _read(text: str) -> date | datetime | None:
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def _here(moment: date | datetime) -> date | datetime:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return timezone.localtime(moment)
    return moment


def _span(starts: date | datetime, ends: date | datetime | None) -> str:
    """From when till when, the day said once where it is the same."""
    if not isinstance(starts, datetime):
        first = dates.exact_day(starts)
        return f"{first} – {dates.exact_day(ends)}" if ends else _("%(day)s, all day") % {"day": first}
    first = f"{dates.exact_day(starts.date())}, {starts:%H:%M}"
    if not isinstance(ends, datetime):
        return first
    last = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{dates.exact_day(ends.date())}, {ends:%H:%M}"
    return f"{first}–{last}" if ends.date() == starts.date() else f"{first} – {last}"


def mails(files: Sequence[Attachment]) -> list[Attachment]:
    return [file for file in files if file.content_type in MAILS]


def is_plumbing(file: Attachment) -> bool:
    """What only programs need: signature and encryption are told in words, and the original mail still has it."""
    is_version = file.content_type == PGP_VERSION and file.size <= PGP_VERSION_BYTES
    return is_version or file.content_type in SIGNATURES
