import type { Sign, Signal } from '../model.ts';

/** Something that is not as it was: what kind, when, where, and how it was found, in words with the arithmetic. */
export interface Finding {
  readonly sign: Sign;
  readonly at: number;
  readonly signal: Pick<Signal, 'source' | 'container' | 'labels' | 'image'>;
  readonly text: string;
}

/** Longest quotation of a line in a finding. */
const QUOTED = 200;

export function quoted(text: string): string {
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED).toWellFormed()}…`;
}

/** A number of events as people say it: `0.4`, `12`. */
export function inWords(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}
