import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ContainerStatus, Effect } from '../../src/model.ts';
import { BEGIN, Play } from './play.ts';
import type { Property } from './properties.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** The longest that an incident of states waits for its end. */
const LONGEST_END = 31 * MINUTE;
/** Gathering, and a message is no closer than a minute to the last. */
const TELLING = MINUTE + 5;

const NAMES = ['api', 'db', 'worker'] as const;

/** How a container is not well for a while: the rule by which people have to be told of it, after how long, if they have. */
const HOWS = {
  crash: { rule: 'down', after: MINUTE, how: { exitCode: 1 } },
  memory: { rule: 'down', after: MINUTE, how: { exitCode: 137, outOfMemory: true } },
  sick: { rule: 'unhealthy', after: 2 * MINUTE, how: { state: 'running', healthy: false } },
  stop: { rule: '', after: Infinity, how: { exitCode: 143, stoppedByOperator: true } },
  done: { rule: '', after: Infinity, how: { exitCode: 0, expectedExit: true } },
  job: { rule: '', after: Infinity, how: { exitCode: 1, oneOff: true } },
} as const satisfies Record<string, { rule: string; after: number; how: Partial<ContainerStatus> }>;

/** Seconds from the beginning. A spell ends with the container made anew, or started again. */
interface Spell {
  readonly container: number;
  readonly at: number;
  readonly length: number;
  readonly how: keyof typeof HOWS;
  readonly anew: boolean;
}

interface StateHistory {
  readonly spells: readonly Spell[];
  /** When five criticals of the database come; with them a limit is reached. */
  readonly bursts: readonly number[];
  readonly acks: readonly number[];
  readonly healConfigured: boolean;
}

const spell = fc.record({
  container: fc.nat(2),
  at: fc.nat(5 * HOUR),
  length: fc.oneof(fc.integer({ min: 1, max: 55 }), fc.integer({ min: 2 * MINUTE, max: 2 * HOUR })),
  how: fc.constantFrom<Spell['how']>('crash', 'memory', 'sick', 'stop', 'done', 'job'),
  anew: fc.boolean(),
});

const histories: fc.Arbitrary<StateHistory> = fc
  .record({
    spells: fc.array(spell, { minLength: 1, maxLength: 6 }).map(apart),
    bursts: fc.oneof(fc.constant([]), fc.array(fc.nat(6 * HOUR), { maxLength: 2 })),
    acks: fc.oneof(fc.constant([]), fc.array(fc.nat(6 * HOUR), { maxLength: 1 })),
    healConfigured: fc.boolean(),
  })
  .map((history) => (history.healConfigured ? withoutHealed(history) : history));

/** Around a heal the decision tells what became of containers, and stops excuse nothing: that is for other histories. */
function withoutHealed(history: StateHistory): StateHistory {
  const isFar = ({ at }: Spell): boolean =>
    history.bursts.every((burst) => at < burst - 6 * MINUTE || at > burst + 45 * MINUTE);
  return { ...history, spells: history.spells.filter(isFar) };
}

/** The spells without those that would begin while the same container is away, or has not been back for an hour. */
function apart(spells: readonly Spell[]): readonly Spell[] {
  const sorted = spells.toSorted((a, b) => a.at - b.at);
  const free = [0, 0, 0];
  return sorted.filter(({ container, at, length }) => {
    if (at < (free[container] ?? 0)) return false;
    free[container] = at + length + HOUR;
    return true;
  });
}

/**
 * The invariants of states, over random histories of containers that die, are ill, stopped, done, thrown away or deployed.
 * Their numbers are those of docs/reference/incident-transitions.md.
 */
export const stateTimers: readonly Property[] = [
  {
    name: 'I31, I32: what is down is told in time and by name, what is excused never is, and every state ends',
    share: 0.2,
    property: fc.property(histories, (history) => {
      const play = played(history);
      const told = play.effects.filter(({ kind }) => kind === 'alert');
      for (const one of history.spells) {
        if (isDown(one))
          assert.ok(
            told.some((effect) => isToldBy(effect, one, told)),
            `${nameOf(one)} is not told`,
          );
      }
      for (const effect of play.effects) blamesNobody(effect, history);
      for (const move of play.moves) {
        const second = (move.at - BEGIN) / 1_000;
        const lasting = history.spells.find(
          (one) =>
            isDown(one) && second > one.at + HOWS[one.how].after + TELLING && second < one.at + one.length,
        );
        if (move.to === 'resolved')
          assert.equal(lasting && nameOf(lasting), undefined, 'resolved while one is down');
      }
      assert.deepEqual(play.state.keys['host']?.incident, undefined, 'an incident is left open');
      const end = Math.max(...history.spells.map(({ at, length }) => at + length));
      const last = play.moves.findLast(({ to }) => to === 'resolved');
      if (history.bursts.length === 0 && last !== undefined)
        assert.ok((last.at - BEGIN) / 1_000 <= end + LONGEST_END, 'it ends late');
    }),
  },
  {
    name: 'I33: a state and a limit are one incident, and no heal is run for a state',
    share: 0.05,
    property: fc.property(histories, (history) => {
      const play = played(history);
      let open: string | undefined;
      for (const { from, to, incident } of play.moves) {
        if (from === 'healthy') {
          assert.equal(open, undefined, `${incident} opens beside another`);
          open = incident;
        }
        if (to === 'closed') open = undefined;
      }
      if (history.bursts.length === 0) assert.ok(!play.effects.some(({ kind }) => kind === 'heal'));
      for (const { story } of play.effects) {
        const counted = story.deciding?.containers.filter(({ counts }) => counts.critical > 0) ?? [];
        assert.ok(counted.every(({ container }) => container === 'db'));
      }
    }),
  },
];

