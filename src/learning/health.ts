/** What the health of a week is made from. Times in milliseconds. */
export interface HealthParts {
  /** How long incidents were open, overlapping ones once. */
  readonly open: number;
  readonly escalations: number;
  readonly blind: number;
  readonly undelivered: number;
  /** Errors and criticals of the week, and of the week before. */
  readonly errors: number;
  readonly errorsBefore: number;
}

/** A score from 0 to 100, and what was taken off for what: the parts and 100 add up to it. */
export interface Health {
  readonly score: number;
  readonly parts: readonly { readonly what: string; readonly off: number; readonly most: number }[];
}

const HOUR = 3_600_000;

/** Most that each part takes off. */
const MOST = { open: 40, escalations: 20, blind: 20, undelivered: 10, errors: 10 } as const;

/** So much time in incidents, or blind, takes off all that it can. */
const ALL_OF_IT = 12 * HOUR;

/**
 * The published formula (docs/learning.md): 100, less 40 for 12 h in incidents, 10 for each escalation (20 at most), 20 for 12 h
 * blind, 5 for each message that was not delivered (10 at most), and 10 for three times the errors of the week before or
 * more, each in proportion below that.
 */
export function healthOf({
  open,
  escalations,
  blind,
  undelivered,
  errors,
  errorsBefore,
}: HealthParts): Health {
  const risen = errorsBefore === 0 ? 0 : (errors / errorsBefore - 1) / 2;
  const parts = [
    part('time in incidents', MOST.open, open / ALL_OF_IT),
    part('escalations', MOST.escalations, escalations / 2),
    part('blind time', MOST.blind, blind / ALL_OF_IT),
    part('messages not delivered', MOST.undelivered, undelivered / 2),
    part('more errors than the week before', MOST.errors, risen),
  ];
  return { score: 100 - parts.reduce((sum, { off }) => sum + off, 0), parts };
}

function part(what: string, most: number, fraction: number): Health['parts'][number] {
  return { what, most, off: Math.round(most * Math.min(1, Math.max(0, fraction))) };
}
