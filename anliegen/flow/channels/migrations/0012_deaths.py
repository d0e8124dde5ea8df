"""What a process died of is counted, so that it is read or sent apart, and then no more."""

import django.contrib.postgres.fields
from django.db import migrations, models


def deaths() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(db_default=0, default=0)


class Migration(migrations.Migration):
    dependencies = [("channels", "0011_guard_in_all")]

    operations = [
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.PositiveIntegerField(primary_key=True, serialize=False)),
                (
                    "lines",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("begun_at", models.DateTimeField()),
            ],
            options={"verbose_name": "reading"},
        ),
        migrations.AddField(model_name="intake", name="deaths", field=deaths()),
        migrations.AddField(model_name="delivery", name="deaths", field=deaths()),
        migrations.AddField(
            model_name="delivery", name="under_way_since", field=models.DateTimeField(null=True)
        ),
    ]
