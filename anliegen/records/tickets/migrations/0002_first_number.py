from django.db import migrations


class Migration(migrations.Migration):
    """Numbers begin at 1001: four figures are read as a case number, "Vorgang 3" is not."""

    dependencies = [("tickets", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER SEQUENCE tickets_ticket_number_seq RESTART WITH 1001",
            "ALTER SEQUENCE tickets_ticket_number_seq RESTART WITH 1",
        )
    ]
