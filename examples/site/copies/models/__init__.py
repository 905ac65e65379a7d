from copies.models.copy import Copy
from copies.models.ledger import LedgerEffect, LedgerEntry
from copies.models.trace import Trace

__all__ = ["Copy", "LedgerEffect", "LedgerEntry", "Trace"]
