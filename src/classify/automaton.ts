import { parsePattern, type Node } from './pattern.ts';

/** Tells whether the bytes from `from` to `end`, a line without its end, begin with one of the patterns. */
export type Automaton = (bytes: Uint8Array, from: number, end: number) => boolean;

const NEWLINE = 10;

/** A row of the table for each state: a column for each ASCII character, the last of them for every byte beyond, too. */
const COLUMNS = 128;
const LAST = COLUMNS - 1;

/** What a field of the table holds: where the row of the next state begins, or one of these. */
const UNKNOWN = 0;
const DEAD = COLUMNS;
const ACCEPT = 2 * COLUMNS;

/**
 * Patterns as one automaton over bytes, made as it is needed: one look at a table for each byte, no text to be decoded,
 * and nothing allocated. The end of the line counts as a newline. Throws a SyntaxError for what `parsePattern` refuses.
 */
export function automaton(patterns: readonly string[]): Automaton {
  const nfa = thompson(patterns.map(parsePattern));
  const rows = new Map<string, number>();
  const members: (readonly number[])[] = [[], [], []];
  let table = new Uint16Array(64 * COLUMNS);
  const start = rowOf(nfa.closure([nfa.start]));
  /** Rows after a date and a time of day, with a blank and with a T between them; UNKNOWN if it matters which they are. */
  const dated = [afterDate(' '), afterDate('T')] as const;
  return start === ACCEPT ? () => true : matches;

  /** The hot path of a replay and of a flood: one load after the other, and nothing else between them. */
  function matches(bytes: Uint8Array, from: number, end: number): boolean {
    let fields = table;
    let row = start;
    let i = from;
    // Many lines begin with date and time: looking at them as a whole takes a fifth of the time.
    if (end - from > DATE && bytes[from + 4] === DASH && isDate(bytes, from)) {
      const after = bytes[from + 10] === TEE ? dated[1] : dated[0];
      if (after === DEAD) return false;
      if (after > ACCEPT) {
        row = after;
        i += DATE;
      }
    }
    for (; i < end; i++) {
      const byte = bytes[i] ?? 0;
      let to = fields[row + (byte < LAST ? byte : LAST)] ?? DEAD;
      if (to <= ACCEPT) {
        if (to === UNKNOWN) to = step(row, byte < LAST ? byte : LAST);
        if (to <= ACCEPT) return to === ACCEPT;
        fields = table;
      }
      row = to;
    }
    return next(row, NEWLINE) === ACCEPT;
  }

  function next(row: number, symbol: number): number {
    const known = table[row + symbol] ?? DEAD;
    return known === UNKNOWN ? step(row, symbol) : known;
  }

  function afterDate(between: string): number {
    const [least, most] = ['0', '9'].map((digit) => {
      const text = Buffer.from(`dddd-dd-dd${between}dd:dd:dd`.replaceAll('d', digit));
      let row = start;
      for (const byte of text) if (row > ACCEPT) row = next(row, byte);
      return row;
    });
    return least !== undefined && least === most && least !== ACCEPT ? least : UNKNOWN;
  }

  function step(row: number, symbol: number): number {
    const targets = new Set<number>();
    for (const member of members[row / COLUMNS] ?? []) {
      const { on, to } = nfa.states[member] ?? DONE;
      if (on?.[symbol] === 1) for (const target of to) targets.add(target);
    }
    const next = targets.size === 0 ? DEAD : rowOf(nfa.closure([...targets]));
    table[row + symbol] = next;
    return next;
  }

  function rowOf(set: readonly number[]): number {
    if (set.includes(nfa.accept)) return ACCEPT;
    const key = set.join();
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row = members.length * COLUMNS;
    // Beyond what a field can hold lines are looked at more closely, that is all.
    if (row > 0xffff) return DEAD;
    rows.set(key, row);
    members.push(set);
    if (row + COLUMNS > table.length) {
      const larger = new Uint16Array(table.length * 2);
      larger.set(table);
      table = larger;
    }
    return row;
  }
}

/** The length of `2025-12-17 16:06:14`. */
const DATE = 19;
const DASH = 45;
const COLON = 58;
const TEE = 84;
const BLANK = 32;

function isDate(bytes: Uint8Array, from: number): boolean {
  const between = bytes[from + 10];
  return (
    bytes[from + 7] === DASH &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON &&
    (between === BLANK || between === TEE) &&
    digits(bytes, from) &&
    digits(bytes, from + 2) &&
    digits(bytes, from + 5) &&
    digits(bytes, from + 8) &&
    digits(bytes, from + 11) &&
    digits(bytes, from + 14) &&
    digits(bytes, from + 17)
  );
}

/** Whether two digits stand there. */
function digits(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] ?? 0) - 48) >>> 0 < 10 && ((bytes[at + 1] ?? 0) - 48) >>> 0 < 10;
}

/** A state of the automaton that may be in several at a time: on a symbol of `on` to each of `to`; without `on`, at once. */
interface State {
  readonly on?: Uint8Array;
  to: readonly number[];
}

const DONE: State = { to: [] };

interface Nfa {
  readonly states: readonly State[];
  readonly start: number;
  readonly accept: number;
  /** All states that are reached from these without a symbol. */
  closure(from: readonly number[]): readonly number[];
}

/** Thompson's construction, from the end to the beginning: every node is built with the state that follows it. */
function thompson(patterns: readonly Node[]): Nfa {
  const states: State[] = [{ to: [] }];
  const accept = 0;
  const start = add({ to: patterns.map((pattern) => build(pattern, accept)) });
  return { states, start, accept, closure };

  function add(state: State): number {
    return states.push(state) - 1;
  }

  function build(node: Node, next: number): number {
    switch (node.type) {
      case 'symbols':
        return add({ on: node.symbols, to: [next] });
      case 'sequence':
        return node.parts.reduceRight((after, part) => build(part, after), next);
      case 'choice':
        return add({ to: node.parts.map((part) => build(part, next)) });
      case 'repeat': {
        let after = next;
        if (node.most === Infinity) {
          const loop: State = { to: [] };
          after = add(loop);
          loop.to = [build(node.part, after), next];
        } else {
          for (let i = node.least; i < node.most; i++) after = add({ to: [build(node.part, after), next] });
        }
        for (let i = 0; i < node.least; i++) after = build(node.part, after);
        return after;
      }
    }
  }

  function closure(from: readonly number[]): readonly number[] {
    const reached = new Set(from);
    for (const index of reached) {
      const { on, to } = states[index] ?? DONE;
      if (on === undefined) for (const target of to) reached.add(target);
    }
    return [...reached]
      .filter((index) => index === accept || states[index]?.on !== undefined)
      .sort((a, b) => a - b);
  }
}
