/**
 * Rules about evidence are judged for good when an image goes out. On a pull request they tell what is still to come,
 * since the image that follows the merge is yet to be built and tested. A ledger that was edited is never that.
 */
export const isAwaited = (rule: string): boolean => /^EVD-(?!00)\d\d$/.test(rule);
