"""Prints what names the static files have in this release, a line each. Run by `manage.py shell`."""
from django.contrib.staticfiles.storage import staticfiles_storage

# A storage without a manifest gives no file a name of its release's own, and nothing is said.
hashed = getattr(staticfiles_storage, "hashed_files", None)
if hashed:
    names = {*hashed, *hashed.values()}
    if getattr(staticfiles_storage, "manifest_storage", None) is staticfiles_storage:
        names.add(staticfiles_storage.manifest_name)
    for name in sorted(names):
        print(name)
