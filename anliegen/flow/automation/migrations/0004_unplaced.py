"""What fitted nowhere so far, and still has no place, stands in its list too."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("automation", "0003_fewer_indexes"), ("tickets", "0017_views")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE tickets_ticket AS ticket SET unplaced_since = newest.made_at
            FROM (SELECT DISTINCT ON (ticket_id) ticket_id, choice, made_at FROM automation_decision
                  WHERE question = 'team' ORDER BY ticket_id, id DESC) AS newest
            WHERE newest.ticket_id = ticket.number AND newest.choice = ''
            AND ticket.team_id IS NULL AND ticket.topic = '' AND ticket.status IN ('new', 'open', 'waiting_customer', 'waiting_internal')
            """,  # noqa: E501
            migrations.RunSQL.noop,
        )
    ]
