"""Reports of mails that did not arrive, as many programs write them, most of them in German."""

from dataclasses import dataclass

import pytest

from anliegen.flow.channels.email.parse import parse

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example>"


@dataclass(frozen=True)
class Told:
    """What a program writes, and what it means."""

    program: str
    subject: str
    text: str
    kind: str
    recipients: tuple[tuple[str, str | None], ...]
    sender: str = DAEMON


REPORTS = [
    Told(
        "Exchange 2010, German",
        "Unzustellbar: Ihre Abrechnung",
        """Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

kunde@ziel.example<mailto:kunde@ziel.example>
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die E-Mail-Adresse des Empfängers, und
versuchen Sie, die Nachricht erneut zu senden. Wenden Sie sich an den Helpdesk, wenn das Problem weiterhin besteht.



Diagnoseinformationen für Administratoren:

Generierender Server: ex01.ziel.example

kunde@ziel.example
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

Ursprüngliche Nachrichtenkopfzeilen:

Received: from mx.lindenau.example (10.0.0.1) by ex01.ziel.example
From: Stadtwerke Lindenau <service@lindenau.example>
To: <kunde@ziel.example>
Message-ID: <unsere.812@lindenau.example>
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
        sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@ziel.example>",
    ),
    Told(
        "Exchange 2003, German",
        "Nicht zugestellt: Ihre Abrechnung",
        """Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.

      Betreff:  Ihre Abrechnung
      Gesendet am:  12.03.2026 10:00

Folgende(r) Empfänger kann/können nicht erreicht werden:

      kunde@ziel.example am 12.03.2026 10:01
            Das E-Mail-Konto ist in der Organisation nicht vorhanden, an die diese Nachricht gesendet wurde.
            <ex.ziel.example #5.1.1>
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
        sender="Systemadministrator <postmaster@ziel.example>",
    ),
    Told(
        "Office 365, German",
        "Unzustellbar: Ihre Abrechnung",
        """Ihre Nachricht an kunde@ziel.example konnte nicht zugestellt werden.

kunde wurde bei ziel.example nicht gefunden.

service  Office 365  kunde
Aktion erforderlich    Empfänger

Unbekannte Empfängeradresse

So beheben Sie das Problem
Die Adresse ist möglicherweise falsch geschrieben oder nicht vorhanden.

Weitere Informationen für E-Mail-Administratoren
Statuscode: 550 5.1.10
""",
        "hard",
        (("kunde@ziel.example", "5.1.10"),),
        sender="Microsoft Outlook <postmaster@ziel.example>",
    ),
    Told(
        "Exchange, delay, German",
        "Verzögert: Ihre Abrechnung",
        """Die Zustellung der folgenden Nachricht an folgende Empfänger wurde verzögert:

kunde@ziel.example

Die Nachricht wurde noch nicht zugestellt. Weitere Zustellversuche werden unternommen.
""",
        "soft",
        (("kunde@ziel.example", None),),
        sender="postmaster@ziel.example",
    ),
    Told(
        "GMX and WEB.DE",
        "Mail delivery failed: returning message to sender",
        """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

"kunde@gmx.example":
SMTP error from remote server for RCPT TO command, host: mx00.gmx.example (212.227.15.9) reason: 550 Requested action
not taken: mailbox unavailable

--- The header of the original message is following. ---

From: service@lindenau.example
To: kunde@gmx.example
""",
        "hard",
        (("kunde@gmx.example", "5.1.1"),),
        sender="GMX Mailer Daemon <mailer-daemon@gmx.example>",
    ),
    Told(
        "T-Online",
        "Undelivered Mail Returned to Sender",
        """Ihre E-Mail konnte nicht zugestellt werden.

|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <kunde@t-online.example> ... transport smtp: 550 user unknown
|------------------------- Message text follows: ------------------------|
From: service@lindenau.example
To: kunde@t-online.example
""",
        "hard",
        (("kunde@t-online.example", "5.1.1"),),
    ),
    Told(
        "Gmail, German",
        "Delivery Status Notification (Failure)",
        """** Die Adresse wurde nicht gefunden **

Ihre Nachricht wurde nicht an kunde@gmail.example zugestellt, weil die Adresse nicht gefunden wurde oder keine E-Mails
empfangen kann.

Die Antwort des Remote-Servers lautete:

550 5.1.1 The email account that you tried to reach does not exist.
""",
        "hard",
        (("kunde@gmail.example", "5.1.1"),),
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
    ),
    Told(
        "Lotus Domino, German",
        "ZUSTELLUNGSFEHLER: Benutzer kunde (kunde@ziel.example) nicht im Domino-Verzeichnis",
        """Ihre Nachricht

  Betreff: Ihre Abrechnung

wurde nicht zugestellt an:

  kunde@ziel.example

Grund:

  Der Benutzer kunde (kunde@ziel.example) ist im Domino-Verzeichnis nicht vorhanden.
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
        sender="Postmaster@ziel.example",
    ),
    Told(
        "GroupWise, German",
        "Nachrichtenstatus - unzustellbar",
        """Die Nachricht, die Sie gesendet haben, konnte an folgende Empfänger nicht zugestellt werden:

    kunde@ziel.example (Benutzer unbekannt)
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
        sender="System Administrator <postmaster@ziel.example>",
    ),
    Told(
        "qmail",
        "failure notice",
        """Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<kunde@ziel.example>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 <kunde@ziel.example>... User unknown
Giving up on 192.0.2.7.

<kundin@ziel.example>:
Sorry, the user has no room. Mailbox is full (#5.2.2)

--- Below this line is a copy of the message.

Return-Path: <service@lindenau.example>
Message-ID: <unsere.812@lindenau.example>
To: kunde@ziel.example, kundin@ziel.example
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"), ("kundin@ziel.example", "5.2.2")),
    ),
    Told(
        "Postfix without a report",
        "Undelivered Mail Returned to Sender",
        """This is the Postfix program at host mx.example.

I'm sorry to have to inform you that your message could not be
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to <postmaster@mx.example>

<kunde@ziel.example>: host mail.ziel.example[192.0.2.1] said: 550 5.7.1
    <kunde@ziel.example>: Recipient address rejected: Access denied (in reply to RCPT TO command)
""",
        "hard",
        (("kunde@ziel.example", "5.7.1"),),
    ),
    Told(
        "Postfix, German translation",
        "Nicht zugestellte Nachricht kommt zurück",
        """Dies ist das Mailsystem auf dem Host mx.example.

Leider konnte Ihre Nachricht einem oder mehreren Empfängern nicht zugestellt werden. Sie ist unten angehängt.

Für weitere Hilfe schreiben Sie bitte an postmaster.

                   Das Mailsystem

<kunde@ziel.example>: unbekannter Benutzer: "kunde"
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
    ),
    Told(
        "Exim, delay",
        "Warning: message 1abcDE-0001-Xy delayed 24 hours",
        """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.

The address to which the message has not yet been delivered is:

  kunde@ziel.example
    Delay reason: Connection timed out

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals if the message
remains undelivered.
""",
        "soft",
        (("kunde@ziel.example", "4.4.7"),),
    ),
    Told(
        "Sendmail",
        "Returned mail: see transcript for details",
        """The original message was received at Thu, 12 Mar 2026 10:00:00 +0100

   ----- The following addresses had permanent fatal errors -----
<kunde@ziel.example>
    (reason: 550 5.1.1 <kunde@ziel.example>... User unknown)

   ----- Transcript of session follows -----
... while talking to mail.ziel.example.:
>>> RCPT To:<kunde@ziel.example>
<<< 550 5.1.1 <kunde@ziel.example>... User unknown
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
    ),
    Told(
        "Amazon SES",
        "Delivery Status Notification (Failure)",
        """An error occurred while trying to deliver the mail to the following recipients:
kunde@ziel.example
""",
        "hard",
        (("kunde@ziel.example", None),),
        sender="MAILER-DAEMON@eu-central-1.amazonses.example",
    ),
    Told(
        "Courier",
        "NOTICE: mail delivery status.",
        """This is a delivery status notification from mx.example, running the Courier mail server.

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<kunde@ziel.example>:
    mail.ziel.example [192.0.2.1]:
>>> RCPT TO:<kunde@ziel.example>
<<< 550 unknown user
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
        sender="Courier mail server at mx.example <MAILER-DAEMON@mx.example>",
    ),
    Told(
        "Kerio, German provider's own words",
        "Nicht zustellbar: Ihre Abrechnung",
        """Sehr geehrte Damen und Herren,

die E-Mail an die Adresse kunde@ziel.example konnte nicht zugestellt werden, weil das Postfach des Empfängers voll ist.

Bei Fragen wenden Sie sich bitte an support@provider.example.
""",
        "hard",
        (("kunde@ziel.example", "5.2.2"),),
        sender="postmaster@provider.example",
    ),
    Told(
        "a full mailbox that is tried again, German",
        "Zustellung verzögert",
        """Ihre Nachricht konnte noch nicht zugestellt werden.

Empfänger: kunde@ziel.example
Grund: 452 4.2.2 Postfach voll

Die Zustellung wird weiterhin versucht. Sie müssen nichts unternehmen.
""",
        "soft",
        (("kunde@ziel.example", "4.2.2"),),
    ),
    Told(
        "French",
        "Échec de la remise du message",
        """Votre message n'a pas pu être remis aux destinataires suivants :

client@ziel.example

Le destinataire est inconnu.
""",
        "hard",
        (("client@ziel.example", "5.1.1"),),
        sender="Système de remise <postmaster@ziel.example>",
    ),
    Told(
        "Italian",
        "Mancata consegna: Fattura",
        """Il messaggio non è stato recapitato ai seguenti destinatari:

cliente@ziel.example

Motivo: la casella di posta del destinatario è piena.
""",
        "hard",
        (("cliente@ziel.example", "5.2.2"),),
        sender="postmaster@ziel.example",
    ),
    Told(
        "Dutch",
        "Onbestelbaar: Rekening",
        """Uw bericht is niet afgeleverd bij de volgende ontvangers:

klant@ziel.example

Het adres van de ontvanger bestaat niet.
""",
        "hard",
        (("klant@ziel.example", "5.1.1"),),
        sender="Systeembeheerder <postmaster@ziel.example>",
    ),
    Told(
        "MailMarshal",
        "Undeliverable Mail: Ihre Abrechnung",
        """Your message:
   From:    service@lindenau.example
   Subject: Ihre Abrechnung

Could not be delivered because of

550 5.1.1 User unknown

The following recipients were affected:
    kunde@ziel.example
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
        sender="Postmaster@mx.example",
    ),
    Told(
        "Apache James",
        "Undeliverable Message",
        """Hi. This is the James mail server at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

Message details:
  Subject: Ihre Abrechnung
  MAIL FROM: service@lindenau.example
  RCPT TO: kunde@ziel.example
  From: service@lindenau.example

Failed recipient(s):
kunde@ziel.example

Error message:
550 5.1.1 Mailbox not found
""",
        "hard",
        (("kunde@ziel.example", "5.1.1"),),
    ),
    Told(
        "hMailServer",
        "Message undeliverable: Ihre Abrechnung",
        """Your message did not reach some or all of the intended recipients.

   Sent: Thu, 12 Mar 2026 10:00:00 +0100
   Subject: Ihre Abrechnung

The following recipient(s) could not be reached:

kunde@ziel.example
   Error Type: SMTP
   Remote server (192.0.2.1) issued an error.
   hMailServer sent: RCPT TO:<kunde@ziel.example>
   Remote server replied: 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)

hMailServer
""",
        "hard",
        (("kunde@ziel.example", "5.7.1"),),
    ),
    Told(
        "Yahoo",
        "Failure Notice",
        """Sorry, we were unable to deliver your message to the following address.

<kunde@yahoo.example>:
Remote host said: 554 delivery error: dd This user doesn't have a yahoo.example account (kunde@yahoo.example) [0]

--- Below this line is a copy of the message.
""",
        "hard",
        (("kunde@yahoo.example", "5.1.1"),),
        sender="MAILER-DAEMON@yahoo.example",
    ),
    Told(
        "given up after days",
        "Returned mail: Cannot send message for 5 days",
        """   ----- The following addresses had permanent fatal errors -----
<kunde@ziel.example>

   ----- Transcript of session follows -----
<kunde@ziel.example>... Deferred: Connection timed out with mail.ziel.example.
Message could not be delivered for 5 days
Message will be deleted from queue
""",
        "soft",
        (("kunde@ziel.example", "4.4.7"),),
    ),
]


def mail(told: Told) -> bytes:
    return (
        f"From: {told.sender}\nTo: service@lindenau.example\nSubject: {told.subject}\nReturn-Path: <>\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{told.text}"
    ).encode()


@pytest.mark.parametrize("told", REPORTS, ids=lambda told: told.program)
def test_reports_in_prose_name_who_was_not_reached_and_why(told: Told) -> None:
    incoming = parse(mail(told))
    assert incoming.automatic == "bounce"
    assert incoming.bounce is not None
    assert incoming.bounce.kind == told.kind
    assert tuple((one.address, one.status) for one in incoming.bounce.recipients) == told.recipients


def test_the_mail_that_came_back_is_found_by_the_headers_quoted_in_the_text() -> None:
    qmail = next(told for told in REPORTS if told.program == "qmail")
    bounce = parse(mail(qmail)).bounce
    assert bounce is not None
    assert (bounce.original_ids, bounce.sent_as) == (("unsere.812@lindenau.example",), ("service@lindenau.example",))


def test_the_mail_that_came_back_is_found_by_its_headers_in_a_part() -> None:
    raw = (
        f"From: {DAEMON}\nTo: service@lindenau.example\nSubject: Undelivered\nReturn-Path: <>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822; kunde@ziel.example\nAction: failed\nStatus: 5.1.1\n\n"
        "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <unsere.812@lindenau.example>\n"
        "From: Stadtwerke <service@lindenau.example>\n"
        "Reply-To: <service+a812.abcdefghijklmnop@lindenau.example>\n--b--\n"
    )
    bounce = parse(raw.encode()).bounce
    assert bounce is not None
    assert bounce.original_ids == ("unsere.812@lindenau.example",)
    assert bounce.sent_as == ("service+a812.abcdefghijklmnop@lindenau.example", "service@lindenau.example")


def test_a_report_that_names_nobody_is_about_the_only_addressee_of_its_copy() -> None:
    raw = (
        f"From: {DAEMON}\nTo: service@lindenau.example\nSubject: Mail delivery failed: returning message to sender\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nA message that you sent could not be delivered to its recipient.\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: service@lindenau.example\n"
        "To: Kim <kunde@ziel.example>\n\nHallo\n--b--\n"
    )
    bounce = parse(raw.encode()).bounce
    assert bounce is not None
    assert [(one.address, one.action) for one in bounce.recipients] == [("kunde@ziel.example", "failed")]


def test_a_report_that_names_nobody_at_all_is_a_bounce_all_the_same() -> None:
    told = Told("x", "Undelivered Mail Returned to Sender", "Your message could not be delivered.", "hard", ())
    incoming = parse(mail(told))
    assert incoming.automatic == "bounce"
    assert incoming.bounce is not None
    assert (incoming.bounce.kind, incoming.bounce.recipients) == ("hard", ())


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("erika@example.de", "Nicht zugestellt: Paket 4711", "Mein Paket wurde nicht zugestellt. Wo ist es? Erika"),
        ("erika@example.de", "AW: Unzustellbar", "Ihre Mail kam zurück:\n\n> kunde@ziel.example: 550 5.1.1 unbekannt"),
        ("erika@example.de", "Nicht zugestellt", "Das Paket wurde nicht zugestellt. Antwort an: erika@neu.example"),
        ("erika@example.de", "Rückläufer", "Der Brief an mich kam zurück, meine neue Adresse ist erika@neu.example."),
        (
            "erika@example.de",
            "Mein Postfach ist voll",
            "Bitte schreiben Sie an erika@neu.example, das Postfach ist voll.",
        ),
    ],
)
def test_people_who_write_about_what_did_not_arrive_are_people(sender: str, subject: str, text: str) -> None:
    fields = f"From: Erika <{sender}>\nTo: service@lindenau.example\nSubject: {subject}\n"
    raw = f"{fields}Content-Type: text/plain; charset=utf-8\n\n{text}"
    incoming = parse(raw.encode())
    assert (incoming.automatic, incoming.bounce) == (None, None)
