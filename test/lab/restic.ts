/**
 * The image of the tests' restic, as toolchain/steps/test-restic.sh builds it for this machine's engine: restic, but for the
 * price of a new key. Servers, whose engines are their own, have the one that the configuration names.
 */
export const testRestic = "socle-test-restic:dev";
