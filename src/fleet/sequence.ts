/**
 * One sequence of entries on its way to the broker: numbers without a hole, each entry kept until the broker has
 * confirmed it, and for a while after, in case the broker loses it. Pure bookkeeping: JSON texts in, changed rows out.
 */
export class Sequence {
  readonly #prefix: string;
  readonly #entries = new Map<number, Held>();
  readonly #changed = new Map<string, unknown>();
  readonly #dropped = new Set<string>();
  #next = 1;
  #acked = 0;
  /** The highest number that is on disk: a number that might be given twice must not leave the host. */
  #durable = 0;
  #bytes = 0;
  #lost = 0;

  /** `rows` are those that an earlier process has stored, whatever their prefix. */
  constructor(prefix: string, rows: ReadonlyMap<string, unknown>) {
    this.#prefix = prefix;
    const head = headIn(rows.get(`${prefix}:head`));
    this.#next = head.next;
    this.#acked = head.acked;
    this.#durable = head.next - 1;
    const stored = [...rows]
      .flatMap(([key, value]) => (key.startsWith(`${prefix}:`) && isHeld(value) ? [{ key, value }] : []))
      .map(({ key, value }) => [Number(key.slice(prefix.length + 1)), value] as const)
      .filter(([seq]) => seq < head.next);
    for (const [seq, held] of stored.sort(([a], [b]) => a - b)) {
      this.#entries.set(seq, held);
      this.#bytes += held.json.length;
    }
  }

  /** The last number given, 0 before the first. */
  get last(): number {
    return this.#next - 1;
  }

  /** The last number that the broker has confirmed. */
  get acked(): number {
    return this.#acked;
  }

  /** The size of what is held, in UTF-16 units. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many entries were given up before the broker had them, since this process began. */
  get lost(): number {
    return this.#lost;
  }

  /** How many entries the broker has not confirmed. */
  get unsent(): number {
    return this.last - this.#acked;
  }

  /** Adds an entry and returns its number. `json` has no number in it. */
  add(json: string, at: number): number {
    const seq = this.#next;
    this.#next += 1;
    this.#hold(seq, { json, at });
    return seq;
  }

  /** Replaces the content of the last entry, which must not have been handed out yet. */
  replace(seq: number, json: string): void {
    const held = this.#entries.get(seq);
    if (held === undefined) return;
    this.#bytes -= held.json.length;
    this.#hold(seq, { json, at: held.at });
  }

  /** Forgets what the broker has had since before `before`, and beyond `most` in size the oldest, had or not. */
  trim(before: number, most: number): void {
    for (const [seq, { at }] of this.#entries) {
      const isOld = seq <= this.#acked && at < before;
      if (!isOld && this.#bytes <= most) break;
      if (seq > this.#acked) this.#lost += 1;
      this.#drop(seq);
    }
  }

  /** The rows that have changed since the last call, to be stored in one transaction; undefined if none has. */
  take(): { readonly put: ReadonlyMap<string, unknown>; readonly drop: readonly string[] } | undefined {
    if (this.#changed.size === 0 && this.#dropped.size === 0) return undefined;
    const put = new Map(this.#changed).set(`${this.#prefix}:head`, { next: this.#next, acked: this.#acked });
    const drop = [...this.#dropped];
    this.#changed.clear();
    this.#dropped.clear();
    return { put, drop };
  }

  /** All that was taken so far is on disk. */
  stored(): void {
    this.#durable = this.last;
  }

  /** Entries that the broker has not confirmed, in order, at most `most` in size (one at least), none from `before` on. */
  unconfirmed(most: number, before = Infinity): readonly Numbered[] {
    const found: Numbered[] = [];
    let size = 0;
    for (let seq = this.#acked + 1; seq <= this.#durable && seq < before; seq++) {
      const held = this.#entries.get(seq);
      if (held === undefined) continue;
      size += held.json.length;
      if (found.length > 0 && size > most) break;
      found.push({ seq, ...held });
    }
    return found;
  }

  /** The broker has everything up to this number, and, if it is lower than before, nothing later any more. */
  confirm(seq: number): void {
    this.#acked = Math.min(seq, this.last);
    this.#changed.set(`${this.#prefix}:head`, { next: this.#next, acked: this.#acked });
  }

  /** Begins to count anew: what is held and not confirmed gets the numbers from 1 on, the rest is forgotten. */
  renumber(): void {
    const rest = [...this.#entries].filter(([seq]) => seq > this.#acked);
    for (const seq of [...this.#entries.keys()]) this.#drop(seq);
    this.#next = 1;
    this.#acked = 0;
    this.#durable = 0;
    for (const [, { json, at }] of rest) this.add(json, at);
    this.#changed.set(`${this.#prefix}:head`, { next: this.#next, acked: 0 });
  }

  #hold(seq: number, held: Held): void {
    const key = `${this.#prefix}:${seq}`;
    this.#entries.set(seq, held);
    this.#bytes += held.json.length;
    this.#changed.set(key, held);
    this.#dropped.delete(key);
  }

  #drop(seq: number): void {
    const key = `${this.#prefix}:${seq}`;
    this.#bytes -= this.#entries.get(seq)?.json.length ?? 0;
    this.#entries.delete(seq);
    this.#changed.delete(key);
    this.#dropped.add(key);
  }
}

/** An entry as it is held: its content as JSON, and when it was made (epoch milliseconds). */
interface Held {
  readonly json: string;
  readonly at: number;
}

/** An entry with its number. */
export interface Numbered extends Held {
  readonly seq: number;
}

function headIn(value: unknown): { readonly next: number; readonly acked: number } {
  if (typeof value === 'object' && value !== null && 'next' in value && 'acked' in value) {
    const { next, acked } = value;
    if (typeof next === 'number' && typeof acked === 'number') return { next, acked };
  }
  return { next: 1, acked: 0 };
}

function isHeld(value: unknown): value is Held {
  return (
    typeof value === 'object' &&
    value !== null &&
    'json' in value &&
    typeof value.json === 'string' &&
    'at' in value &&
    typeof value.at === 'number'
  );
}
