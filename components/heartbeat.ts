/** Health of a container whose first process goes round and round: it touches a file at each turn. */
import type { ContainerArgs } from "./container.ts";

/** @param minutes after which a turn is overdue */
export const heartbeat = (minutes: number): NonNullable<ContainerArgs["health"]> => ({
  command: ["/bin/sh", "-c", `find /tmp/heartbeat -mmin -${String(minutes)} | grep -q .`],
  timeout: 5,
  startPeriod: 20,
});
