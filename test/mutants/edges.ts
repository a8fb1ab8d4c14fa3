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
    name: 'a container that was ill all along is expected',
    file: 'src/incidents/world.ts',
    find: `wasUp || (running && status.healthy)`,
    replace: `wasUp || running`,
    test: 'test/incident-expected.test.ts',
    named: 'unhealthy',
  },
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
    find: `killedAt = clock.now();\n            end('SIGKILL');\n`,
    replace: `killedAt = clock.now();\n            end('SIGTERM');\n`,
    test: 'test/sinks-heal.test.ts',
    named: 'killed with all its descendants',
  },
  {
    name: 'what has left the process group is spared',
    file: 'src/sinks/heal/left-behind.ts',
    find: `Number(pgrp) === group || (mark !== undefined && hasVariable(pid, mark))`,
    replace: `Number(pgrp) === group`,
    test: 'test/sinks-heal.test.ts',
    named: 'is ended as well, though it ignores SIGTERM',
  },
  {
    name: 'marked as sent although it failed',
    file: 'src/sinks/alert/deliver-alerts.ts',
    find: `DISABLED);\n    saveEnd(rows);`,
    replace: `DISABLED);\n    saveEnd(rows.map((row) => ({ ...row, state: 'sent' as const })));`,
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
