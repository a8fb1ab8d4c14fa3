import { calm, cure, HOUR, MINUTE, SECOND } from '../incident/history.ts';
import type { History, Storm } from '../incident/history.ts';
import type { Script } from '../incident/simulation.ts';

/**
 * One story as it is played: a few acts, each a history of its own. The numbers of stories (S1) and crash points (C2) are
 * those of docs/reference/incident-transitions.md.
 */
export interface Story {
  readonly name: string;
  readonly title: string;
  readonly acts: readonly Act[];
}

export interface Act {
  /** What happens, told before it is played. */
  readonly given: string;
  readonly history: Partial<History>;
  readonly script?: Script;
  /** When the telling ends; without it, when everything has. */
  readonly until?: number;
}

const DAY = 24 * HOUR;

/** So many signals, one every `every` milliseconds. */
const some = (n: number, kind: Storm['kind'], at: number, every = 250): Storm => ({
  kind,
  at,
  every,
  length: (n - 1) * every,
  curable: false,
});

/** Five critical events within a second, which the heal takes care of. */
const breakdown: Storm = { ...some(5, 'critical', 0), curable: true };

/** Errors without end, two a minute: a full limit every 25 minutes. */
const steady = (at: number, length: number): Storm => ({ ...some(1, 'error', at, 30 * SECOND), length });

const minute = { ...cure, length: MINUTE };
const useless = { ...minute, cures: false };

