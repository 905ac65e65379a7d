import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("copies", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(unique=True)),
                ("written_at", models.DateTimeField(auto_now_add=True)),
                ("runs", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={"verbose_name_plural": "ledger entries", "ordering": ["number"]},
        ),
        migrations.CreateModel(
            name="LedgerEffect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("done_at", models.DateTimeField(auto_now_add=True)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="effect", to="copies.ledgerentry"
                    ),
                ),
            ],
        ),
    ]
