"""CMS signatures (RFC 5652, 8551): is the content as it was signed, by whom, and who vouches for them."""

from dataclasses import replace
from itertools import islice
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from anliegen.flow.channels.email.sealed import certificates
from anliegen.flow.channels.email.sealed.keys import Keyring, Sender
from anliegen.records.tickets.enclosed import Seal

# Without SHA-1 and MD5: two mails can be made that have the same, so they prove nothing.
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}
_SIGNERS, _CERTIFICATES, _ATTRIBUTES = 5, 50, 100


def check(signed: Any, contents: tuple[bytes, ...], keys: Keyring, sender: Sender) -> Seal:
    """The seal of a SignedData over one of these writings of the same content; the first good signer counts."""
    seals = [_checked(signer, signed, contents, keys, sender) for signer in islice(signed["signer_infos"], _SIGNERS)]
    if not seals:
        return Seal("smime", "unchecked", because=("no-certificate",))
    order = ("pass", "intact", "other-sender", "expired", "unchecked", "fail")
    return min(seals, key=lambda seal: order.index(seal.signature))


def _checked(signer: Any, signed: Any, contents: tuple[bytes, ...], keys: Keyring, sender: Sender) -> Seal:
    included = [loaded for each in _certificates(signed) if (loaded := certificates.load(each)) is not None]
    known = [loaded for each in keys.people_smime if (loaded := certificates.load(each)) is not None]
    certificate = next((each for each in (*included, *known) if _is_meant(signer["sid"], each)), None)
    if certificate is None:
        return Seal("smime", "unchecked", because=("no-certificate",))
    who = Seal("smime", signer=certificates.holder(certificate), issuer=certificates.issuer(certificate))
    digest = _HASHES.get(signer["digest_algorithm"]["algorithm"].native)
    if digest is None:
        return replace(who, signature="unchecked", because=("method",))
    signed_bytes = next((each for content in contents if (each := _what_was_signed(signer, content, digest()))), None)
    if signed_bytes is None:
        return replace(who, signature="fail", because=("changed",))
    try:
        _verify(certificate.public_key(), signer, signed_bytes, digest())
    except InvalidSignature:
        # Without attributes nothing but the signature itself tells that the content was changed.
        has_attributes = len(_attributes(signer)) > 0
        return replace(who, signature="fail", because=("bad-signature" if has_attributes else "changed",))
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return replace(who, signature="unchecked", because=("method",))
    return _believed(certificate, included, keys, sender, who)


def _believed(
    certificate: x509.Certificate, included: list[x509.Certificate], keys: Keyring, sender: Sender, who: Seal
) -> Seal:
    """The signature is good: is it the sender's, and who vouches for that?"""
    moment = sender.moment()
    trusted = [loaded for each in (*keys.authorities, *keys.people_smime) if (loaded := certificates.load(each))]
    vouched = certificates.is_for_mail(certificate) and certificates.is_vouched_for(
        certificate, included, trusted, moment=moment
    )
    if sender.address.lower() not in certificates.addresses(certificate):
        because = ("other-address",) if vouched else ("other-address", "unknown-authority")
        return replace(who, signature="other-sender", because=because)
    if not certificates.is_valid_at(certificate, moment):
        return replace(who, signature="expired", because=("expired",))
    if not vouched:
        return replace(who, signature="intact", because=("unknown-authority",))
    return replace(who, signature="pass")


def _certificates(signed: Any) -> list[bytes]:
    given = signed["certificates"]
    if isinstance(given, core.Void):
        return []
    return [each.chosen.dump() for each in islice(given, _CERTIFICATES) if each.name == "certificate"]


def _is_meant(identifier: Any, certificate: x509.Certificate) -> bool:
    if identifier.name == "issuer_and_serial_number":
        same_number = identifier.chosen["serial_number"].native == certificate.serial_number
        return bool(same_number and identifier.chosen["issuer"].dump() == certificate.issuer.public_bytes())
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return bool(extension.digest == identifier.chosen.native)


def _attributes(signer: Any) -> dict[str, Any]:
    given = signer["signed_attrs"]
    if isinstance(given, core.Void):
        return {}
    return {each["type"].native: each["values"] for each in islice(given, _ATTRIBUTES)}


def _what_was_signed(signer: Any, content: bytes, digest: hashes.HashAlgorithm) -> bytes | None:
    """The bytes under the signature: the attributes, if they name this content's digest, else the content."""
    attributes = _attributes(signer)
    if not attributes:
        return content
    stated = attributes.get("message_digest")
    made = hashes.Hash(digest)
    made.update(content)
    if stated is None or len(stated) != 1 or stated[0].native != made.finalize():
        return None
    attributes_as_signed: bytes = signer["signed_attrs"].untag().dump()
    return attributes_as_signed


def _verify(key: Any, signer: Any, signed: bytes, digest: hashes.HashAlgorithm) -> None:
    """Raises InvalidSignature, or what says that the method is not supported."""
    signature = signer["signature"].native
    algorithm = signer["signature_algorithm"]
    if isinstance(key, rsa.RSAPublicKey):
        if algorithm["algorithm"].native == "rsassa_pss":
            chosen = algorithm["parameters"]
            digest = _HASHES[chosen["hash_algorithm"]["algorithm"].native]()
            inner = _HASHES[chosen["mask_gen_algorithm"]["parameters"]["algorithm"].native]()
            scheme: Any = padding.PSS(padding.MGF1(inner), chosen["salt_length"].native)
        else:
            scheme = padding.PKCS1v15()
        key.verify(signature, signed, scheme, digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed, ec.ECDSA(digest))
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        key.verify(signature, signed)
    else:
        raise UnsupportedAlgorithm("no known kind of key")
