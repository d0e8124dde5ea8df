import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0004_looked_up_by_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeenBreak",
            fields=[
                (
                    "mark",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="seen",
                        serialize=False,
                        to="journal.event",
                    ),
                ),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("why", models.TextField()),
            ],
            options={
                "verbose_name": "break that was looked into",
                "constraints": [
                    models.CheckConstraint(name="journal_seenbreak_why", condition=models.Q(("why", ""), _negated=True))
                ],
            },
        ),
    ]
