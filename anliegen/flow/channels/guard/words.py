"""What a tripped brake says to a person: what happened, what was done, and what to do now."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.flow.channels.guard.pace import FEIGNED, SURE
from anliegen.flow.channels.models import Brake

OF_MAILS = ("address", "ticket", "mails")  # these set mails aside; the others hold acknowledgements back


def title(brake: Brake, name: str) -> str:
    """`name` is the concern or the person that it is about, as the reader may see it; an address names itself."""
    match brake.kind:
        case "address":
            return _("Very many mails of %(name)s") % {"name": _whose(brake.key)}
        case "ticket":
            return _("Very many mails to the concern %(name)s") % {"name": name}
        case "person":
            return _("Very many acknowledgements to %(name)s") % {"name": name}
        case "mails":
            return _("Very many mails in all")
    return _("Very many acknowledgements in all")


def happened(brake: Brake) -> str:
    if brake.kind in OF_MAILS:
        done = ngettext(
            "%(held)s mail was set aside. It is kept whole.",
            "%(held)s mails were set aside. They are kept whole.",
            brake.held,
        )
        return (
            _("More than %(most)s came within ten minutes.") % {"most": brake.most} + " " + done % {"held": brake.held}
        )
    done = ngettext(
        "%(held)s acknowledgement was not written. The mails themselves came in.",
        "%(held)s acknowledgements were not written. The mails themselves came in.",
        brake.held,
    )
    return (
        _("More than %(most)s were due within a short time.") % {"most": brake.most} + " " + done % {"held": brake.held}
    )


def what_to_do(brake: Brake) -> str:
    """What releasing and keeping would do."""
    if brake.kind in ("address", "ticket"):
        return _(
            "Look at some of the mails. If people wrote them, release the brake: what was set aside is taken in, and"
            " for a day nothing is held back. If it is a loop of programs or a flood, keep it pulled: what was set"
            " aside is rejected, and so is what still comes, until you release it."
        )
    if brake.kind == "person":
        return _(
            "Perhaps a program answers our acknowledgements. If not, release the brake: the acknowledgements are made"
            " up for, and for a day there is no limit for this person. Or keep it pulled: then there are none for this"
            " person."
        )
    if brake.kind == "mails":
        return _(
            "Look at some of the mails. If it is a flood, first make rules that reject what its mails have in common."
            " Then release the brake: what was set aside is taken in, as far as no rule rejects it, and for a day there"
            " is no limit in all. Mails that come meanwhile are taken in as soon as the pace drops."
        )
    return _(
        "If many people really write just now, release the brake: the acknowledgements are made up for, and for a day"
        " there is no limit. If it is a flood or a loop, keep it pulled: then there are no acknowledgements for"
        " anybody, until you release it."
    )


def _whose(key: str) -> str:
    """The address of a key, and what was found out about it."""
    if key.startswith(SURE):
        return _("%(address)s (confirmed)") % {"address": key.removeprefix(SURE)}
    if key.startswith(FEIGNED):
        return _("%(address)s (pretended)") % {"address": key.removeprefix(FEIGNED)}
    return key
