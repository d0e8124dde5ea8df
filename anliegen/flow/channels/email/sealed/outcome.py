"""What comes out of opening or checking one seal, and the sentences for it."""

from dataclasses import dataclass, field, replace

from anliegen.flow.channels.email.defects import Defects
from anliegen.records.tickets.enclosed import Seal

# Why something stays closed or is not believed. The workspace has its own words for each, in the agent's language.
REASONS = {
    "no-key": "encrypted for a key that is not ours, or that nobody has imported",
    "passphrase": "our key does not open: its passphrase is wrong",
    "damaged": "the sealed part is damaged",
    "method": "the sender used a method that is not supported, or no longer safe",
    "too-large": "larger than is opened",
    "too-deep": "more seals inside each other than are opened",
    "took-too-long": "opening it took too long",
    "changed": "the content was changed after it was signed",
    "bad-signature": "the signature does not fit the certificate it names",
    "no-certificate": "the signer's certificate is not in the mail",
    "unknown-signer": "there is no key of the signer to check the signature with",
    "unknown-authority": "nobody we trust vouches for the signer",
    "expired": "the signer's certificate was not valid when the mail was written",
    "other-address": "the signature is of another address than the sender's",
    "part-only": "the signature covers only a part of the mail",
    "not-checked": "the signature could not be checked",
}
_STATES = {
    "pass": "signed: unchanged and by the sender",
    "intact": "signed and unchanged",
    "other-sender": "signed by somebody else than the sender",
    "expired": "signed and unchanged",
    "fail": "the signature is wrong",
    "unchecked": "signed, not checked",
}


class Closed(Exception):
    """It does not open; `because` is one of REASONS."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


@dataclass(frozen=True, slots=True)
class Opened:
    """The part that lay inside, a whole MIME entity, and what is known about its seal."""

    content: bytes = field(repr=False)
    seal: Seal


def tell(seal: Seal, defects: Defects) -> None:
    """Note in words what a person should know: why something is closed, why a signature is not simply good."""
    reasons = "; ".join(REASONS[code] for code in seal.because if code in REASONS)
    name = {"smime": "S/MIME", "pgp": "OpenPGP"}.get(seal.scheme, "")
    if seal.encryption == "closed":
        defects.note(f"encrypted ({name}) and not readable here: {reasons}")
    elif seal.signature and seal.signature != "pass":
        defects.note(f"{_STATES[seal.signature]} ({name}): {reasons}")


def joined(outer: Seal | None, inner: Seal) -> Seal:
    """One seal for the mail: the outermost encryption, and the first signature."""
    if outer is None:
        return inner
    signed = outer if outer.signature else inner
    closed = next((each for each in (outer, inner) if each.encryption == "closed"), None)
    return replace(
        signed,
        scheme=signed.scheme or inner.scheme,
        subject=outer.subject or inner.subject,
        encryption="closed" if closed else outer.encryption or inner.encryption,
        because=tuple(dict.fromkeys((*outer.because, *inner.because))),
    )
