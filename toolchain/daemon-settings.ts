// Adds to Docker's daemon.json what this project needs and leaves every setting
// that is there already as it is. What was there before is kept beside it as
// FILE.socle-previous.
//   node daemon-settings.ts FILE [--log-rotation] [--mirror URL] [--mtu N]
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

type Settings = Record<string, unknown>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "log-rotation": { type: "boolean" }, mirror: { type: "string" }, mtu: { type: "string" } },
});
const [file] = positionals;
if (file === undefined) throw new Error("daemon-settings.ts: the path of daemon.json is missing");

function read(path: string): Settings {
  if (!existsSync(path)) return {};
  const text = readFileSync(path, "utf8");
  try {
    return text.trim() === "" ? {} : (JSON.parse(text) as Settings);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${String(error)}. Mend or remove it, then run again.`, { cause: error });
  }
}

function added(present: Settings): Settings {
  const more: Settings = {};
  if (values["log-rotation"] && !("log-driver" in present) && !("log-opts" in present)) {
    more["log-driver"] = "json-file";
    more["log-opts"] = { "max-size": "10m", "max-file": "3" };
  }
  if (values.mtu !== undefined && !("mtu" in present)) more["mtu"] = Number(values.mtu);
  const mirrors = (present["registry-mirrors"] ?? []) as string[];
  if (values.mirror !== undefined && !mirrors.some((m) => m.replace(/\/$/, "") === values.mirror))
    more["registry-mirrors"] = [...mirrors, values.mirror];
  return more;
}

const present = read(file);
const more = added(present);
const names = Object.keys(more);
if (names.length === 0) {
  console.log(`${file}: has what is needed`);
} else {
  rmSync(`${file}.socle-previous`, { force: true });
  if (existsSync(file)) copyFileSync(file, `${file}.socle-previous`);
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...present, ...more }, undefined, 2)}\n`, { mode: 0o644 });
  renameSync(`${file}.new`, file);
  console.log(
    `${file}: ${existsSync(file) && Object.keys(present).length > 0 ? "added" : "written with"} ${names.join(", ")}`,
  );
}
