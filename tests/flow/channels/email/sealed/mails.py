"""Mails with a seal, put together byte by byte."""

import base64

HEAD = (
    b"Message-ID: <s1@example.de>\r\nFrom: Erika <erika@example.de>\r\nTo: service@lindenau.example\r\n"
    b"Subject: Vertrag\r\nMIME-Version: 1.0\r\n"
)
TEXT = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nIch kündige.\r\n".encode()


def signed_mail(content: bytes, signature: bytes, protocol: str, *, after: bytes = b"") -> bytes:
    """multipart/signed with what stands after it, if anything, in a multipart/mixed around it."""
    ending = {"application/pkcs7-signature": "smime.p7s", "application/pgp-signature": "signature.asc"}[protocol]
    fields = f'Content-Type: multipart/signed; protocol="{protocol}"; micalg=sha-256; boundary=s\r\n\r\n'.encode()
    beside = f"Content-Type: {protocol}; name={ending}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    body = b"--s\r\n" + content + b"\r\n--s\r\n" + beside + base64.encodebytes(signature) + b"\r\n--s--\r\n"
    if not after:
        return HEAD + fields + body
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        + fields
        + body
        + b"\r\n--m\r\n"
        + after
        + b"\r\n--m--\r\n"
    )


def packed(content: bytes, kind: str = "enveloped-data") -> bytes:
    """A part of type application/pkcs7-mime."""
    fields = f"Content-Type: application/pkcs7-mime; smime-type={kind}; name=smime.p7m\r\n".encode()
    return fields + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)


def pgp_encrypted(armoured: bytes, kind: str = 'encrypted; protocol="application/pgp-encrypted"') -> bytes:
    return HEAD + (
        f"Content-Type: multipart/{kind}; boundary=p\r\n\r\n".encode()
        + b"--p\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
        + b"--p\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n"
        + armoured
        + b"\r\n--p--\r\n"
    )
