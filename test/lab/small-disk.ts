// A disk that is too small: a file system in a file, by a loop device, in the place of a container's volume.
import { mkdir, mkdtemp, rm, rmdir, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { docker, run } from "./command.ts";

export class SmallDisk {
  readonly #container: string;
  /** Where the engine keeps the volume's files. */
  readonly #volume: string;
  readonly #folder: string;

  private constructor(container: string, volume: string, folder: string) {
    this.#container = container;
    this.#volume = volume;
    this.#folder = folder;
  }

  /**
   * Moves the data of a volume to one; its container stands still meanwhile.
   * @param spare MiB that are free on it at first
   */
  static async under(container: string, volume: string, spare: number): Promise<SmallDisk> {
    const place = await docker(["volume", "inspect", "--format", "{{.Mountpoint}}", volume]);
    const disk = new SmallDisk(container, place, await mkdtemp(join(tmpdir(), "socle-disk-")));
    await docker(["stop", container]);
    const used = Number.parseInt((await run("du", ["-sm", place])).stdout, 10);
    await run("truncate", ["--size", `${used + spare}M`, disk.#file]);
    // No blocks that root alone may use.
    await run("mkfs.ext4", ["-q", "-m", "0", disk.#file]);
    await disk.#copy(place, "there");
    await disk.#mount(place);
    await rmdir(join(place, "lost+found"));
    await docker(["start", container]);
    return disk;
  }

  /** Takes all that is free. Most of it is not written: that would hold up whoever else waits for this machine's disk. */
  async fill(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#volume);
    const most = bavail * bsize - 1024 * 1024;
    if (most > 0) await run("fallocate", ["--length", String(most), this.#filler]);
    await run("dd", ["if=/dev/zero", `of=${this.#filler}`, "bs=4k", "oflag=append", "conv=notrunc"], { check: false });
  }

  async empty(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  /** The data goes back to the volume. */
  async remove(): Promise<void> {
    await this.empty();
    await docker(["stop", this.#container]);
    await run("umount", [this.#volume]);
    await run("find", [this.#volume, "-mindepth", "1", "-delete"]);
    await this.#copy(this.#volume, "back");
    await docker(["start", this.#container]);
    await rm(this.#folder, { recursive: true });
  }

  get #file(): string {
    return join(this.#folder, "disk");
  }

  get #filler(): string {
    return join(this.#volume, "filler");
  }

  #mount(place: string): Promise<unknown> {
    return run("mount", ["-o", "loop", this.#file, place]);
  }

  async #copy(place: string, way: "there" | "back"): Promise<void> {
    const mounted = join(this.#folder, "mounted");
    await mkdir(mounted, { recursive: true });
    await this.#mount(mounted);
    const [from, to] = way === "there" ? [place, mounted] : [mounted, place];
    await run("cp", ["-a", `${from}/.`, to]);
    await run("umount", [mounted]);
  }
}
