"""Which version of the program set a mail aside: another one tries it again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0009_because")]

    operations = [
        migrations.AddField(
            model_name="intake",
            name="version",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        )
    ]
