// An image of the sample site with one more application, one of whose migrations has no way back.
import { join } from "node:path";

import { docker } from "../../lab/command.ts";

const context = join(import.meta.dirname, "..", "..", "lab", "guarded");

/** Its application, `guarded`, has the migrations 0001_initial, which can be reversed, and 0002_final, which cannot. */
export async function irreversibleImage(image: string): Promise<void> {
  const others = "! -name __init__.py ! -name 0001_initial.py ! -name 0002_final.py";
  await docker(["build", "--quiet", "--tag", image, "--file", "-", context], {
    input: `FROM socle-example-site:dev
ENV DJANGO_SETTINGS_MODULE=guarded_settings
COPY . /app/
USER root
RUN cd /app/guarded/migrations && find . -type f ${others} -delete && chmod -R a+rX /app
USER 10001:10001
`,
  });
}
