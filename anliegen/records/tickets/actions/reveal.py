"""A message that was closed can be read now."""

from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.tickets import verbs
from anliegen.records.tickets.actions.receive import attach
from anliegen.records.tickets.content import Revealed
from anliegen.records.tickets.models import Attachment, Message, SearchRow


def reveal(message: Message, revealed: Revealed, *, actor: Actor, at: datetime) -> Message:
    """Put the words and files of an opened mail in the place of the sealed ones. Does nothing to a readable one."""
    with unit():
        message = held(Message, message.pk, "ticket")
        if message.enclosed.get("seal", {}).get("encryption") != "closed":
            return message
        message.text, message.html = revealed.text, revealed.html
        message.reply_text = "" if revealed.reply_text == revealed.text else revealed.reply_text
        message.language = revealed.language or message.language
        message.enclosed = revealed.enclosed.as_json()
        message.save(update_fields=["text", "html", "reply_text", "language", "enclosed"])
        Attachment.objects.filter(message=message).delete()
        attach(message, revealed.files)
        SearchRow.objects.filter(message=message).delete()  # made anew from the words, by the journal's reader
        record(verbs.MESSAGE_OPENED, message.ticket, actor=actor, at=at, message=ref(message))
    return message