export const stories: readonly Story[] = [
  {
    name: 's01-boundary',
    title: 'The fiftieth error opens, not the forty-ninth',
    acts: [
      { given: '49 errors', history: { storms: [some(49, 'error', 0)] } },
      {
        given: '49 errors, one more a millisecond later, and another',
        history: { storms: [some(49, 'error', 0), some(2, 'error', 48 * 250 + 1, 1)], heals: [minute] },
      },
    ],
  },
  {
    name: 's02-edge-of-the-window',
    title: 'The window is an hour, and not a moment longer',
    acts: [
      {
        given: '25 errors in a second, and 25 more, the last of them 59:58.960 after the first',
        history: {
          storms: [some(25, 'error', 0, 40), some(25, 'error', HOUR - 2 * SECOND, 40)],
          heals: [minute],
        },
      },
      {
        given: '25 errors in a second, and 25 more, the last of them 60:00.960 after the first',
        history: { storms: [some(25, 'error', 0, 40), some(25, 'error', HOUR, 40)], heals: [minute] },
      },
    ],
  },
  {
    name: 's03-flood',
    title: 'Ten thousand errors in a second are one incident, one alert, one heal',
    acts: [
      {
        given: '10,000 errors within one second',
        history: {
          storms: Array.from({ length: 10 }, () => ({ ...some(1_000, 'error', 0, 1), curable: true })),
          heals: [minute],
        },
      },
    ],
  },
  {
    name: 's04-cured',
    title: 'A breakdown, a heal that works, and an end',
    acts: [
      {
        given: '60 errors; the heal takes a minute and cures',
        history: { storms: [{ ...some(60, 'error', 0), curable: true }], heals: [minute] },
      },
    ],
  },
  {
    name: 's05-own-restarts',
    title: "The heal's own restarts are not evidence",
    acts: [
      {
        given: 'the heal restarts five containers, three more restart while things settle',
        history: {
          storms: [breakdown],
          heals: [{ ...minute, aftershocks: [10, 20, 30, 40, 50, 70, 80, 90].map((s) => s * SECOND) }],
        },
      },
      {
        given: 'the same, and two restarts after it has settled: one second later, and a minute later',
        history: {
          storms: [breakdown],
          heals: [
            { ...minute, aftershocks: [10, 20, 30, 40, 50, 70, 80, 90, 121, 181].map((s) => s * SECOND) },
          ],
        },
      },
    ],
  },
  {
    name: 's06-not-cured',
    title: 'A heal that does not help is tried twice, then a person is called, once',
    acts: [
      {
        given: 'two errors a minute for a day from 00:05:30 on, whatever the heal does',
        history: { storms: [steady(5 * MINUTE + 30 * SECOND, DAY)], heals: [useless] },
      },
    ],
  },
  {
    name: 's07-slow-burn',
    title: 'Neither calm nor breached: it expires',
    acts: [
      {
        given: 'a breakdown; after the heal an error every 100 seconds, for two hours',
        history: { storms: [breakdown, { ...some(72, 'error', 3 * MINUTE, 100 * SECOND) }], heals: [minute] },
      },
    ],
  },
  {
    name: 's08-relapse',
    title: 'A relapse within half an hour is the same incident; later it is a new one',
    acts: [
      {
        given: 'a breakdown, resolved at 00:12:04; another 29 minutes later',
        history: { storms: [breakdown, { ...breakdown, at: 41 * MINUTE }], heals: [minute] },
      },
      {
        given: 'a breakdown, resolved at 00:12:04; another 31 minutes later',
        history: { storms: [breakdown, { ...breakdown, at: 43 * MINUTE + 4 * SECOND }], heals: [minute] },
      },
    ],
  },
  {
    name: 's09-flapping',
    title: 'On and off all day: few heals, one call, no spam',
    acts: [
      {
        given: '15 minutes of errors, 20 minutes of silence, for a day; the heal cures, for the moment',
        history: {
          storms: Array.from({ length: 41 }, (_, n) => ({
            ...some(225, 'error', n * 35 * MINUTE, 4 * SECOND),
            curable: true,
          })),
          heals: [minute],
        },
      },
    ],
  },
  {
    name: 's10-hung-heal',
    title: 'A heal that hangs and ignores SIGTERM is killed',
    acts: [
      {
        given: 'a breakdown that ends by itself; the heal would take an hour and ignores SIGTERM',
        history: { storms: [breakdown], heals: [{ ...cure, length: HOUR, ignoresTerm: true, cures: false }] },
      },
    ],
  },
  {
    name: 's11-crashes',
    title: 'Killed at the worst moments',
    acts: [
      ...(
        [
          ['C2: the breach is computed, but not written', { place: 'before the write', nth: 1 }],
          ['C3: opened on disk, not yet told', { place: 'after the write', nth: 1 }],
          ['C4: the message is in the outbox, not yet sent', { place: 'before a send', nth: 1 }],
          ['C5: the message is sent, but nobody wrote that down', { place: 'in the send window', nth: 1 }],
          ['C7: the heal is on disk, but not started', { place: 'before the start of a heal', nth: 1 }],
          ['C9: the heal has ended, but nobody wrote that down', { place: 'before the write', nth: 3 }],
        ] as const
      ).map(([given, crash]): Act => ({
        given,
        history: { storms: [breakdown], heals: [minute] },
        script: { crashAt: [{ ...crash, down: 20 * SECOND }] },
      })),
      {
        given: 'C8: the heal is running and dies with the daemon, as under systemd',
        history: { storms: [breakdown], heals: [minute] },
        script: { crashes: [{ at: 30 * SECOND, down: 20 * SECOND }] },
      },
      {
        given: 'C8: the heal is running and survives the daemon',
        history: { storms: [breakdown], heals: [minute], cgroup: false },
        script: { crashes: [{ at: 30 * SECOND, down: 20 * SECOND }] },
      },
      {
        given: 'C6: a heal waits, because the view is lost',
        history: {
          storms: [breakdown],
          heals: [minute],
          blind: [{ at: 500, length: 80 * SECOND, partial: true }],
        },
        script: { crashes: [{ at: 30 * SECOND, down: 20 * SECOND }] },
      },
      {
        given: 'C10: while it is watched whether it stays quiet',
        history: { storms: [breakdown], heals: [minute] },
        script: { crashes: [{ at: 7 * MINUTE, down: 20 * SECOND }] },
      },
    ],
  },
  {
    name: 's12-blind',
    title: 'Nothing is resolved unseen',
    acts: [
      {
        given: 'a breakdown and a heal; the view is lost from 00:05 to 00:25',
        history: {
          storms: [breakdown],
          heals: [minute],
          blind: [{ at: 5 * MINUTE, length: 20 * MINUTE, partial: false }],
        },
      },
    ],
  },
  {
    name: 's13-dead-stack',
    title: 'The silence of the dead is not health',
    acts: [
      {
        given: 'a breakdown takes the database away, and no heal brings it back before 06:00',
        history: {
          storms: [breakdown],
          heals: [useless],
          deaths: [{ at: 2 * SECOND, length: 6 * HOUR, container: 1, excused: false, removed: false }],
        },
      },
    ],
  },
  {
    name: 's14-receiver',
    title: 'A receiver that is away, and one that accepts what nobody wrote down',
    acts: [
      {
        given: 'a breakdown while the receiver is away until 00:01:10; the heal does not wait for it',
        history: { storms: [breakdown], heals: [minute], receiverDown: [{ at: 0, length: 70 * SECOND }] },
      },
      {
        given: 'the daemon is killed between the answer and writing it down',
        history: { storms: [breakdown], heals: [minute] },
        script: { crashAt: [{ place: 'in the send window', nth: 3, down: 5 * SECOND }] },
      },
    ],
  },
  {
    name: 's16-old-breach-at-start',
    title: 'What was broken before the start is told, but not healed',
    acts: [
      {
        given: '60 errors, the newest 20 minutes old when the daemon starts for the first time',
        history: { storms: [some(60, 'error', 0)], heals: [minute] },
        script: { bootAt: 20 * MINUTE + 59 * 250 },
      },
      {
        given: '60 errors, the newest one minute old',
        history: { storms: [some(60, 'error', 0)], heals: [minute] },
        script: { bootAt: MINUTE + 59 * 250 },
      },
    ],
  },
  {
    name: 's17-pause-during-a-heal',
    title: 'A pause lets the running heal finish and starts no other',
    acts: [
      {
        given: 'errors all the time; an operator pauses for 90 minutes, ten seconds into the first heal',
        history: {
          storms: [steady(0, 2 * HOUR)],
          heals: [useless],
          pauses: [{ at: 24 * MINUTE + 43 * SECOND, length: 90 * MINUTE }],
        },
      },
    ],
  },
];

/** A whole history of an act. */
export function historyOf({ history }: Act): History {
  return { ...calm, ...history };
}
