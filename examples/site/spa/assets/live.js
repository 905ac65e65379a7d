// The WebSocket: tells listeners each copy that changed, and comes back by itself after a cut.

const SIGNED_OUT = 4401;
const LONGEST_PAUSE = 15_000;
const listeners = new Set();
let socket = null;
let wanted = false;
let attempts = 0;
let timer = 0;

export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const processed = new Map();

/** The copy, or what the socket said of it when that is later than an answer that was still under way. */
export const newest = (copy) => (copy.state === "queued" && processed.get(copy.id)) || copy;

const tell = (event) => listeners.forEach((listener) => listener(event));

export function connect() {
  wanted = true;
  if (socket) return;
  clearTimeout(timer);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const opened = new WebSocket(`${scheme}//${location.host}/ws/copies/`);
  socket = opened;
  opened.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "ready") attempts = 0;
    if (event.type === "copy" && event.copy.state !== "queued") processed.set(event.copy.id, event.copy);
    tell(event);
  });
  opened.addEventListener("close", ({ code }) => {
    if (socket !== opened) return;
    socket = null;
    tell({ type: "lost" });
    if (code === SIGNED_OUT) wanted = false;
    if (!wanted) return;
    // Spread out, so that all pages do not return in the same moment after a release.
    const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** attempts++) * (0.5 + Math.random() / 2);
    timer = setTimeout(connect, pause);
  });
}

export function disconnect() {
  wanted = false;
  clearTimeout(timer);
  socket?.close();
}
