const NEWLINE = 10;

/** Takes chunks of bytes and hands on whole lines, decoded, without their line ending. */
export type LineSplitter = (chunk: Buffer) => void;

/**
 * Makes one. Of a line longer than `longest` bytes, which is not kept, `tooLong` gets the beginning, up to `shown` bytes:
 * nothing that a program logs may fill our memory.
 */
export function splitLines(
  line: (text: string) => void,
  tooLong: (beginning: string) => void,
  longest = 8 * 1024 * 1024,
  shown = 64 * 1024,
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
    else rest = [Buffer.concat(rest).subarray(0, shown)];
  }

  function close(): void {
    const [only] = rest;
    const bytes = rest.length === 1 && only !== undefined ? only : Buffer.concat(rest);
    if (size > longest) tooLong(bytes.toString('utf8', 0, shown));
    else line(bytes.toString('utf8'));
    rest = [];
    size = 0;
  }
}
