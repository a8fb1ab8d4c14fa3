import * as z from 'zod';
import { compilePattern } from '../classify/user-pattern.ts';
import { ConfigError } from '../config/config-error.ts';
import { LONGEST_SILENCE, LOUD } from '../incidents/silences.ts';
import { KINDS, type Silence } from '../model.ts';
import type { Answer, Routes } from './control-server.ts';
import { metrics } from './metrics.ts';
import type { Status } from './status.ts';

/**
 * The commands of an operator to the running daemon. A refusal is thrown as `Refused` or, for a reload,
 * `ConfigError`.
 */
export interface Operations {
  readonly status: () => Status;
  /**
   * Starts no heal before `until` (epoch milliseconds). `pause` and `resume` return why a restart would forget the
   * command, if it would.
   */
  readonly pause: (until: number) => Promise<string | undefined>;
  readonly resume: () => Promise<string | undefined>;
  readonly ack: (incident: string, gone?: string) => void;
  /** Every container that is known of, by identity, also those that are gone and missed. */
  readonly containers: () => readonly string[];
  readonly healReset: () => void;
  /** Hides what matches, from now on. Returns the id. Throws `Refused` for a rule that is not there. */
  readonly silence: (silence: Omit<Silence, 'id' | 'from'>) => string;
  readonly unsilence: (id: string) => void;
  readonly reload: () => Promise<{ readonly changed: readonly string[]; readonly later: readonly string[] }>;
}

/** The daemon refuses a well-formed request for now (HTTP 409). */
export class Refused extends Error {
  override name = 'Refused';
}

/** A pause always ends: this is the longest, in milliseconds. */
export const LONGEST_PAUSE = 30 * 24 * 60 * 60_000;

/** The routes of the control socket. Every input is validated; the answer to a wrong one says what is wrong. */
export function controlRoutes(operations: Operations): Routes {
  const { status, pause, resume, ack, containers, healReset, reload, silence, unsilence } = operations;
  return {
    'GET /status': () => ({ body: status() }),
    'GET /metrics': () => ({ body: metrics(status()) }),
    'POST /pause': taking(pauseInput, async ({ until }) => {
      const { at } = status();
      if (until <= at) throw new Refused('a pause must end in the future');
      if (until > at + LONGEST_PAUSE) throw new Refused('a pause must end within 30 days');
      const problem = await pause(until);
      return { problem, ...pauseOf(status()) };
    }),
    'POST /resume': taking(nothing, async () => {
      const { pausedUntil } = status();
      const problem = await resume();
      return { problem, wasPaused: pausedUntil !== undefined, ...pauseOf(status()) };
    }),
    'POST /ack': taking(ackInput, ({ incident = '', gone }) => {
      const found = meant(status().incidents, incident);
      if (gone !== undefined) refuseUnknown(gone, containers());
      ack(found.id, gone);
      return { before: found, incident: status().incidents.find(({ id }) => id === found.id) };
    }),
    'POST /heal-reset': taking(nothing, () => {
      const before = status().incidents;
      healReset();
      return { before, incidents: status().incidents };
    }),
    'POST /silence': taking(silenceInput, (wanted) => {
      const { at } = status();
      if (wanted.until <= at) throw new Refused('a silence must end in the future');
      if (wanted.until > at + LONGEST_SILENCE) throw new Refused('a silence must end within 30 days');
      const id = silence(wanted);
      return { silence: status().silences?.find((one) => one.id === id) };
    }),
    'POST /unsilence': taking(unsilenceInput, ({ id }) => {
      const before = status().silences ?? [];
      const found = before.find((one) => one.id === id);
      if (found === undefined) throw new Refused(`no silence is called ${id}${thereAre(before)}`);
      if (found.isScheduled) throw new Refused(`${id} is a setting: change it in the configuration file`);
      unsilence(id);
      return { silence: found };
    }),
    'POST /reload': taking(nothing, reload),
  };
}

const nothing = z.union([z.undefined(), z.strictObject({})]);
const pauseInput = z.strictObject({ until: z.number().int().positive() });
const ackInput = z.strictObject({
  incident: z.string().min(1).max(200).optional(),
  gone: z.string().min(1).max(300).optional(),
});

const silenceInput = z
  .strictObject({
    containers: z.array(z.string().min(1).max(300)).max(50),
    kinds: z.array(z.enum(KINDS)),
    rules: z.array(z.string().min(1).max(64)).max(50),
    pattern: z.string().max(1_000).refine(isPattern, 'expected a regular expression'),
    until: z.number().int().positive(),
    why: z.string().min(1).max(300),
  })
  .refine(({ containers, rules, pattern }) => containers.length + rules.length + pattern.length > 0, {
    message: 'expected a container, a rule or a pattern: not everything can be silenced',
  })
  .refine(({ rules }) => !rules.some((rule) => LOUD.has(rule)), {
    message: 'expected other rules: an engine that is away and a silent host are always told',
  });
const unsilenceInput = z.strictObject({ id: z.string().min(1).max(100) });

function isPattern(pattern: string): boolean {
  try {
    compilePattern(pattern, 'pattern');
    return true;
  } catch {
    return false;
  }
}

function thereAre(silences: readonly { readonly id: string }[]): string {
  return silences.length === 0 ? '; there is none' : `; there is ${silences.map(({ id }) => id).join(', ')}`;
}

/** The open incident that an id, its beginning, or nothing (where only one is open) stands for. */
function meant<T extends { readonly id: string }>(open: readonly T[], text: string): T {
  const matching = open.filter(({ id }) => id.startsWith(text));
  const found = matching.find(({ id }) => id === text) ?? (matching.length === 1 ? matching[0] : undefined);
  if (found !== undefined) return found;
  const ids = open.map(({ id }) => id).join(', ');
  if (open.length === 0)
    throw new Refused(
      text === '' ? 'no incident is open' : `no open incident is called ${text}; none is open`,
    );
  throw new Refused(
    matching.length === 0
      ? `no open incident is called ${text}; open: ${ids}`
      : `several incidents are open, name one: ${matching.map(({ id }) => id).join(', ')}`,
  );
}

/** As many names as a refusal lists. */
const MOST_NAMES = 50;

function refuseUnknown(name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const rest = known.length > MOST_NAMES ? `, and ${known.length - MOST_NAMES} more` : '';
  const names = known.length === 0 ? 'none' : known.slice(0, MOST_NAMES).join(', ') + rest;
  throw new Refused(`no container is known as ${name}; there are: ${names}`);
}

/** Handles input of a schema, and maps errors to statuses: 400 not of that form, 409 refused, 422 configuration. */
function taking<T>(schema: z.ZodType<T>, handle: (input: T) => unknown): (input: unknown) => Promise<Answer> {
  return async (input) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } };
    try {
      return { body: await handle(parsed.data) };
    } catch (error) {
      if (error instanceof Refused) return { status: 409, body: { error: error.message } };
      if (error instanceof ConfigError)
        return { status: 422, body: { error: error.message, problems: error.problems } };
      throw error;
    }
  };
}

function pauseOf({ pausedUntil }: Status): object {
  return pausedUntil === undefined ? {} : { pausedUntil };
}
