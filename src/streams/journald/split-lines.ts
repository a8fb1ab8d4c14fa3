const NEWLINE = 10;

/** Takes chunks of bytes and hands on whole lines, decoded, without their line ending. */
export type LineSplitter = (chunk: Buffer) => void;

/**
 * Makes one. A line longer than `longest` bytes is not kept, only told: nothing that a program logs may fill our memory.
 */
export function splitLines(
  line: (text: string) => void,
  tooLong: () => void,
  longest = 8 * 1024 * 1024,
): LineSplitter {
  let rest: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end));
      close();
      from = end + 1;
    }
    // A copy, so that the beginning of a line does not keep the whole chunk in memory.
    if (from < chunk.length) keep(Buffer.from(chunk.subarray(from)));
  };

  function keep(part: Buffer): void {
    size += part.length;
    if (size <= longest) rest.push(part);
    else rest = [];
  }

  function close(): void {
    const [only] = rest;
    if (size > longest) tooLong();
    else line((rest.length === 1 && only !== undefined ? only : Buffer.concat(rest)).toString('utf8'));
    rest = [];
    size = 0;
  }
}
