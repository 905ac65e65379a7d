"""A request rate such as 120/minute."""

from dataclasses import dataclass

from core.environment import Environment

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True)
class Rate:
    requests: int
    seconds: int

    @classmethod
    def parse(cls, env: Environment, name: str, default: str) -> "Rate":
        """Read NAME as requests/period; the period is told by its first letter: s, m, h or d."""
        value = env.text(name, default)
        requests, _, period = value.partition("/")
        if requests.isascii() and requests.isdigit() and period[:1].lower() in SECONDS:
            return cls(int(requests), SECONDS[period[:1].lower()])
        env.refuse(name, f"is {value!r}; write requests and period, as in {default}")
        return cls(0, 1)
