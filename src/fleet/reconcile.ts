import { headOfMessage } from './protocol.ts';

/** Who sends, and how far its numbers go. */
export interface Own {
  readonly id: string;
  readonly epoch: number;
  readonly last: number;
}

/**
 * What the last message that the broker has under a host's name means for the host: everything up to a number is there
 * (`from`), or numbers that this state does not know of, so that they begin anew beyond an epoch (`renew`).
 */
export type Standing =
  { readonly type: 'from'; readonly confirmed: number } | { readonly type: 'renew'; readonly epoch: number };

/** Compares a host's own numbers with the last message under its name; `content` is undefined if there is none. */
export function standing(own: Own, content: unknown): Standing {
  const message = headOfMessage.safeParse(content);
  // Nothing is there, or something of another version: all that is held follows it.
  if (!message.success) return { type: 'from', confirmed: 0 };
  const { id, epoch, entries = [] } = message.data;
  const last = entries.at(-1)?.seq ?? 0;
  if (id !== own.id || epoch < own.epoch) return { type: 'from', confirmed: 0 };
  if (epoch > own.epoch || last > own.last) return { type: 'renew', epoch };
  return { type: 'from', confirmed: last };
}

/** Whether a message comes from a run of the program other than this one. */
export function isOfAnother(run: string, content: unknown): boolean {
  const message = headOfMessage.safeParse(content);
  return message.success && message.data.run !== run;
}
