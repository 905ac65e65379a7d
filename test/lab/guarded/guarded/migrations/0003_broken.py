from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guarded", "0002")]
    operations = [migrations.RunSQL("INSERT INTO guarded_thing (id, name) VALUES (1, 'doubled'), (1, 'doubled')", "")]
