"""The intake ledger: who may see which line, and whether everything that came in is accounted for."""

from anliegen.flow.automation.models import Learnt
from anliegen.flow.channels.models import Intake
from anliegen.records.tickets.models import Attachment, DraftFile

LINES = 2000  # rows read at once while their files are looked at
SAMPLE = 60
QUICKLY_COUNTED = 50_000  # lines
MOST_NAMED = 20

# Whose rows name files of the store; a test compares it with all models.
NAME_FILES = (Intake, Attachment, DraftFile, Learnt)
