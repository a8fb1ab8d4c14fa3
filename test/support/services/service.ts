import type { ReceivedRequest, ScriptedAnswer } from '../webhook-receiver.ts';

/** A request that breaks one limit of a service, made from one that keeps to all of them. */
export interface Mutant {
  readonly breaks: string;
  readonly of: (request: ReceivedRequest) => ReceivedRequest;
  /** A part of the answer that the service documents for it. */
  readonly answer: string;
  /** What a channel has to make of that answer. */
  readonly verdict: 'refused' | 'disable' | 'retry';
}

/**
 * What a service's documentation says about a request, enforced: it answers as the documentation says, and refuses what
 * goes beyond a limit. One for each type of channel whose service has such limits.
 */
export interface Service {
  /** Where its API begins; the channel's own address is below it. */
  readonly path: string;
  readonly token: string;
  readonly to: readonly string[];
  /** The answer to a request at that time (epoch milliseconds). */
  answer(request: ReceivedRequest, at: number): ScriptedAnswer;
  readonly mutants: readonly Mutant[];
}

/** The request with parts of its JSON body replaced; undefined takes one away. */
export function withBody(
  request: ReceivedRequest,
  change: Readonly<Record<string, unknown>>,
): ReceivedRequest {
  const json = { ...(request.json as object), ...change };
  const body = JSON.stringify(json);
  return { ...request, json: JSON.parse(body), body };
}

/** The JSON body of a request as fields. */
export function fieldsOf({ json }: ReceivedRequest): Readonly<Record<string, unknown>> {
  return (json ?? {}) as Record<string, unknown>;
}

/** The text of a field; empty if there is none. */
export function textIn(request: ReceivedRequest, name: string): string {
  const value = fieldsOf(request)[name];
  return typeof value === 'string' ? value : '';
}

/** How many code points a text has. */
export const points = (text: string): number => Array.from(text).length;

/** An answer with a JSON body. */
export function json(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): ScriptedAnswer {
  return { status, headers, body: JSON.stringify(body) };
}

/** Lets a request through if the last one was at least `every` milliseconds before; else how long to wait. */
export function pacer(every: number): (at: number) => number {
  let last = -Infinity;
  return (at) => {
    const wait = last + every - at;
    if (wait <= 0) last = at;
    return Math.max(wait, 0);
  };
}
