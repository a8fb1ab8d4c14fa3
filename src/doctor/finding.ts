/** What one look has found. A fault keeps the daemon from doing its work; a warning may, some day. */
export interface Finding {
  /** What was looked at, e.g. `docker` or `heal`. */
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'fault';
  /** What was found; holds no secret. */
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Something that is as it should be. */
export function ok(check: string, found: string): Finding {
  return { check, verdict: 'ok', found };
}

/** Something that may become a fault, or costs something. */
export function warning(check: string, found: string, remedy: string): Finding {
  return { check, verdict: 'warning', found, remedy };
}

/** Something that does not work. */
export function fault(check: string, found: string, remedy: string): Finding {
  return { check, verdict: 'fault', found, remedy };
}
