"""Whether a mail that is old by its own date is confirmed to its sender: from a file only if a person wants it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0012_deaths")]

    operations = [
        migrations.AddField(
            model_name="intake",
            name="acknowledges_old",
            field=models.BooleanField(db_default=True, default=True),
        )
    ]
