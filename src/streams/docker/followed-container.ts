import { labelProblems } from '../../config/labels.ts';
import { identityOf, type Origin } from '../../model.ts';
import type { FollowedStatus } from '../source.ts';
import type { EngineClock } from './engine-clock.ts';
import type { ContainerLog } from './followed-log.ts';
import type { GapJoiner } from './gap-joiner.ts';
import { identity } from './identity.ts';
import type { SavedContainer } from './saved-position.ts';

/** What the engine says a container is. */
export interface Described {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One container that is followed: what it is called at present, and its log. */
export interface FollowedContainer {
  described: Described;
  /** Its identity. */
  container: string;
  /** Those of its lines, by stream: new ones whenever what they say has changed. */
  origins: readonly [Origin, Origin];
  driver: string;
  readonly gaps: GapJoiner;
  readonly log: ContainerLog;
}

/** What a container is known by. */
export function namesOf(
  source: string,
  described: Described,
): Pick<FollowedContainer, 'container' | 'origins'> {
  const { id, name, image, labels } = described;
  const container = identityOf(source, identity(name, labels));
  const shared = { id, source, container, labels, image };
  return {
    container,
    origins: [
      { ...shared, stream: 'stdout' },
      { ...shared, stream: 'stderr' },
    ],
  };
}

/** The container as it is called now. Origins are compared by reference, so they stay while nothing has changed. */
export function describeAgain(
  source: string,
  one: FollowedContainer,
  { name, image, labels }: Described,
): void {
  const { described: before } = one;
  if (before.name === name && before.image === image && isSame(before.labels, labels)) return;
  const described = { id: before.id, name, image, labels };
  one.described = described;
  Object.assign(one, namesOf(source, described));
}

/** For saving: what goes on in another process. */
export function savedOf({ described: { name }, log, gaps: { held } }: FollowedContainer): SavedContainer {
  return { name, log: log.snapshot(), ...(held === undefined ? {} : { gap: { ...held } }) };
}

/** As it is shown: in our time. */
export function statusOf(
  { described, container, driver, log }: FollowedContainer,
  { toOurs }: Pick<EngineClock, 'toOurs'>,
): FollowedStatus {
  const { id, name, image, labels } = described;
  const status = log.status();
  const { lastLineAt } = status;
  return {
    ...status,
    ...(lastLineAt === undefined ? {} : { lastLineAt: toOurs(lastLineAt) }),
    id,
    name,
    container,
    image,
    driver,
    warnings: [...labelProblems(labels), ...status.warnings],
  };
}

function isSame(a: Described['labels'], b: Described['labels']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
