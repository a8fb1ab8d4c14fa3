import { displayLines } from '../../text/display.ts';
import { redact } from '../text/redact.ts';

/** How much of a heal's output is kept, in bytes: the last of it. */
export const OUTPUT_LIMIT = 64 * 1_024;

/** Keeps the tail of what is written, never more than twice the limit in memory. */
export interface OutputTail {
  write(chunk: Uint8Array): void;
  /**
   * The tail as text, without control characters, secrets masked. A first line that was cut is left out, and a note
   * says how much was dropped.
   */
  text(mask?: (text: string) => string): string;
}

/** An empty tail of at most `limit` bytes. */
export function outputTail(limit = OUTPUT_LIMIT): OutputTail {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let dropped = 0;
  const compact = (): Buffer => {
    const whole = Buffer.concat(chunks);
    const kept = whole.subarray(Math.max(0, whole.length - limit));
    dropped += whole.length - kept.length;
    chunks = [Buffer.from(kept)];
    size = kept.length;
    return kept;
  };
  return {
    write(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit * 2) compact();
    },
    text(mask = redact) {
      const tail = compact();
      if (dropped === 0) return mask(displayLines(tail.toString()));
      const lineEnd = tail.indexOf('\n');
      const whole = lineEnd < 0 ? Buffer.alloc(0) : tail.subarray(lineEnd + 1);
      return `(${dropped + tail.length - whole.length} earlier bytes dropped)\n${mask(displayLines(whole.toString()))}`;
    },
  };
}
