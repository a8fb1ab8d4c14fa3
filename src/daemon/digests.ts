import { EMPTY, exhaustMap, type Observable, type SchedulerLike, timer } from 'rxjs';
import type { Config } from '../config/config.ts';
import { digestFrom } from '../history/digest-from.ts';
import type { Digest } from '../learning/digest.ts';
import { weekBefore } from '../learning/week.ts';
import type { Log } from '../log.ts';
import type { Effect } from '../model.ts';
import { zero } from '../operators/rolling-window.ts';
import { appendDigest } from '../sinks/report/digest-section.ts';
import { digestHeadline, digestParts } from '../sinks/text/digest-text.ts';
import type { Store } from '../state/store.ts';
import type { DaemonEffects } from './daemon-effects.ts';

/** How often it is looked whether a digest is due, in milliseconds. */
const LOOK = 60_000;

/** A digest that could not be made within so long of its time (milliseconds) is left out. */
const LATEST = 24 * 3_600_000;

export interface DigestsParts {
  readonly stateDir: string;
  readonly config: () => Pick<Config, 'digest' | 'report'>;
  readonly store: Pick<Store, 'commit'>;
  readonly effects: Pick<DaemonEffects, 'channels' | 'submit'>;
  readonly clock: SchedulerLike;
  readonly log: Log;
}

/**
 * Writes the digest of the last week into the weekly report and owes one message of it, at the time that is set, for as
 * long as it is subscribed to; emits after each attempt. That it is done is known by the report alone, so that a restart does not repeat it. What
 * cannot be written is logged, and tried again with the next look.
 */
export function digests(parts: DigestsParts): Observable<unknown> {
  const { config, clock, log } = parts;
  let doneFor = -Infinity;
  let problem = '';
  return timer(LOOK, LOOK, clock).pipe(
    exhaustMap(() => {
      const now = clock.now();
      const due = lastDue(config().digest.schedule, now);
      return due === undefined || due <= doneFor || now - due > LATEST ? EMPTY : attempt(due);
    }),
  );

  async function attempt(due: number): Promise<void> {
    try {
      await digestAt(due, parts);
      doneFor = due;
      problem = '';
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== problem)
        log.warn({ problem: why }, 'the weekly digest could not be made; it is tried again');
      problem = why;
    }
  }
}

async function digestAt(
  due: number,
  { stateDir, config, store, effects, clock, log }: DigestsParts,
): Promise<void> {
  const digest = digestFrom(stateDir, weekBefore(due));
  const { path, isNew } = await appendDigest(config().report, digest, due);
  if (!isNew) return;
  const effect = messageOf(digest, path, clock.now());
  store.commit({ owed: [{ effect, channels: effects.channels(), at: clock.now() }] });
  effects.submit(effect);
  log.info({ week: digest.week.name, path }, 'the weekly digest is written');
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** The last moment a schedule such as `monday 04:00` (local time) was due; undefined where it is off. */
export function lastDue(schedule: string, now: number): number | undefined {
  const [day = '', time = ''] = schedule.split(' ');
  const weekday = DAYS.indexOf(day);
  if (weekday < 0) return undefined;
  const [hour, minute] = time.split(':').map(Number);
  const today = new Date(now);
  const back = (today.getDay() - weekday + 7) % 7;
  const on = (days: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - days, hour, minute).getTime();
  return on(back) <= now ? on(back) : on(back + 7);
}

/** Parts of the digest that its message names, as far as it has room. */
const NAMED = ['Incidents', 'New errors'];

/** A note for every channel: nothing is asked of anybody. */
function messageOf(digest: Digest, path: string, at: number): Effect {
  const incident = `digest-${digest.week.name}`;
  const named = digestParts(digest)
    .filter(({ title, rows }) => NAMED.includes(title) && rows[0] !== 'none')
    .map(({ title, rows }) => `${title}: ${rows.slice(0, 3).join('; ')}.`);
  return {
    ...{ type: 'effect', kind: 'alert', id: `${incident}:note`, part: 'note', at },
    story: {
      ...{ incident, key: 'digest', openedAt: at, at, state: 'closed', reason: 'the weekly digest' },
      timeline: [{ at, from: 'healthy', to: 'closed', reason: digestHeadline(digest) }],
      ...{ breaches: [], counts: zero(), containers: {}, groups: [], heals: [], gaps: [] },
      samples: { critical: [], error: [], warning: [], restart: [] },
      foundAtStart: false,
      ask: [...named, `All of it is in ${path}.`].join(' '),
    },
  };
}
