/** What an audit is at: one line that is written over, on terminals only. */
export type Progress = (what: string) => void;

export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): { tell: Progress; end: () => void } {
  if (!stream.isTTY) return { tell: () => undefined, end: () => undefined };
  const clear = "\r\u001B[K";
  return { tell: (what) => void stream.write(`${clear}${what} …`), end: () => void stream.write(clear) };
}
