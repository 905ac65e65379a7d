"""Copies from before titles existed are called by their file's name, without its ending."""

from pathlib import PurePath

from django.db import migrations

BATCH = 500


def give_titles(apps, schema_editor):
    copies = apps.get_model("copies", "Copy").objects.using(schema_editor.connection.alias)
    batch = []
    for copy in copies.filter(title="").exclude(original_name="").iterator(BATCH):
        copy.title = PurePath(copy.original_name).stem
        batch.append(copy)
        if len(batch) == BATCH:
            copies.bulk_update(batch, ["title"])
            batch = []
    copies.bulk_update(batch, ["title"])


def take_titles(apps, schema_editor):
    """Only the titles that a file's name gives anyway: those that people wrote are theirs."""
    copies = apps.get_model("copies", "Copy").objects.using(schema_editor.connection.alias)
    batch = []
    for copy in copies.exclude(title="").iterator(BATCH):
        if copy.title == PurePath(copy.original_name).stem:
            copy.title = ""
            batch.append(copy)
        if len(batch) == BATCH:
            copies.bulk_update(batch, ["title"])
            batch = []
    copies.bulk_update(batch, ["title"])


class Migration(migrations.Migration):
    dependencies = [("copies", "0003_copy_title_sha256_reason")]
    operations = [migrations.RunPython(give_titles, take_titles)]
