// A stack as a test changes it: brought to its settings, looked at by what it put out.
import type { Output, Sections, TestStack } from "./stack.ts";

export class RunningStack {
  readonly stack: TestStack;
  /** Of the last `up`. */
  output: Output = { url: "", release: "", services: {}, checks: [] };

  constructor(stack: TestStack) {
    this.stack = stack;
  }

  /** Brings the stack to its settings, some of them replaced. */
  async up(sections: Sections = {}): Promise<string> {
    await this.stack.configure(sections);
    const { stdout } = await this.stack.up();
    this.output = await this.stack.outputs();
    return stdout;
  }

  /** The settings, with some keys of one section replaced. */
  changed(section: string, keys: Record<string, unknown>): Sections {
    return { [section]: { ...(this.stack.settings[section] as Record<string, unknown> | undefined), ...keys } };
  }

  container(service: string): string {
    const found = this.output.services[service];
    if (found === undefined)
      throw new Error(`no service ${service} in ${Object.keys(this.output.services).join(", ")}`);
    return found.container;
  }
}
