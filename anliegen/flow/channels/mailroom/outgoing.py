"""The mail of a message: its words in their order, and the headers by which it threads."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.acknowledge import RULE as ACKNOWLEDGEMENT
from anliegen.flow.channels.addressed import Addressed, addressed, recipients
from anliegen.flow.channels.email.compose import Outgoing, OutgoingFile
from anliegen.flow.channels.email.identifiers import bounce_address, reply_address
from anliegen.flow.channels.email.letter import Letter, Link, Quote, as_html, as_text
from anliegen.flow.channels.instance import instance_id, reply_key
from anliegen.flow.channels.mailroom.history import quotes_for, thread_of
from anliegen.flow.channels.strangers import RULE as TO_A_STRANGER
from anliegen.flow.channels.way_to_a_person import way_to_a_person
from anliegen.ground import clock, files
from anliegen.ground.compiled import compiled
from anliegen.ground.phone import is_number, tel
from anliegen.records.accounts.models import Agent, Brand, Operator
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.links import kept_link, status_link
from anliegen.records.tickets.models import DONE, Attachment, Message, Ticket


def as_mail(message: Message) -> Outgoing:
    """Everything a mail needs; the same each time, so that a second try is the same mail."""
    for ticket in _ticket(message.ticket_id):  # with all that a mail needs of it
        message.ticket = ticket
    operator, ticket = the_operator(), message.ticket
    whom = addressed(ticket, recipients(message))
    language = whom.language(operator)
    attached = list(_attachments(message.pk))
    with translation.override(language):
        alone = message.rule or message.is_forward  # what is passed on stands in it
        quotes = () if alone else quotes_for(message, operator.quotes)
        letter = letter_of(message, whom, operator, language=language, attached=attached, quotes=quotes)
    thread = thread_of(message)
    return Outgoing(
        from_name=ticket.brand.name,
        from_address=message.from_address,
        to=tuple((each["name"], each["address"]) for each in message.to),
        cc=tuple((each["name"], each["address"]) for each in message.cc),
        # A stranger gets no address that names the concern.
        reply_to=_reply_to(message) if message.rule != TO_A_STRANGER else None,
        subject=message.subject,
        text=as_text(letter),
        html=as_html(letter),
        attachments=tuple(map(_file, attached)),
        message_id=message.rfc_message_id,
        in_reply_to=thread[-1] if thread else None,
        references=thread,
        auto_submitted=_auto_submitted(message),
        language=language,
        actor_kind="rule" if message.rule else "human",
        instance=instance_id(),
        date=message.send_at or message.written_at,
    )


@compiled
def _ticket(number: int) -> QuerySet[Ticket]:
    return Ticket.objects.select_related("person", "brand", "mailbox").filter(pk=number)


@compiled
def _attachments(message: int) -> QuerySet[Attachment]:
    return Attachment.objects.filter(message=message).order_by("pk")


def ending_of(ticket: Ticket, agent: Agent, *, text: str, recipients: Sequence[str], status: str) -> str:
    """What will stand below the words of an answer that is still being written. The customer's link is only named."""
    operator, whom = the_operator(), addressed(ticket, recipients)
    message = Message(ticket=ticket, agent=agent, text=text, status_after=status, written_at=clock.now())
    language = whom.language(operator)
    with translation.override(language):
        letter = letter_of(message, whom, operator, language=language, attached=[], quotes=())
        link = _("(link)")
    ending = as_text(replace(letter, text=""))
    if whom.page is None:
        return ending
    address = status_link(whom.page)
    return ending.replace(f"{address}#question", link).replace(address, link)


def envelope_sender(message: Message) -> str:
    """Where reports about it go: to an address that names the message, if our server takes such addresses."""
    mailbox = message.ticket.mailbox
    if mailbox is None or not mailbox.signs_replies or mailbox.address.lower() != message.from_address.lower():
        return message.from_address
    try:
        return bounce_address(mailbox.address, message.pk, reply_key())
    except ValueError:  # too long to carry it
        return message.from_address


