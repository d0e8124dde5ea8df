"""An encrypted mail that came before its key: read once more from the bytes that were kept."""

from datetime import datetime

from anliegen.flow.channels import mail_keys
from anliegen.flow.channels.accept import store_files
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal.actors import Actor
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.content import Revealed
from anliegen.records.tickets.enclosed import Enclosed
from anliegen.records.tickets.models import Message


def open_again(message: Message, *, actor: Actor, at: datetime) -> bool:
    """Whether it can be read now. Raises files.FileMissing when the mail itself is gone."""
    line = Intake.objects.filter(message=message, result__in=("created", "appended")).order_by("pk").first()
    if line is None:
        return False
    incoming = parse(files.get(line.sha256), keys=mail_keys.load)
    if incoming.seal is None or incoming.seal.encryption == "closed":
        return False
    revealed = Revealed(
        text=incoming.text,
        reply_text=incoming.reply_text,
        html=incoming.html or "",
        language=incoming.language or "",
        files=store_files(incoming),
        enclosed=Enclosed(incoming.appointment, incoming.seal),
    )
    tickets.reveal(message, revealed, actor=actor, at=at)
    return True
