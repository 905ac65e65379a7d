import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import copies.models.copy


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Copy",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("file", models.FileField(upload_to=copies.models.copy.unguessable_name)),
                ("original_name", models.CharField(max_length=255)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("processed", "Processed"), ("rejected", "Rejected")],
                        default="queued",
                        max_length=16,
                    ),
                ),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                ("processed_at", models.DateTimeField(blank=True, null=True)),
                ("size", models.PositiveBigIntegerField(blank=True, null=True)),
                ("pages", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name_plural": "copies", "ordering": ["-uploaded_at"]},
        ),
        migrations.CreateModel(
            name="Trace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("task_id", models.CharField(max_length=64, unique=True)),
                ("written_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("worker", models.CharField(blank=True, default="", max_length=255)),
            ],
            options={"ordering": ["-written_at"]},
        ),
    ]
