from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("copies", "0005_copies_by_owner_newest")]
    operations = [
        migrations.CreateModel(
            "Thing", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20))]
        ),
        migrations.RunSQL("INSERT INTO guarded_thing (name) SELECT 'thing' FROM generate_series(1, 100)", ""),
    ]
