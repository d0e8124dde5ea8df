"""What is open and lies with neither a team nor a person has no place: it is listed from now on, and due soon.

Until now it was listed only while it had no topic either. When it is due is computed after migrating.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tickets", "0026_unplaced_lacks_something")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE tickets_ticket SET unplaced_since = now()
            WHERE unplaced_since IS NULL AND team_id IS NULL AND assignee_id IS NULL
            AND status IN ('new', 'open', 'waiting_customer', 'waiting_internal')
            """,
            migrations.RunSQL.noop,
        )
    ]
