"""What a delivery report or a receipt says about a message of ours, and how far that is believed.

Whoever got a mail, or was shown it, knows its Message-ID. So a report is believed only about the people whom the mail
went to, or when it came to the address that this mail alone was sent from (VERP), which only we can make.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from anliegen.flow.channels.email.identifiers import read_bounce_address
from anliegen.flow.channels.incoming import Bounce, BouncedRecipient
from anliegen.flow.channels.instance import reply_key
from anliegen.ground.journal.actors import Actor
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Message

LONGEST_SAID = 400  # characters of a server's words, as a delivery keeps them


def message_sent_from(addresses: Iterable[str]) -> int | None:
    """The key of the message that was sent from one of these addresses, if one is a signed one of ours."""
    keys = (read_bounce_address(address, reply_key()) for address in addresses)
    return next((key for key in keys if key is not None and key < 2**63), None)


def believe(message: Message, bounce: Bounce, *, is_proven: bool, actor: Actor, at: datetime) -> bool:
    """Note what the report says. False, and nothing changed, when anybody could have made it up.

    `is_proven`: it came to the message's own address. Then it may name an address the mail was passed on to.
    """
    told = _about_its_recipients(message, bounce, is_proven=is_proven)
    if told is None:
        return False
    failed = [one for one in told if one.action == "failed"]
    delayed = [one for one in told if one.action == "delayed"]
    if failed or _is_all_given_up(bounce):
        unreached = [_as_row(one) for one in failed]
        reason = unreached[0]["reason"] if unreached else "unknown"
        tickets.mark_bounced(message, reason=reason, unreached=unreached, actor=actor, at=at)
    elif delayed:
        tickets.mark_delayed(message, reason=delayed[0].status or "4.4.7", actor=actor, at=at)
    return True


def confirm(message: Message, addresses: Sequence[str], *, actor: Actor, at: datetime) -> None:
    """Note that it reached these, if it went to one of them."""
    if not _addressees(message).keys().isdisjoint(fold_address("email", one) for one in addresses):
        tickets.mark_delivered(message, actor=actor, at=at)


def _about_its_recipients(message: Message, bounce: Bounce, *, is_proven: bool) -> list[BouncedRecipient] | None:
    """What it says about people the mail went to, by the addresses we know; None when it is not to be believed."""
    ours = _addressees(message)
    named = [
        _renamed(one, ours[folded])
        for one in bounce.recipients
        if (folded := fold_address("email", one.address)) in ours
    ]
    if named:
        return named
    if not is_proven:
        return None
    if len(ours) == 1 and len(bounce.recipients) == 1:  # passed on to another address
        return [_renamed(bounce.recipients[0], *ours.values())]
    return list(bounce.recipients)


def _is_all_given_up(bounce: Bounce) -> bool:
    """Without a name it is about all; else "failed" decides, for a passing reason (4.x.x) too: nobody tries again."""
    return bounce.kind == "hard" and not bounce.recipients


def _addressees(message: Message) -> dict[str, str]:
    return {fold_address("email", one["address"]): one["address"] for one in (*message.to, *message.cc)}


def _renamed(one: BouncedRecipient, address: str) -> BouncedRecipient:
    return BouncedRecipient(address, one.action, one.status, one.diagnostic)


def _as_row(one: BouncedRecipient) -> dict[str, str]:
    return {"address": one.address, "reason": one.status or "unknown", "said": (one.diagnostic or "")[:LONGEST_SAID]}
