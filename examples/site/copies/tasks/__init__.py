from copies.tasks.ledger import carry_out
from copies.tasks.process import process_copy
from copies.tasks.upkeep import clear_sessions, write_trace

__all__ = ["carry_out", "clear_sessions", "process_copy", "write_trace"]
