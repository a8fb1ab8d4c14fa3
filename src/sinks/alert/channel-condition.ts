import type { Delivery } from '../../state/delivery.ts';

/** Why a channel did not take the last message, and when it is tried again at the latest (epoch milliseconds). */
export interface ChannelFailure {
  readonly why: string;
  readonly nextAt: number;
}

/** What is known of a channel beside its deliveries, for as long as the process or the configuration lasts. */
export interface ChannelCondition {
  /** Nothing is sent before (epoch milliseconds), which was said at `heldAt`. */
  heldUntil: number;
  heldAt: number;
  /** The service's reason why the channel is wrong; undefined: it is not. */
  disabled: string | undefined;
  /** It was disabled and has taken nothing since: what it missed is told in one message. */
  missed: boolean;
  failure: ChannelFailure | undefined;
}

/** How long a disabled channel is left alone, in milliseconds, if nothing calls for a try before. */
export const PROBE_EVERY = 15 * 60_000;

/** By this a delivery's detail says, over restarts too, that its channel was disabled. */
const DISABLED = 'channel disabled: ';

/** The condition in which a process finds a channel with these unsent deliveries: it is tried at once. */
export function conditionAtStart(unsent: readonly Delivery[]): ChannelCondition {
  const missed = unsent.some(({ detail }) => detail.startsWith(DISABLED));
  return { heldUntil: -Infinity, heldAt: -Infinity, disabled: undefined, missed, failure: undefined };
}

/** Holds a channel until a moment. */
export function hold(condition: ChannelCondition, until: number, now: number): void {
  Object.assign(condition, { heldUntil: until, heldAt: now });
}

/** Until when a channel is held. Of a clock that has been set back since, no longer than it was held for. */
function heldUntil(condition: ChannelCondition, now: number): number {
  const { heldUntil: until, heldAt: at } = condition;
  if (at > now) hold(condition, now + until - at, now);
  return condition.heldUntil;
}

/** The detail of a delivery whose channel turned out to be disabled. */
export function disabledDetail(detail: string): string {
  return DISABLED + detail;
}

/**
 * When a channel is next used (epoch milliseconds, infinite if nothing is unsent), and whether what it missed goes out in
 * one message. `due` is when its own deliveries are.
 */
export function nextUse(
  condition: ChannelCondition,
  unsent: readonly Delivery[],
  due: number,
  now: number,
): { readonly at: number; readonly asOne: boolean } {
  if (unsent.length === 0) return { at: Infinity, asOne: false };
  const held = heldUntil(condition, now);
  if (!condition.missed) return { at: due === Infinity ? due : Math.max(due, held), asOne: false };
  const calls = condition.disabled === undefined ? [] : unsent.filter(isCall);
  return { at: Math.min(held, ...calls.map(({ nextAt }) => nextAt)), asOne: true };
}

/** A new incident, or that a person is needed: worth trying a disabled channel for. */
function isCall({ attempts, effect: { part } }: Delivery): boolean {
  return attempts === 0 && (part === 'opened' || part === 'reopened' || part === 'escalated');
}
