import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { namesOf } from './names.ts';

/** What a fleet needs at its broker: a stream's name, its subjects and the settings that matter. */
export type WantedStream = Pick<StreamConfig, 'name' | 'subjects' | 'description'> & Settings;

type Settings = Pick<
  StreamConfig,
  'max_age' | 'max_bytes' | 'max_msgs_per_subject' | 'duplicate_window' | 'allow_direct' | 'allow_rollup_hdrs'
>;

/** What became of one of them. `differs` names the settings that are other than wanted: it is left as it is. */
export interface MadeStream {
  readonly name: string;
  readonly state: 'made' | 'there' | 'foreign';
  readonly differs: readonly string[];
}

const MB = 1_024 * 1_024;
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** A lease that is not renewed for so long has expired, in milliseconds. */
export const LEASE = 15 * SECOND;

/** The broker's code for a stream that is not there. */
const NO_STREAM = 10_059;

/** Evidence is kept for at least so long, and for twice the longest window of a rule over all hosts. */
const LEAST_KEPT = 2 * HOUR;

/** The streams of a fleet; `longestWindow` is that of its rules, in milliseconds. Buckets are streams as well. */
export function wantedStreams(fleet: string, longestWindow: number): readonly WantedStream[] {
  const { evidence, incidents, heartbeats, lease, decided } = namesOf(fleet);
  const stream = (name: string, subject: string, description: string, settings: Partial<Settings>) => ({
    name,
    subjects: [subject],
    description: `quantum-realtime: ${description}`,
    max_age: 0,
    max_bytes: 64 * MB,
    max_msgs_per_subject: -1,
    duplicate_window: nanoseconds(120 * SECOND),
    allow_direct: true,
    allow_rollup_hdrs: false,
    ...settings,
  });
  const bucket = (name: string, description: string, settings: Partial<Settings>) =>
    stream(`KV_${name}`, `$KV.${name}.>`, description, {
      max_msgs_per_subject: 1,
      allow_rollup_hdrs: true,
      ...settings,
    });
  return [
    stream(evidence.stream, evidence.subject('*'), 'evidence', {
      max_age: nanoseconds(Math.max(LEAST_KEPT, 2 * longestWindow)),
      max_bytes: 256 * MB,
    }),
    stream(incidents.stream, incidents.subject('*'), 'incidents', { max_age: nanoseconds(90 * DAY) }),
    stream(heartbeats.stream, heartbeats.subject('*'), 'heartbeats', { max_msgs_per_subject: 1 }),
    bucket(lease, 'who decides', {
      max_age: nanoseconds(LEASE),
      // Never longer than messages are kept.
      duplicate_window: nanoseconds(LEASE),
    }),
    bucket(decided, 'what was decided', {}),
  ];
}

/** Makes those that are not there. Throws what the server says. */
export async function makeStreams(
  manager: JetStreamManager,
  wanted: readonly WantedStream[],
): Promise<readonly MadeStream[]> {
  const made: MadeStream[] = [];
  for (const stream of wanted) made.push(await makeStream(manager, stream));
  return made;
}

/** What is there of them, and what is other than wanted; nothing is changed. */
export async function lookAtStreams(
  manager: JetStreamManager,
  wanted: readonly WantedStream[],
): Promise<readonly (Omit<MadeStream, 'state'> & { readonly state: 'missing' | 'there' | 'foreign' })[]> {
  return Promise.all(
    wanted.map(async (stream) => {
      const known = await configOf(manager, stream.name);
      if (known === undefined) return { name: stream.name, state: 'missing', differs: [] } as const;
      const differs = differencesOf(stream, known);
      return { name: stream.name, state: differs.length === 0 ? 'there' : 'foreign', differs } as const;
    }),
  );
}

async function makeStream(manager: JetStreamManager, stream: WantedStream): Promise<MadeStream> {
  const known = await configOf(manager, stream.name);
  if (known === undefined) {
    await manager.streams.add({ ...stream, num_replicas: 1 });
    return { name: stream.name, state: 'made', differs: [] };
  }
  const differs = differencesOf(stream, known);
  return { name: stream.name, state: differs.length === 0 ? 'there' : 'foreign', differs };
}

async function configOf(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  const { JetStreamApiError } = await import('./nats.ts');
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === NO_STREAM) return undefined;
    throw error;
  }
}

/** Larger limits than wanted are the operator's own; whatever else is other makes it another stream. */
function differencesOf(wanted: WantedStream, known: StreamConfig): readonly string[] {
  const exact = (['max_msgs_per_subject', 'allow_direct'] as const).filter(
    (name) => known[name] !== wanted[name],
  );
  const atLeast = (['max_age', 'max_bytes'] as const).filter((name) => {
    const [is, least] = [known[name], wanted[name]];
    const isEndless = is <= 0;
    return name === 'max_age' && wanted.name.endsWith('_lease') ? is !== least : !isEndless && is < least;
  });
  const subjects = known.subjects.join(' ') === wanted.subjects.join(' ') ? [] : ['subjects'];
  return [...subjects, ...exact, ...atLeast];
}

function nanoseconds(ms: number): number {
  return ms * 1_000_000;
}
