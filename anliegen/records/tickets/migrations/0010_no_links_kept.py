"""The owner's link goes out of the texts that rules wrote: whoever may read a ticket could act as its owner by it."""

from django.db import migrations

REMOVE = r"""
UPDATE tickets_message
SET text = regexp_replace(text, 'https?://\S+?/anliegen/(\d+)/[0-9a-f]{32}/', '[/anliegen/\1/…]', 'g')
WHERE direction = 'out' AND rule <> '' AND text ~ '/anliegen/\d+/[0-9a-f]{32}/'
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_sending")]
    operations = [migrations.RunSQL(REMOVE, migrations.RunSQL.noop)]
