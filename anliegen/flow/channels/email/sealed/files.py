"""Files of keys as people have them: PKCS#12, PEM, DER and OpenPGP, told apart by their bytes. Keeps nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

from anliegen.flow.channels.email.sealed import certificates, pgp
from anliegen.flow.channels.email.sealed.keys import Keyring, OwnKey

LARGEST = 1_000_000  # bytes of a file of keys
_PGP = (b"-----BEGIN PGP", b"\x99", b"\x98", b"\x95", b"\xc5", b"\xc6")
_PRIVATE_PEM = b"PRIVATE KEY-----"


class KeyRefused(Exception):
    """Nothing is imported; `because` is `nothing`, `passphrase` or `no-certificate`."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


@dataclass(frozen=True, slots=True)
class Found:
    """One key of a file, before it is kept."""

    kind: str
    name: str
    fingerprint: str
    public: bytes = field(repr=False)
    own: OwnKey | None = field(default=None, repr=False)
    expires_at: datetime | None = None


def keyring_of(files: Iterable[bytes], passphrase: str = "") -> Keyring:
    """A keyring of files that are kept nowhere. Raises KeyRefused."""
    found = [key for content in files for key in read_file(content, passphrase)]
    return Keyring(
        own_smime=tuple(key.own for key in found if key.own and key.kind == "smime-own"),
        own_pgp=tuple(key.own for key in found if key.own and key.kind == "pgp-own"),
        authorities=tuple(key.public for key in found if key.kind == "smime-authority"),
        people_smime=tuple(key.public for key in found if key.kind in ("smime-person", "smime-own")),
        people_pgp=tuple(key.public for key in found if key.kind in ("pgp-person", "pgp-own")),
    )


def read_file(content: bytes, passphrase: str) -> list[Found]:
    """What is in a file: PKCS#12, PEM, DER or OpenPGP. Raises KeyRefused."""
    if len(content) > LARGEST:
        raise KeyRefused("nothing")
    if content.lstrip().startswith(_PGP[:1]) or content.startswith(_PGP[1:]):
        found = _of_pgp(content, passphrase)
    elif b"-----BEGIN" in content:
        found = _of_pem(content, passphrase)
    else:
        found = _of_der(content, passphrase)
    if not found:
        raise KeyRefused("nothing")
    return found


def _of_pgp(content: bytes, passphrase: str) -> list[Found]:
    return [_pgp_key(key, passphrase) for key in pgp.read_keys(content, passphrase)]


def _pgp_key(key: pgp.KeyFile, passphrase: str) -> Found:
    if key.is_private and not key.opens:
        raise KeyRefused("passphrase")
    return Found(
        kind="pgp-own" if key.is_private else "pgp-person",
        name=", ".join(key.people) or key.fingerprint,
        fingerprint=key.fingerprint.lower(),
        public=key.public,
        own=OwnKey(key.content, passphrase=passphrase) if key.is_private else None,
        expires_at=datetime.fromisoformat(key.expires) if key.expires else None,
    )


def _of_pem(content: bytes, passphrase: str) -> list[Found]:
    try:
        included = x509.load_pem_x509_certificates(content)
    except ValueError:
        included = []
    if _PRIVATE_PEM not in content:
        return [_certificate(each) for each in included]
    try:
        private = load_pem_private_key(content, passphrase.encode() or None)
    except (ValueError, TypeError) as error:
        raise KeyRefused("passphrase") from error
    return _with_private(private, included)


def _of_der(content: bytes, passphrase: str) -> list[Found]:
    if (alone := certificates.load(content)) is not None:
        return [_certificate(alone)]
    if not content.startswith(b"\x30"):
        return []
    try:
        private, own, _others = pkcs12.load_key_and_certificates(content, passphrase.encode() or None)
    except ValueError as error:
        raise KeyRefused("passphrase") from error
    if private is None:
        return []
    return _with_private(private, [own] if own is not None else [])


def _with_private(private: object, included: list[x509.Certificate]) -> list[Found]:
    """Our own key with its certificate. Certificates beside it only vouch for it: that is no reason to trust them."""
    public = _public_bytes(private.public_key())  # type: ignore[attr-defined]  # every kind has one
    own = next((each for each in included if _public_bytes(each.public_key()) == public), None)
    if own is None:
        raise KeyRefused("no-certificate")
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
    kept = OwnKey(pem, own.public_bytes(Encoding.PEM))
    return [_certificate(own, kind="smime-own", own_key=kept)]


def _certificate(given: x509.Certificate, *, kind: str = "", own_key: OwnKey | None = None) -> Found:
    return Found(
        kind=kind or ("smime-authority" if _is_authority(given) else "smime-person"),
        name=certificates.holder(given) or certificates.issuer(given),
        fingerprint=given.fingerprint(hashes.SHA256()).hex(),
        public=given.public_bytes(Encoding.PEM),
        own=own_key,
        expires_at=given.not_valid_after_utc,
    )


def _is_authority(given: x509.Certificate) -> bool:
    try:
        return given.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _public_bytes(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return encoded
