import type { Origin } from '../../model.ts';
import { isPiece, type JournalEntry, markOf, messageOf, streamOf, textOf } from './journal-entry.ts';

/** What is kept of one joined line, in UTF-16 units; a longer one is judged on that. */
const LONGEST = 1024 * 1024;

/** A line that has begun and not ended, ready for JSON: `ts` and `at` are those of its last piece. */
export interface OpenLine {
  readonly name: string;
  readonly stream: Origin['stream'];
  /** Tells apart those who write to one stream of one name. */
  readonly writer: string;
  readonly text: string;
  readonly ts: string;
  readonly at: number;
}

/** Makes lines of messages: joins the pieces of long lines, and parts messages of several lines. */
export interface MessageJoiner {
  /**
   * The lines that end with this entry, which belongs to `name`; none while its line goes on. Only the first bears the
   * message's priority: a stack trace below a message is part of what it tells, and no event of its own.
   */
  add(entry: JournalEntry, name: string, ts: string, at: number): readonly string[];
  /** Takes the lines that are still open. */
  takeOpen(): readonly OpenLine[];
  readonly open: readonly OpenLine[];
}

/** Makes one; `saved` are lines that were open where reading was left off. */
export function messageJoiner(saved: readonly OpenLine[] = []): MessageJoiner {
  const begun = new Map<string, OpenLine>(saved.map((line) => [keyOf(line), line]));
  return {
    add,
    takeOpen: () => {
      const open = [...begun.values()];
      begun.clear();
      return open;
    },
    get open() {
      return [...begun.values()];
    },
  };

  function add(entry: JournalEntry, name: string, ts: string, at: number): readonly string[] {
    const message = messageOf(entry);
    if (message === undefined) return [];
    if (begun.size === 0 && !isPiece(entry)) return (markOf(entry) + message).split('\n');
    const writer = textOf(entry['_STREAM_ID']) ?? textOf(entry['_PID']) ?? '';
    const line = { name, stream: streamOf(entry), writer, ts, at };
    const key = keyOf(line);
    const text = (begun.get(key)?.text ?? markOf(entry)) + message;
    if (isPiece(entry)) {
      begun.set(key, { ...line, text: text.slice(0, LONGEST) });
      return [];
    }
    begun.delete(key);
    return text.split('\n');
  }
}

function keyOf({ name, stream, writer }: Pick<OpenLine, 'name' | 'stream' | 'writer'>): string {
  return `${stream} ${name} ${writer}`;
}
