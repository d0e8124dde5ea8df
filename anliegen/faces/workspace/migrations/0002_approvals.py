from django.db import migrations, models

KINDS = [
    ("mention", "You were asked"),
    ("handover", "Handed over to you"),
    ("returned", "Given back to you"),
    ("assigned", "Given to you"),
    ("promise", "Promise due"),
    ("deadline", "Deadline"),
    ("target", "Response target"),
    ("woken", "Back on your desk"),
    ("approval", "Approval"),
    ("undelivered", "Your answer did not arrive"),
    ("followed", "News on what you follow"),
]


class Migration(migrations.Migration):
    dependencies = [("workspace", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="notice", name="kind", field=models.CharField(choices=KINDS, max_length=20)
        ),
        migrations.RemoveConstraint(model_name="notice", name="workspace_notice_kind_known"),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [code for code, _name in KINDS])), name="workspace_notice_kind_known"
            ),
        ),
    ]
