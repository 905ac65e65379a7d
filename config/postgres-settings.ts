/** PostgreSQL's own settings, scaled to the memory of its container. */
import type { Settings } from "./schema.ts";

/**
 * Rules of thumb of the PostgreSQL manual (19.4.1 Memory): a quarter of the memory for shared buffers, three quarters
 * counted on as cache, the rest shared among connections that sort.
 * @returns names and values in PostgreSQL's units
 */
export function postgresSettings({
  memory,
  maxConnections,
}: Pick<Settings["postgres"], "memory" | "maxConnections">): [string, string][] {
  const megabytes = (count: number): string => `${String(Math.max(1, Math.floor(count)))}MB`;
  const shared = memory / 4;
  return [
    ["max_connections", String(maxConnections)],
    ["shared_buffers", megabytes(shared)],
    ["effective_cache_size", megabytes(memory * 0.75)],
    ["work_mem", megabytes((memory - shared) / maxConnections / 2)],
    ["maintenance_work_mem", megabytes(Math.min(memory / 16, 1024))],
    ["wal_compression", "on"],
    ["checkpoint_completion_target", "0.9"],
    ["random_page_cost", "1.1"],
    ["password_encryption", "scram-sha-256"],
    ["log_checkpoints", "on"],
    ["log_lock_waits", "on"],
    ["log_min_duration_statement", "1000"],
    // Values of slow statements may be personal data or secrets.
    ["log_parameter_max_length", "0"],
    ["log_parameter_max_length_on_error", "0"],
    ["idle_in_transaction_session_timeout", "300000"],
  ];
}
