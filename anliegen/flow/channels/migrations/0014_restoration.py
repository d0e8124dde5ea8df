"""When this instance was brought back from a backup."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0013_acknowledges_old")]

    operations = [
        migrations.CreateModel(
            name="Restoration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
            options={"verbose_name": "restore from a backup"},
        )
    ]
