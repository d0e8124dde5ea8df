"""CMS encryption (RFC 5652, 5083, 5084, 5753): the content opened with a key of the operator's."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives import padding as blocks
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from anliegen.flow.channels.email.sealed import certificates
from anliegen.flow.channels.email.sealed.keys import Keyring, OwnKey, Patience
from anliegen.flow.channels.email.sealed.outcome import Closed

_RECIPIENTS = 500
_GCM = {"2.16.840.1.101.3.4.1.6": 16, "2.16.840.1.101.3.4.1.26": 24, "2.16.840.1.101.3.4.1.46": 32}
_WRAPS = {"aes128_wrap": 16, "aes192_wrap": 24, "aes256_wrap": 32}
# dhSinglePass-stdDH with SHA-1 to SHA-512 (RFC 5753, 7.1.4).
_AGREEMENTS: dict[str, type[hashes.HashAlgorithm]] = {
    "1.3.133.16.840.63.0.2": hashes.SHA1,
    "1.3.132.1.11.0": hashes.SHA224,
    "1.3.132.1.11.1": hashes.SHA256,
    "1.3.132.1.11.2": hashes.SHA384,
    "1.3.132.1.11.3": hashes.SHA512,
}
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class _SharedInfo(core.Sequence):  # type: ignore[misc]
    """ECC-CMS-SharedInfo (RFC 5753, 7.2)."""

    _fields = [
        ("key_info", core.Any),
        ("entity_info", core.OctetString, {"explicit": 0, "optional": True}),
        ("public_info", core.OctetString, {"explicit": 2}),
    ]


class _GcmParameters(core.Sequence):  # type: ignore[misc]
    _fields = [("nonce", core.OctetString), ("length", core.Integer, {"default": 12})]


def open_(kind: str, enveloped: Any, keys: Keyring, patience: Patience) -> bytes:
    """The content, by the first of our keys that it was made out to. Raises Closed."""
    found = False
    for own, recipient in _ours(enveloped, keys):
        if patience.left() <= 0:  # the same key may be named as often as somebody likes
            raise Closed("took-too-long")
        found = True
        try:
            return _content(kind, enveloped, _content_key(own, recipient))
        except (ValueError, InvalidTag, keywrap.InvalidUnwrap):
            continue
        except (UnsupportedAlgorithm, KeyError, NotImplementedError) as error:
            raise Closed("method") from error
    raise Closed("damaged" if found else "no-key")


def _ours(enveloped: Any, keys: Keyring) -> Iterator[tuple[OwnKey, Any]]:
    """Each of our keys with the recipient that stands for it."""
    owned = [(own, loaded) for own in keys.own_smime if (loaded := certificates.load(own.certificate)) is not None]
    for info in islice(enveloped["recipient_infos"], _RECIPIENTS):
        for own, certificate in owned:
            if info.name == "ktri" and _is_meant(info.chosen["rid"], certificate):
                yield own, info.chosen
            elif info.name == "kari":
                for each in islice(info.chosen["recipient_encrypted_keys"], _RECIPIENTS):
                    if _is_meant(each["rid"], certificate):
                        yield own, (info.chosen, each)


def _is_meant(identifier: Any, certificate: x509.Certificate) -> bool:
    if identifier.name == "issuer_and_serial_number":
        same_number = identifier.chosen["serial_number"].native == certificate.serial_number
        return bool(same_number and identifier.chosen["issuer"].dump() == certificate.issuer.public_bytes())
    chosen = identifier.chosen
    stated = chosen["subject_key_identifier"].native if identifier.name == "r_key_id" else chosen.native
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return bool(extension.digest == stated)


def _content_key(own: OwnKey, recipient: Any) -> bytes:
    private = load_pem_private_key(own.private, own.passphrase.encode() or None)
    if isinstance(recipient, tuple):
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise UnsupportedAlgorithm("agreement without a curve")
        return _agreed(private, *recipient)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise UnsupportedAlgorithm("transport without RSA")
    algorithm = recipient["key_encryption_algorithm"]
    scheme: Any = padding.PKCS1v15()
    if algorithm["algorithm"].native == "rsaes_oaep":
        chosen = algorithm["parameters"]
        inner = chosen["mask_gen_algorithm"]["parameters"]["algorithm"].native
        scheme = padding.OAEP(
            padding.MGF1(_HASHES[inner]()), _HASHES[chosen["hash_algorithm"]["algorithm"].native](), None
        )
    return private.decrypt(recipient["encrypted_key"].native, scheme)


def _agreed(private: ec.EllipticCurvePrivateKey, agreement: Any, recipient: Any) -> bytes:
    """A key both sides work out (ECDH), under which the content's key is wrapped."""
    algorithm = agreement["key_encryption_algorithm"]
    digest = _AGREEMENTS[algorithm["algorithm"].dotted]
    wrap = type(algorithm).load(algorithm["parameters"].dump())
    length = _WRAPS[wrap["algorithm"].native]
    originator = agreement["originator"]
    if originator.name != "originator_key":
        raise UnsupportedAlgorithm("static keys")
    shared = private.exchange(ec.ECDH(), _public_key(originator.chosen, private))
    info = _SharedInfo({"key_info": core.Any(wrap), "public_info": (length * 8).to_bytes(4, "big")})
    if agreement["ukm"].native is not None:
        info["entity_info"] = agreement["ukm"].native
    wrapping = X963KDF(digest(), length, info.dump()).derive(shared)
    return keywrap.aes_key_unwrap(wrapping, recipient["encrypted_key"].native)


def _public_key(given: Any, private: ec.EllipticCurvePrivateKey) -> ec.EllipticCurvePublicKey:
    """The sender's one-time key; it is on our curve, whether it says so or not."""
    point = bytes(given["public_key"])
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(private.curve, point)
    except ValueError:
        loaded = load_der_public_key(given.untag().dump())
        if not isinstance(loaded, ec.EllipticCurvePublicKey):
            raise
        return loaded


def _content(kind: str, enveloped: Any, key: bytes) -> bytes:
    if kind == "authenticated_enveloped_data":
        return _authenticated(enveloped, key)
    info = enveloped["encrypted_content_info"]
    algorithm = info["content_encryption_algorithm"]
    sealed = bytes(info["encrypted_content"])
    name = algorithm["algorithm"].native
    if name in ("aes128_cbc", "aes192_cbc", "aes256_cbc"):
        cipher: Any = algorithms.AES(key)
    elif name == "tripledes_3key":
        cipher = TripleDES(key)
    else:
        raise UnsupportedAlgorithm(name)
    opener = Cipher(cipher, modes.CBC(algorithm["parameters"].native)).decryptor()
    padded = opener.update(sealed) + opener.finalize()
    unpadder = blocks.PKCS7(cipher.block_size).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def _authenticated(enveloped: Any, key: bytes) -> bytes:
    info = enveloped["auth_encrypted_content_info"]
    algorithm = info["content_encryption_algorithm"]
    if len(key) != _GCM[algorithm["algorithm"].dotted]:
        raise ValueError("a key of another length")
    nonce = _GcmParameters.load(algorithm["parameters"].dump())["nonce"].native
    attributes = enveloped["auth_attrs"]
    beside = None if isinstance(attributes, core.Void) else attributes.untag().dump()
    return AESGCM(key).decrypt(nonce, bytes(info["encrypted_content"]) + enveloped["mac"].native, beside)
