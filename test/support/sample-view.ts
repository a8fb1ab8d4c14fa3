import { KINDS } from '../../src/model.ts';
import { viewSchema, type ContainerView, type View } from '../../src/views/view.ts';

/** The moment of every sample: seconds have room on both sides, so that a few that pass change no length in minutes. */
export const AT = Date.parse('2025-12-17T16:29:30Z');

const MINUTE = 60_000;
const NONE = { critical: 0, error: 0, warning: 0, restart: 0 };

/** Text that would steer a terminal, break its columns or take more cells than characters. */
export const HOSTILE =
  '\x1b[2J\x1b]0;title\x07\u202eERROR \u05d0\u05d1\u05d2 \u6570\u636e\u5e93 \u{1f525}\tend';

/** A host on a quiet day: one container below a limit, one that has ended well. */
export function quietView(): View {
  const minutes = KINDS.map((kind): readonly [string, readonly number[]] => [
    kind,
    Array.from({ length: 60 }, (_, n) => (kind === 'error' && n % 9 === 4 ? n % 4 : 0)),
  ]);
  return viewSchema.parse({
    version: 1,
    host: 'trader-1',
    status: {
      version: '0.2.0',
      pid: 4_242,
      at: AT,
      startedAt: AT - 192 * MINUTE,
      rss: 48 * 2 ** 20,
      dryRun: false,
      starts: 1,
      config: { loadedAt: AT - 192 * MINUTE },
      sources: [
        {
          id: 'docker',
          kind: 'docker',
          endpoint: '/var/run/docker.sock',
          state: 'up',
          since: AT - 192 * MINUTE,
        },
      ],
      lines: { judged: 48_211, entries: 40_118, perSecond: 12.4 },
      window: { length: 60 * MINUTE, counts: { ...NONE, error: 9, warning: 4 } },
      rules: [
        { rule: 'critical', deciding: 0, inWindow: 0, limit: 5 },
        { rule: 'errors', deciding: 9, inWindow: 9, limit: 50 },
        { rule: 'restarts', deciding: 0, inWindow: 0, limit: 3 },
        { rule: 'silence', deciding: 0, inWindow: 0, limit: 1 },
      ],
      incidents: [],
      heal: { configured: true, budget: { used: 0, limit: 4, window: 24 * 60 * MINUTE } },
      gaps: [],
      restarts: [],
      effects: [],
      outbox: { queued: 0, unsent: 0, dead: 0, channels: ['telegram'], disabled: {} },
      store: { dir: '/var/lib/quantum-realtime', writable: true, lastCommit: AT },
    },
    containers: {
      a: containerOf('quantum_postgres', {}),
      b: containerOf('quantum_executor', { counts: { ...NONE, error: 9, warning: 4 } }),
      c: containerOf('quantum_migrate', { state: 'stopped', exitCode: 0 }),
    },
    strip: {
      from: AT - 60 * MINUTE,
      kinds: Object.fromEntries(minutes),
      containers: { quantum_executor: Array.from({ length: 60 }, (_, n) => (n % 9 === 4 ? n % 4 : 0)) },
    },
    groups: [
      {
        kind: 'error',
        container: 'quantum_executor',
        sample: 'ERROR order 8731 rejected: insufficient margin',
        count: 9,
        first: AT - 56 * MINUTE,
        last: AT - 8 * MINUTE,
      },
    ],
    incidents: [],
    past: [
      {
        id: '20251216T031500Z-host-1',
        openedAt: AT - 37 * 60 * MINUTE,
        closedAt: AT - 36 * 60 * MINUTE,
        reason: '3 restarts, limit 3',
        heals: 1,
      },
    ],
  });
}

/** A host whose heal did not help: a person is needed. Long names, and text that would steer a terminal. */
export function escalatedView(): View {
  const view = quietView();
  const id = '20251217T161807Z-host-1';
  const opened = AT - 11 * MINUTE;
  const escalated = AT - 3 * MINUTE;
  const fatal = {
    kind: 'critical' as const,
    container: 'quantum_postgres',
    sample: 'FATAL: database "quantum" does not exist',
    count: 12,
    first: opened,
    last: escalated,
  };
  return viewSchema.parse({
    ...view,
    status: {
      ...view.status,
      rules: [
        { rule: 'critical', deciding: 6, inWindow: 12, limit: 5 },
        ...view.status.rules.filter(({ rule }) => rule !== 'critical'),
      ],
    },
    containers: {
      ...view.containers,
      a: containerOf('quantum_postgres', { counts: { ...NONE, critical: 12, restart: 1 }, unhealthy: true }),
      d: containerOf(`quantum_${'very_'.repeat(12)}long_name`, { counts: { ...NONE, warning: 1 } }),
    },
    groups: [fatal, ...view.groups, { ...fatal, kind: 'error', count: 1, sample: HOSTILE }],
    incidents: [
      {
        id,
        state: 'escalated',
        openedAt: opened,
        since: escalated,
        reason: '12 critical, limit 5',
        why: '1 heal did not help',
        ask: 'Please look now',
        subjects: [{ container: 'quantum_postgres', counts: { ...NONE, critical: 12 } }],
        groups: [fatal],
        counts: { ...NONE, critical: 12, error: 9, warning: 4 },
        timeline: [
          { at: opened, from: 'none', to: 'open', reason: '5 critical, limit 5' },
          {
            at: opened + 3_000,
            from: 'open',
            to: 'healing',
            reason: 'the limit on critical asks for a heal',
          },
          { at: escalated, from: 'verifying', to: 'escalated', reason: '1 heal did not help' },
        ],
        heals: [
          {
            attempt: 1,
            started: opened + 3_000,
            ended: opened + 43_000,
            result: 'ok',
            exitCode: 0,
            output: 'restarting the database\ndone',
          },
        ],
        maxHeals: 1,
        messages: [
          { at: opened + 3_000, part: 'opened', channel: 'telegram', state: 'sent', detail: '200' },
          { at: escalated, part: 'escalated', channel: 'telegram', state: 'sent', detail: '200' },
        ],
        down: [],
        acknowledged: false,
        passive: false,
        next: { at: AT + 27 * MINUTE, what: 'people are reminded' },
      },
    ],
  });
}

/** A container that runs and says nothing of note, but for what is given. */
export function containerOf(container: string, other: Partial<ContainerView>): ContainerView {
  return {
    id: container,
    source: 'docker',
    name: container,
    container,
    image: `registry.internal/${container}:1.4.2`,
    driver: 'json-file',
    state: 'following',
    lastLineAt: AT - 2 * MINUTE,
    lag: 12,
    lines: 1_204,
    perSecond: 2.4,
    counts: NONE,
    warnings: [],
    ...other,
  };
}
