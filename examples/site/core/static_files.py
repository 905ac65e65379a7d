"""Static files under names that carry their content's hash, for a volume that several releases share.

The files of all releases lie side by side in STATIC_ROOT. The manifest, which says what each name became, belongs
to one release: it is made when the image is built and lies in STATIC_MANIFEST_ROOT inside the image, so that the old
release goes on finding its own names while `collectstatic` of the new one runs.
"""

import json

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage


class ReleaseStaticFilesStorage(ManifestStaticFilesStorage):
    def __init__(self, *args: object, **kwargs: object) -> None:
        manifest_storage = FileSystemStorage(location=settings.STATIC_MANIFEST_ROOT)
        super().__init__(*args, manifest_storage=manifest_storage, **kwargs)

    def save_manifest(self) -> None:
        # In a container the image's manifest is read-only, and already right.
        known, _ = self.load_manifest()
        if known != self.hashed_files or not self.manifest_storage.exists(self.manifest_name):
            super().save_manifest()

    def manifest_names(self) -> list[str]:
        """Every file name that this release refers to: what a clean-up of old files has to keep."""
        return sorted(set(json.loads(self.read_manifest() or '{"paths": {}}')["paths"].values()))
