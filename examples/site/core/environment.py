"""Typed reading of environment variables, with every problem reported at once.

A value may also come from a file: NAME_FILE=/run/secrets/name gives NAME, so that a secret need not stand in
the environment that `docker inspect` shows. A variable that is set but empty counts as absent.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class Environment:
    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables
        self._problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        value = self._variables.get(name, "").strip()
        path = self._variables.get(f"{name}_FILE", "").strip()
        if value or not path:
            return value or default
        try:
            return Path(path).read_text(encoding="utf-8").strip() or default
        except OSError as error:
            self.refuse(f"{name}_FILE", f"cannot read {path} ({error.strerror}); give a readable file or set {name}")
            return default

    def required(self, name: str, hint: str) -> str:
        value = self.text(name)
        if not value:
            self.refuse(name, f"is not set; {hint}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if value and value not in TRUE | FALSE:
            self.refuse(name, f"is {value!r}; use true or false")
        return value in TRUE if value else default

    def number(self, name: str, default: int, least: int = 0) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isascii() or not value.isdigit() or int(value) < least:
            self.refuse(name, f"is {value!r}; use a whole number of at least {least}")
            return default
        return int(value)

    def items(self, name: str) -> list[str]:
        """A list separated by commas; empty items are dropped."""
        return [item.strip() for item in self.text(name).split(",") if item.strip()]

    def refuse(self, name: str, problem: str) -> None:
        self._problems.append(f"{name} {problem}.")

    def conclude(self) -> None:
        """Raise one error that names every wrong variable, if any is wrong."""
        if self._problems:
            lines = "\n".join(f"  - {problem}" for problem in self._problems)
            raise ImproperlyConfigured(f"The site's environment variables are not right:\n{lines}")
