// In the browser's network: leads its port of the proxy to a socket in the file system, which every network sees.
import { connect, createServer } from "node:net";

const [, , socket] = process.argv;
const relay = createServer((incoming) => {
  const outgoing = connect(socket);
  for (const [one, other] of [
    [incoming, outgoing],
    [outgoing, incoming],
  ]) {
    one.pipe(other);
    one.on("error", () => other.destroy());
  }
});
relay.listen(3128, "127.0.0.1");
// The proxy closes no connection that nothing was asked of: when this one ends, the browser is no longer wanted.
connect(socket)
  .on("error", () => undefined)
  .on("close", () => process.exit())
  .resume();