def letter_of(
    message: Message,
    whom: Addressed,
    operator: Operator,
    *,
    language: str,
    attached: list[Attachment],
    quotes: tuple[Quote, ...],
) -> Letter:
    """The words in their order, in the language that is active. What a rule wrote says so itself."""
    brand = message.ticket.brand
    text, signature = _with_link(message.text, whom), brand.signature_in(language)
    small_print, links = brand.legal_footer_in(language), _links(brand, operator, whom)
    if message.rule:
        return Letter(text, signature, small_print=small_print, language=language, links=links)
    author = message.agent.name if message.agent else ""
    name = "" if _is_signed(message.said, author) else author
    way = way_to_a_person(operator, brand, at=message.send_at or message.written_at, a_person_wrote=bool(author))
    return Letter(
        text,
        "\n".join(filter(None, [name, signature])),
        remarks=(*_remarks(message, whom, author), way),
        quotes=quotes,
        small_print=small_print,
        language=language,
        pictures={each.filename: each.content_id for each in attached if each.is_inline and each.content_id},
        links=links,
        html=_with_link(message.html, whom),
    )


def _is_signed(text: str, author: str) -> bool:
    """Whether the writer put the name below the words already, as people do without thinking."""
    said, name = (" ".join(words.casefold().split()) for words in (text, author))
    return f" {said}".endswith(f" {name}") if name else False


def _links(brand: Brand, operator: Operator, whom: Addressed) -> dict[str, Link]:
    """What can be dialled, and the owner's link, which is too long for a telephone, by words."""
    phones = (brand.phone, operator.phone)
    links = {phone: Link(tel(phone), phone) for phone in sorted(filter(is_number, phones))}
    if whom.page is not None:
        page = status_link(whom.page)
        links[page] = Link(page, _("See how your concern stands"))
        links[f"{page}#question"] = Link(f"{page}#question", _("Answer the question"))
    return links


def _with_link(text: str, whom: Addressed) -> str:
    """The text as its owner reads it: the link, which is kept nowhere in the house, is put where it belongs."""
    return text.replace(kept_link(whom.page), status_link(whom.page)) if whom.page is not None else text


def _remarks(message: Message, whom: Addressed, author: str) -> tuple[str, str]:
    writer = _who_wrote(message, author) if author else ""
    if whom.page is None:  # somebody else reads along, and the link lets act as the owner
        return _("Our number for this concern: %(number)s") % {"number": message.ticket.pk}, writer
    link = {"number": whom.page.pk, "link": status_link(whom.page)}
    return _about_the_link(message) % link, writer


def _who_wrote(message: Message, author: str) -> str:
    if message.is_forward:
        return _("This message was written by a person: %(name)s.") % {"name": author}
    return _("This answer was written by a person: %(name)s.") % {"name": author}


def _about_the_link(message: Message) -> str:
    """What the customer's page is for just now: once the concern counts as resolved, it asks whether it is."""
    if message.ticket.is_open and message.status_after not in DONE:
        return _("How your concern %(number)s stands, at any time: %(link)s")
    return _("Is your concern %(number)s settled with this? Please tell us here: %(link)s#question")


def _file(attachment: Attachment) -> OutgoingFile:
    content_id = attachment.content_id if attachment.is_inline else ""
    return OutgoingFile(attachment.filename, attachment.content_type, files.get(attachment.sha256), content_id)


def _reply_to(message: Message) -> tuple[str, str] | None:
    mailbox = message.ticket.mailbox
    if mailbox is None or not mailbox.signs_replies:
        return None
    try:
        return message.ticket.brand.name, reply_address(mailbox.address, message.ticket_id, reply_key())
    except ValueError:  # too long to carry it: the answer finds back by its headers
        return None


def _auto_submitted(message: Message) -> str | None:
    if not message.rule:
        return None
    return "auto-replied" if message.rule in (ACKNOWLEDGEMENT, TO_A_STRANGER) else "auto-generated"
