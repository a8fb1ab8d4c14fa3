import { createHash } from 'node:crypto';
import { identityOf, type Setup } from '../../model.ts';
import { type DockerEvent, labelsOf } from './events.ts';
import { identity } from './identity.ts';
import type { Inspected } from './inspected.ts';

/** Ids whose setup has been told are remembered up to this number; beyond it one may be told again, which changes nothing. */
const REMEMBERED = 5_000;

/** A volume without a name of its own has one of so many hexadecimal digits, another for each container. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** Tells how each container of a source is set up, the first time it is seen by its id. */
export interface Setups {
  /** By inspect, at `now`; moments as they are told. */
  inspected(found: Inspected, now: number): Setup | undefined;
  /** By an event alone, where nothing else is known: the image's name. */
  event(event: DockerEvent): Setup | undefined;
}

export function setups(source: string): Setups {
  const told = new Set<string>();
  return {
    inspected(found, now) {
      const { id, name, labels, createdAt: madeAt } = found;
      return once({ at: now, id, name, labels, madeAt, parts: partsOf(found) });
    },
    event(event) {
      const { at, id, name, image } = event;
      if (image === '') return undefined;
      return once({ at, id, name, labels: labelsOf(event), madeAt: at, parts: { image } });
    },
  };

  function once({ at, id, name, labels, madeAt, parts }: Told): Setup | undefined {
    if (told.has(id)) return undefined;
    told.add(id);
    if (told.size > REMEMBERED) for (const oldest of told.values().take(1)) told.delete(oldest);
    const container = identityOf(source, identity(name, labels));
    return { type: 'setup', at, source, container, id, madeAt, parts };
  }
}

type Told = Pick<Setup, 'at' | 'id' | 'madeAt' | 'parts'> & Pick<Inspected, 'name' | 'labels'>;

/** How an engine is set up, by its answer to `/version`; undefined where it names none. */
export function engineSetup(source: string, answer: unknown, now: number): Setup | undefined {
  if (typeof answer !== 'object' || answer === null || !('Version' in answer)) return undefined;
  const version = String(answer.Version);
  return { type: 'setup', at: now, source, container: '', id: source, madeAt: now, parts: { version } };
}

function partsOf({ image, imageId, env, mounts }: Inspected): Setup['parts'] {
  const parts: Record<string, string> = { image };
  if (imageId !== '') parts['image id'] = imageId.replace(/^sha256:/, '').slice(0, 12);
  for (const variable of env) parts[`env ${variable.split('=', 1)[0] ?? ''}`] = digest(variable);
  for (const { path, of } of mounts) parts[`mount ${path}`] = ANONYMOUS.test(of) ? 'anonymous' : digest(of);
  return parts;
}

/** Sixteen bits: a change is missed once in 65,536 times, and a value cannot be told by it. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 4);
}
