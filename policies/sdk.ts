/** What the SDK's types leave out of its module `proxy`: the check for unknown values (@pulumi/policy 1.21, proxy.js). */
import * as proxy from "@pulumi/policy/proxy.js";

interface UnknownValue extends Error {
  /** Path of the value that was read. */
  props: PropertyKey[];
}

export const { UnknownValueError, unknownCheckingProxy, unknownStringValue, isSpecialProxy, getSpecialProxyTarget } =
  proxy as unknown as {
    UnknownValueError: new (...parameters: never[]) => UnknownValue;
    /** Throws when a value behind it is read that is not known yet. */
    unknownCheckingProxy: <T>(value: T) => T;
    /** Stands for a text that is not known yet. */
    unknownStringValue: string;
    isSpecialProxy: string;
    getSpecialProxyTarget: string;
  };
