// Settings of a site that is not Django: its processes start at once and do nothing but answer and stay. For what is about
// the containers and data of a site, not about what its application does.
import type { Sections } from "./stack.ts";

const server = `
import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"plain")
http.server.ThreadingHTTPServer(("", 8000), Answer).serve_forever()
`;
const stay = "trap exit TERM; sleep 86400 & wait";
const idle = { command: ["sh", "-c", stay], health: ["true"] };

/** With worker and beat; whatever else is added replaces what is here. */
export const plainSite = (image = "socle-example-site:dev"): Sections => ({
  application: {
    ...{ image, preset: "custom", user: "10001:10001", staticPath: "/srv/static", mediaPath: "/srv/media" },
    commands: {
      serve: ["python", "-c", server],
      health: ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/')"],
    },
  },
  frontend: undefined,
  superuser: undefined,
  worker: idle,
  beat: idle,
  release: { hold: 0 },
  nginx: { drain: 1 },
});
