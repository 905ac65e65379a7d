"""Collects the static files, as `manage.py collectstatic` does; a line says how many. Run by `manage.py shell -c`.

Run in one text with risks.py and migrations.py, which come after it: one start of the application does the work of two.
"""
from io import StringIO

from django.core.management import call_command

said = StringIO()
call_command("collectstatic", interactive=False, verbosity=1, stdout=said)
print("static files:", " ".join(said.getvalue().split()), flush=True)
