import { INFO } from './levels.ts';

/**
 * How the lines below an entry are read. `plain`: nothing is open. `labelled`: a line with its own level. `words`: a line judged by its words. `traceback`:
 * Python's, whose exception comes last. `trace`: an exception or crash with its frames. `signal`: killed by a signal.
 * `message`: the text follows on the next line (Rust). `chained`: another traceback of the same fault follows.
 * `excerpt`: a place in the source, before the error is named (Node.js).
 * `object`: an object printed over many lines is open.
 * `report`: a labelled line without a message, which what follows without a level makes up (Spring Boot).
 */
export type Mode =
  | 'plain'
  | 'labelled'
  | 'words'
  | 'traceback'
  | 'trace'
  | 'signal'
  | 'message'
  | 'chained'
  | 'excerpt'
  | 'report'
  | 'object';

/**
 * What has to be known of one stream of one container to tell whether its next line begins an entry. Plain data, kept
 * with the cursors, so that a trace cut in two by a crash of ours is still one entry.
 */
export interface EntryState {
  mode: Mode;
  /** Level code of the entry that is open. */
  level: number;
  /** Frames of a stack have been seen: another exception line begins another entry. */
  frames: boolean;
  /** Lines since the last entry that counted, up to 999: what cannot begin an entry belongs to it. */
  since: number;
  /** When the last line of the entry arrived (epoch ms), 0 where unknown. */
  at: number;
  /** What the entry's first line began with, before its message: its other lines may begin with it too. */
  head: string;
  /** Lines read of the stream, up to `LEARNED`, and how many of them were in one of the commonest formats. */
  read: number;
  calm: number;
  /** Where level words have stood in those lines, by the form of what stood before them (`learned-column.ts`). */
  columns: Readonly<Record<string, number>>;
}

/** From how many of a stream's first lines it is learned where it puts its level. */
export const LEARNED = 200;

/** The state before the first line. */
export function newEntry(): EntryState {
  return {
    mode: 'plain',
    level: INFO,
    frames: false,
    since: 999,
    at: 0,
    head: '',
    read: 0,
    calm: 0,
    columns: {},
  };
}
