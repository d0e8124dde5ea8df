"""Where seals stand in a mail: which parts are signed or encrypted, and what lies in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from anliegen.flow.channels.email import headers, limits, mime, transfer
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.email.sealed import outcome, pgp, smime
from anliegen.flow.channels.email.sealed.keys import Keyring, Keys, KeysUnavailable, Patience, Sender
from anliegen.flow.channels.email.sealed.outcome import Closed, Opened
from anliegen.records.tickets.enclosed import Seal

_SCHEMES = ((smime.SIGNATURES, smime), (pgp.SIGNATURES, pgp))
_INLINE = (b"-----BEGIN PGP MESSAGE-----", b"-----BEGIN PGP SIGNED MESSAGE-----")
_HIDDEN_SUBJECT = re.compile(
    r"\s*(?:\.{3}|…|\[\.{3}\]|\(?encrypted(?: message)?\)?|verschlüsselte nachricht)?\s*", re.I
)

Opener = Callable[[bytes, Keyring, Sender, Patience], Opened]


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The part that lay inside, as a tree of its own."""

    root: Part


class Unsealer:
    """Opens and checks the seals of one mail, at most `limits.SEALS` of them, within `limits.SEALS_S`; knows what came
    of it.
    """

    def __init__(self, root: Part, defects: Defects, keys: Keys, sender: Sender) -> None:
        self.defects, self.sender, self._keys = defects, sender, keys
        self._loaded: Keyring | None = None
        self.seal: Seal | None = None
        self.subject = ""  # the true one, where the mail shows a made up one outside and it is no secret
        self.roots = [root]  # parts that are all of the mail that a person sees
        self.left = limits.SEALS
        self._patience = Patience(limits.SEALS_S)

    @property
    def keys(self) -> Keyring:
        if self._loaded is None:
            try:
                self._loaded = self._keys()
            except Exception as error:
                raise KeysUnavailable from error
        return self._loaded

    def check(self, part: Part) -> Part | None:
        """The signed part of a multipart/signed, after noting what its signature is worth; None for anything else."""
        if part.content_type != "multipart/signed" or len(part.parts) < 2:
            return None
        content, signature = part.parts[0], part.parts[1]
        scheme = next((scheme for types, scheme in _SCHEMES if signature.content_type in types), None)
        if scheme is None:
            return None  # what is called a signature is none: a part like others
        if self._is_whole(part):
            self.roots.append(content)
        if self._may():
            entity, beside = content.entity(), transfer.content(signature, self.defects)
            seal = scheme.check(entity, beside, self.keys, self.sender, self._patience)
            self._note(seal, whole=self._is_whole(part))
            self._take_subject(content)
        return content

    def open_(self, part: Part) -> Unsealed | None:
        """What lies in an encrypted or packed part; None when it is none, or stays closed: then it is a file."""
        opener, sealed = self._opener(part)
        if opener is None or not self._may():
            return None
        try:
            opened = opener(transfer.content(sealed, self.defects), self.keys, self.sender, self._patience)
        except Closed as closed:
            scheme = "pgp" if opener is pgp.open_ else "smime"
            self._note(Seal(scheme, encryption="closed", because=(closed.because,)), whole=True)
            return None
        self._note(opened.seal, whole=self._is_whole(part))
        root = mime.split(opened.content, self.defects)
        if self._is_whole(part):
            self.roots.append(root)
        self._take_subject(root)
        return Unsealed(root)

    def read_inline(self, text: bytes) -> bytes:
        """The text with the OpenPGP messages in it opened, as far as they open."""
        if not any(mark in text for mark in _INLINE):
            return text
        for find, opener in ((pgp.signed_text_in, pgp.open_signed_text), (pgp.message_in, pgp.open_)):
            while (found := find(text)) and self._may():
                start, end = found
                try:
                    opened = opener(text[start:end].strip(), self.keys, self.sender, self._patience)
                except Closed as closed:
                    self._note(Seal("pgp", encryption="closed", because=(closed.because,)), whole=True)
                    break
                around = text[:start].strip() + text[end:].strip()
                self._note(opened.seal, whole=not around)
                text = text[:start] + opened.content + text[end:]
        return text

    def is_root(self, part: Part) -> bool:
        return any(part is root for root in self.roots)

    def _opener(self, part: Part) -> tuple[Opener | None, Part]:
        name = (part.disposition_parameters.get("filename") or part.type_parameters.get("name") or "").lower()
        if part.content_type in smime.TYPES and not name.endswith(".p7s"):
            return smime.open_, part
        if part.content_type == "application/octet-stream" and name in ("smime.p7m", "smime.p7z"):
            return smime.open_, part
        kinds = [child.content_type for child in part.parts]
        if "application/pgp-encrypted" in kinds[:-1]:
            # Exchange makes a multipart/mixed of it: what counts is what follows the announcement.
            return pgp.open_, part.parts[kinds.index("application/pgp-encrypted") + 1]
        return None, part

    def _may(self) -> bool:
        self.left -= 1
        if self.left < 0:
            self.defects.note(outcome.REASONS["too-deep"])
        return self.left >= 0

    def _is_whole(self, part: Part) -> bool:
        for root in self.roots:
            while root is not part and root.content_type.startswith("multipart/") and len(root.parts) == 1:
                root = root.parts[0]
            if root is part:
                return True
        return False

    def _note(self, seal: Seal, *, whole: bool) -> None:
        if seal.signature and not whole:
            state = "intact" if seal.signature == "pass" else seal.signature
            seal = replace(seal, signature=state, covers_all=False, because=(*seal.because, "part-only"))
        outcome.tell(seal, self.defects)
        self.seal = outcome.joined(self.seal, seal)

    def _take_subject(self, part: Part) -> None:
        """Programs that hide the subject write it inside once more (RFC 9788, and its forerunners)."""
        marked = "hp" in part.type_parameters or "protected-headers" in part.type_parameters
        if not marked or not part.has("subject"):
            return
        subject = part.first("subject").decode("utf-8", "replace")
        if self.seal is None or not self.seal.encryption:
            self.subject = self.subject or subject
        elif not self.seal.subject:
            # What was encrypted for us is no subject of a concern: that one stands in every mail about it.
            self.seal = replace(self.seal, subject=headers.decode(subject.encode()[: limits.WORDS], self.defects)[:400])


def is_hidden(subject: str) -> bool:
    """Whether this subject only stands where the true one was taken out."""
    return _HIDDEN_SUBJECT.fullmatch(subject) is not None
