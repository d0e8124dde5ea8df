from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("automation", "0010_escalation")]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="settled_as",
            field=models.CharField(
                blank=True,
                choices=[
                    ("confirmed", "confirmed"),
                    ("corrected", "corrected"),
                    ("rejected", "rejected"),
                    ("undone", "taken back"),
                    ("stopped", "stopped"),
                    ("withdrawn", "withdrawn"),
                    ("unwanted", "withdrawn, as people alone see to this"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
    ]
