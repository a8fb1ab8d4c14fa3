import type { Effect } from '../../model.ts';
import type { Message } from './alert-channel.ts';
import type { TEST_PARTS } from './test-parts.ts';

const NONE = { critical: 0, error: 0, warning: 0, restart: 0 } as const;

/** What a test message is like. */
export type TestPart = (typeof TEST_PARTS)[number];

/**
 * A message that cannot be mistaken for an incident, to see whether a channel works. `part` decides how it is shown where
 * a channel makes differences: priority, sound, colour. All of one host are about one incident, so that where a receiver
 * keys by incident the resolved one ends what the others have opened.
 */
export function testMessage(name: string, host: string, at: number, part: TestPart = 'note'): Message {
  const id = `test-${new Date(at).toISOString()}`;
  const like = part === 'note' ? '' : ` (as ${part})`;
  const title = `🧪 ${name} - Test message${like}`;
  return {
    id,
    effect: testEffect(id, `test-${host}`, at, part),
    title,
    head: `🧪 **${name} - Test message**${like}\n\nThis is only a test, from ${host}. There is nothing to do.`,
    body: '',
    footer: `Incident test-${host} (a test)`,
    repeat: false,
    thread: '',
    at,
  };
}

function testEffect(id: string, incident: string, at: number, part: TestPart): Effect {
  return {
    type: 'effect',
    kind: 'alert',
    id: `${id}:${part}`,
    part,
    at,
    story: {
      incident,
      key: 'test',
      openedAt: at,
      at,
      state: 'closed',
      reason: 'a test',
      breaches: [],
      counts: NONE,
      containers: {},
      groups: [],
      samples: { critical: [], error: [], warning: [], restart: [] },
      timeline: [],
      heals: [],
      gaps: [],
      foundAtStart: false,
      ask: '',
    },
  };
}
