import type { Mutant } from './mutants.ts';

/** A mutant of the code around the core, and the tests (a file, and a part of their names) that have to find it. */
export interface EdgeMutant extends Mutant {
  readonly test: string;
  readonly named: string;
}

/**
 * The mutants that the histories find in their model of the daemon, here in the daemon itself, and some more of the kind.
 */
export const edges: readonly EdgeMutant[] = [
  {
    name: 'inflight is never sent again',
    file: 'src/state/delivery.ts',
    find: `state === 'pending' || state === 'inflight'`,
    replace: `state === 'pending'`,
    test: 'test/state-outbox.test.ts',
    named: '',
  },
  {
    name: 'acts before it has written',
    file: 'src/pipeline.ts',
    find: `    commit(parts.store),\n    perform(parts.effects, parts.log),`,
    replace: `    (steps$) => commit(parts.store)(perform(parts.effects, parts.log)(commit(() => true)(steps$))),`,
    test: 'test/commit-perform.test.ts',
    named: 'one transaction',
  },
  {
    name: 'no kill',
    file: 'src/sinks/heal/run-process.ts',
    find: `group('SIGKILL');\n`,
    replace: `group('SIGTERM');\n`,
    test: 'test/sinks-heal.test.ts',
    named: 'killed with all its descendants',
  },
  {
    name: 'the kill spares the descendants',
    file: 'src/sinks/heal/process-identity.ts',
    find: `process.kill(-pid, signal)`,
    replace: `process.kill(pid, signal)`,
    test: 'test/sinks-heal.test.ts',
    named: 'takes along a grandchild',
  },
  {
    name: 'marked as sent although it failed',
    file: 'src/sinks/alert/deliver-alerts.ts',
    find: `DISABLED);\n    outbox.save(rows);`,
    replace: `DISABLED);\n    outbox.save(rows.map((row) => ({ ...row, state: 'sent' as const })));`,
    test: 'test/sinks-delivery.test.ts',
    named: '',
  },
  {
    name: 'not marked before it is sent',
    file: 'src/sinks/alert/deliver-alerts.ts',
    find: `outbox.save(batch.deliveries.map((row) => ({ ...row, state: 'inflight' })));`,
    replace: ``,
    test: 'test/sinks-delivery.test.ts',
    named: '',
  },
  {
    name: 'the order within an incident is lost',
    file: 'src/sinks/alert/plan-batch.ts',
    find: `    const rows = incidents.get(incidentOf(delivery));`,
    replace: `    const rows = incidents.get(delivery.effect.id);`,
    test: 'test/sinks-delivery.test.ts',
    named: '',
  },
  {
    name: 'a heal starts though its intent is not on disk',
    file: 'src/operators/perform.ts',
    find: `if (durable || effect.kind !== 'heal') effects.submit(effect);`,
    replace: `if (durable || effect.id !== '') effects.submit(effect);`,
    test: 'test/commit-perform.test.ts',
    named: 'not on disk',
  },
  {
    name: 'one attempt runs twice',
    file: 'src/sinks/heal/perform-heals.ts',
    find: `if (seen.has(effect.id)) return;`,
    replace: ``,
    test: 'test/sinks-performer.test.ts',
    named: 'submitted twice',
  },
  {
    name: 'another process with the same id is taken for the heal',
    file: 'src/sinks/heal/adopt-process.ts',
    find: `now?.startTime === known.startTime && now.bootId`,
    replace: `now?.bootId`,
    test: 'test/sinks-heal.test.ts',
    named: 'not mistaken for a later process',
  },
];
