"""S/MIME certificates: whose they are, and whether somebody we trust vouches for them."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DEEPEST = 6
_FOR_MAIL = {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}


@lru_cache(maxsize=200)
def load(encoded: bytes) -> x509.Certificate | None:
    """From PEM or DER; None when it is none that can be read."""
    try:
        if b"-----BEGIN" in encoded:
            return x509.load_pem_x509_certificate(encoded)
        return x509.load_der_x509_certificate(encoded)
    except (ValueError, UnsupportedAlgorithm):
        return None


def addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    """The mail addresses it is made out to, lower case."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = list(names.get_values_for_type(x509.RFC822Name))
    except (x509.ExtensionNotFound, ValueError):
        found = []
    found += [_text(each) for each in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    return tuple(dict.fromkeys(address.lower() for address in found))


def holder(certificate: x509.Certificate) -> str:
    """Name and address, for people."""
    return _person(_common_name(certificate.subject), next(iter(addresses(certificate)), ""))


def issuer(certificate: x509.Certificate) -> str:
    organisation = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return (_text(organisation[0]) if organisation else _common_name(certificate.issuer))[:200]


def is_valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def is_for_mail(certificate: x509.Certificate) -> bool:
    """Whether its issuer meant it for signing mails; one that says nothing may."""
    try:
        meant = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return True
    return bool(_FOR_MAIL.intersection(meant))


def is_vouched_for(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    trusted: Iterable[x509.Certificate],
    *,
    moment: datetime,
) -> bool:
    """Whether a chain of valid authorities leads from it to a trusted one. Revocation is not asked for: that would
    tell an outside server which mails we read.
    """
    pool, anchors = list(others)[:50], list(trusted)
    known = {each.public_bytes(Encoding.DER) for each in anchors}
    chain = certificate
    for depth in range(_DEEPEST):
        if chain.public_bytes(Encoding.DER) in known:
            return True
        above = [each for each in (*anchors, *pool) if _issued(each, chain, depth) and is_valid_at(each, moment)]
        # A trusted one first, so that a second chain beside it leads nowhere else.
        above.sort(key=lambda each: each.public_bytes(Encoding.DER) not in known)
        if not above or above[0] == chain:
            return False
        chain = above[0]
    return False


def _issued(authority: x509.Certificate, certificate: x509.Certificate, depth: int) -> bool:
    if authority.subject != certificate.issuer or not _may_vouch(authority, depth):
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _may_vouch(authority: x509.Certificate, depth: int) -> bool:
    """An authority, allowed to sign certificates, with at most so many authorities below it."""
    try:
        limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = authority.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid and _is_authority(authority, depth)
    except ValueError:
        return False
    return limits.ca and usage.key_cert_sign and (limits.path_length is None or limits.path_length >= depth)


def _is_authority(authority: x509.Certificate, depth: int) -> bool:
    limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    return limits.ca and (limits.path_length is None or limits.path_length >= depth)


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return _text(found[0]) if found else ""


def _person(name: str, address: str) -> str:
    if name and address and name.lower() != address:
        return f"{name} <{address}>"[:300]
    return (address or name)[:300]


def _text(attribute: "x509.NameAttribute[str | bytes]") -> str:
    value = attribute.value
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
