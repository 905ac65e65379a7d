/** The option that names the application's image. */
import { Option } from "commander";

/** Registries know small letters only, owners of repositories write large ones too. */
export const imageOption = (): Option =>
  new Option("--image <name>", "the image's name without a tag, such as ghcr.io/acme/site")
    .makeOptionMandatory()
    .argParser((name: string) => name.toLowerCase());
