#!/usr/bin/env python
"""Django's command line for the site."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong environment is the operator's to mend: the sentence helps, the traceback does not.
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
