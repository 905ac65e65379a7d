// Says whether node_modules holds the packages that package-lock.json names:
// npm's record of what it installed must agree, and every folder be there.
//   node locked-packages.ts CLONE     exits 1 with the first differences
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Package {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

const [clone = "."] = process.argv.slice(2);

function packages(file: string): Record<string, Package> {
  const path = join(clone, file);
  if (!existsSync(path)) {
    console.log(`${file} is missing`);
    process.exit(1);
  }
  return (JSON.parse(readFileSync(path, "utf8")) as { packages: Record<string, Package> }).packages;
}

const locked = packages("package-lock.json");
const installed = packages("node_modules/.package-lock.json");
const paths = Object.keys(locked).filter((path) => path !== "");
const differing = paths.filter((path) => {
  const [want, have] = [locked[path], installed[path]];
  // Optional packages are for other systems, unless npm installed them.
  if (have === undefined) return !(want?.optional ?? want?.devOptional ?? false);
  return have.version !== want?.version || have.integrity !== want?.integrity || !existsSync(join(clone, path));
});
const extra = Object.keys(installed).filter((path) => !(path in locked));

if (differing.length + extra.length > 0) {
  const names = [...differing, ...extra].map((path) => path.replace(/^.*node_modules\//, ""));
  console.log(
    `not as locked: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`,
  );
  process.exit(1);
}
const wanted = locked["node_modules/node"]?.version;
if (wanted !== undefined && process.version !== `v${wanted}`) {
  console.log(`node_modules/.bin/node is ${process.version}, locked is ${wanted}`);
  process.exit(1);
}
console.log(`${Object.keys(installed).length} as locked, Node ${process.versions.node}`);
