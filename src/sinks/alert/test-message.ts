import type { Effect } from '../../model.ts';
import type { Message } from './alert-channel.ts';

const NONE = { critical: 0, error: 0, warning: 0, restart: 0 } as const;

/** A message that cannot be mistaken for an incident, to see whether a channel works. */
export function testMessage(name: string, host: string, at: number): Message {
  const id = `test-${new Date(at).toISOString()}`;
  const title = `🧪 ${name} - Test message`;
  return {
    id,
    effect: testEffect(id, at),
    title,
    head: `🧪 **${name} - Test message**\n\nThis is a test from ${host}. Nothing has happened, and nothing is asked of you.`,
    body: '',
    footer: `Incident ${id} (a test)`,
    repeat: false,
    at,
  };
}

function testEffect(id: string, at: number): Effect {
  return {
    type: 'effect',
    kind: 'alert',
    id: `${id}:note`,
    part: 'note',
    at,
    story: {
      incident: id,
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
