import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { Link } from './link.ts';
import { bucketOf, type FleetNames } from './names.ts';

/** What a decider leaves to the next one. Each part is opaque here: only its owner knows its shape. */
export interface Decided {
  readonly core: unknown;
  readonly position: unknown;
  readonly deliveries: readonly unknown[];
  /** The counts that people are shown; left out where there is no room for them. */
  readonly window: readonly unknown[];
}

/** What has been decided, at the broker; written behind what was read, so that of two writers one is refused. */
export interface DecidedStore {
  /** What the last decider has left; undefined if there is nothing that can be read. */
  load(): Promise<Decided | undefined>;
  /** Throws `Moved` if somebody else has written since, anything else if it is not known whether it was stored. */
  save(decided: Decided): Promise<void>;
}

/** A server takes a megabyte as a message. */
const MOST = 900 * 1_024;
const KEY = 'state';

const stored = z.object({ v: z.literal(1), gzip: z.string() });
const content = z.object({
  core: z.unknown(),
  position: z.unknown(),
  deliveries: z.array(z.unknown()),
  window: z.array(z.unknown()),
});

/** The store of a fleet, for one holder of its lease. */
export function decidedStore(link: Pick<Link, 'publish' | 'last'>, names: FleetNames): DecidedStore {
  const bucket = bucketOf(names.decided);
  let after = 0;
  return {
    async load() {
      const last = await link.last(bucket, KEY);
      after = last?.seq ?? 0;
      const message = stored.safeParse(last?.content);
      if (!message.success) return undefined;
      const text = gunzipSync(Buffer.from(message.data.gzip, 'base64')).toString('utf8');
      return content.safeParse(JSON.parse(text)).data;
    },
    async save(decided) {
      const whole = packed(decided);
      const payload = whole.length > MOST ? packed({ ...decided, window: [] }) : whole;
      after = await link.publish(bucket.subject(KEY), payload, after);
    },
  };
}

function packed(decided: Decided): string {
  return JSON.stringify({ v: 1, gzip: gzipSync(JSON.stringify(decided)).toString('base64') });
}
