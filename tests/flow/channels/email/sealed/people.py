"""Who signs and encrypts: an authority, Erika who writes, the service that is written to, and a stranger."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from anliegen.flow.channels.email.sealed.keys import Keyring, OwnKey

NOW = datetime.now(UTC)
ERIKA, SERVICE = "erika@example.de", "service@lindenau.example"


@dataclass(frozen=True)
class Party:
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def private_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def party(
    name: str,
    address: str = "",
    by: Party | None = None,
    *,
    is_authority: bool = False,
    begins: datetime = NOW - timedelta(days=300),
    ends: datetime = NOW + timedelta(days=300),
    on_a_curve: bool = False,
) -> Party:
    key = ec.generate_private_key(ec.SECP256R1()) if on_a_curve else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if address:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return Party(key, builder.sign(by.key if by else key, hashes.SHA256()))


AUTHORITY = party("Vertrauensstelle", is_authority=True)
WRITER = party("Erika Müller", ERIKA, AUTHORITY)
READER = party("Service", SERVICE, AUTHORITY)
READER_ON_A_CURVE = party("Service", SERVICE, AUTHORITY, on_a_curve=True)
STRANGER = party("Niemand", "niemand@example.org")

TRUSTING = Keyring(
    own_smime=(
        OwnKey(READER.private_pem, READER.pem),
        OwnKey(READER_ON_A_CURVE.private_pem, READER_ON_A_CURVE.pem),
    ),
    authorities=(AUTHORITY.pem,),
)


def signature_beside(content: bytes, by: Party = WRITER) -> bytes:
    return _builder(content, by).sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature])


def signed_around(content: bytes, by: Party = WRITER) -> bytes:
    return _builder(content, by).sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def encrypted(content: bytes, to: Party = READER) -> bytes:
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(to.certificate)
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def _builder(content: bytes, by: Party) -> pkcs7.PKCS7SignatureBuilder:
    return pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(by.certificate, by.key, hashes.SHA256())