function played({ spells, bursts, acks, healConfigured }: StateHistory): Play {
  const play = new Play(healConfigured ? { heal: { command: ['heal'] } } : {});
  const ids = [...NAMES.keys()].map((n) => `${n}`);
  const agenda: (readonly [at: number, run: () => void])[] = [];
  for (const [n, name] of NAMES.entries()) play.container(0, name, 'running', { id: ids[n] ?? '' });
  for (const one of spells) {
    const { container, at, length, how, anew } = one;
    const name = nameOf(one);
    const begins = (): void =>
      void play.container(at, name, 'exited', { id: ids[container] ?? '', ...HOWS[how].how });
    const ends = (): void => {
      const before = ids[container] ?? '';
      if (anew) ids[container] = `${before}x`;
      play.container(at + length, name, 'running', { id: ids[container] ?? '' });
      if (anew) play.container(at + length, name, 'removed', { id: before });
    };
    agenda.push([at, begins], [at + length, ends]);
    // A check that goes on failing is told again and again.
    for (let again = at + 50; how === 'sick' && again < at + length && again < at + 200; again += 50)
      agenda.push([
        again,
        () => void play.container(again, name, 'running', { id: ids[container] ?? '', healthy: false }),
      ]);
  }
  for (const at of bursts) agenda.push([at, () => void play.signals(at, 'critical', 'db', 'FATAL: gone', 5)]);
  for (const at of acks)
    agenda.push([
      at,
      () => {
        const incident = play.until(at).state.keys['host']?.incident?.id ?? '';
        play.feed({ type: 'ack', at: play.state.now, incident }, play.state.now);
      },
    ]);
  for (const [at, run] of agenda.toSorted(([a], [b]) => a - b)) {
    finishHeal(play, at);
    run();
  }
  finishHeal(play, 8 * HOUR);
  return play.until(24 * HOUR);
}

/** A heal that was asked for by then has worked within half a minute. */
function finishHeal(play: Play, second: number): void {
  play.until(second);
  const running = play.state.healing.running;
  if (running !== undefined) play.healed((play.state.now - BEGIN) / 1_000);
}

function isDown({ how, length }: Spell): boolean {
  return length > HOWS[how].after + TELLING;
}

function nameOf({ container }: Spell): string {
  return NAMES[container] ?? '';
}

function names(
  { story }: Effect,
  { rule, container }: { readonly rule: string; readonly container: string },
): boolean {
  return story.breaches.some((breach) => breach.rule === rule && breach.container === container);
}

/** Ten messages an hour are the most: what comes then may wait. */
function isToldBy(effect: Effect, one: Spell, told: readonly Effect[]): boolean {
  const { rule, after } = HOWS[one.how];
  const from = BEGIN + (one.at + after) * 1_000;
  const until = from + TELLING * 1_000;
  const before = told.filter(({ at }) => at <= until && at > from - HOUR * 1_000);
  const isNamed = names(effect, { rule, container: nameOf(one) });
  return before.length >= 10 || (isNamed && effect.at >= from && effect.at <= until);
}

/** Whoever is named has been so for long enough, by itself; what names it later is about the same incident. */
function blamesNobody(effect: Effect, { spells }: StateHistory): void {
  const second = (effect.at - BEGIN) / 1_000;
  for (const { rule, container = '' } of effect.story.breaches) {
    if (rule !== 'down' && rule !== 'unhealthy') continue;
    const cause = spells.some((one) => {
      const { rule: own, after } = HOWS[one.how];
      const lasted =
        one.length >= after && second >= one.at + after && second <= one.at + one.length + 4 * HOUR;
      return own === rule && nameOf(one) === container && lasted;
    });
    assert.ok(cause, `${effect.id} names ${container}`);
  }
}
