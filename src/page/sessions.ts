import { randomBytes, randomInt } from 'node:crypto';

/** Who has entered, and the code that lets one more in. Moments in epoch milliseconds. */
export interface Sessions {
  /** The code that is good now; another one once it has been used. */
  readonly code: () => string;
  /** A session for the right code, once; `wait` after too many wrong ones, when none is looked at. */
  readonly enter: (code: string, now: number) => Entry;
  readonly has: (session: string, now: number) => boolean;
}

export interface Entry {
  readonly session?: string;
  readonly wait: boolean;
}

/** Without letters and digits that are taken for one another. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** With 31 characters to choose from, 49 bits. */
const CODE_LENGTH = 10;

/** How long somebody stays in, in milliseconds. */
const LASTS = 12 * 60 * 60_000;

/** Wrong codes within a minute, before no more are looked at until it is over. */
const MOST_WRONG = 10;

/** Browsers that are in at a time; the one that came first has to enter again. */
const MOST_SESSIONS = 50;

/** Sessions in memory: a restart of the page ends them all. */
export function sessions(): Sessions {
  const ends = new Map<string, number>();
  let wrong: readonly number[] = [];
  let code = freshCode();

  return {
    code: () => code,
    enter: (given, now) => {
      wrong = wrong.filter((at) => at > now - 60_000);
      if (wrong.length >= MOST_WRONG) return { wait: true };
      if (given !== code) {
        wrong = [...wrong, now];
        return { wait: false };
      }
      const session = randomBytes(32).toString('base64url');
      ends.set(session, now + LASTS);
      const [first] = ends.keys();
      if (ends.size > MOST_SESSIONS && first !== undefined) ends.delete(first);
      code = freshCode();
      return { session, wait: false };
    },
    has: (session, now) => (ends.get(session) ?? 0) > now,
  };
}

function freshCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
