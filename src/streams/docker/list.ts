import picomatch from 'picomatch';
import * as z from 'zod';
import type { Config } from '../../config/config.ts';
import { isEnabled } from '../../config/labels.ts';

const listing = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    Image: z.string(),
    State: z.string(),
    Status: z.string().default(''),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
);

/** One row of the engine's list of containers. */
export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  /** It ended days ago or more, by the list's own words (`Exited (0) 2 weeks ago`). */
  readonly old: boolean;
}

/** Reads the answer of `/containers/json`; throws what is wrong with it. */
export function parseList(json: unknown): readonly Listed[] {
  return listing.parse(json).map(({ Id, Names, Image, State, Status, Labels }) => ({
    id: Id,
    name: (Names?.find((name) => name.lastIndexOf('/') === 0) ?? Names?.[0] ?? Id.slice(0, 12)).replace(
      /^\//,
      '',
    ),
    image: Image,
    labels: Labels ?? {},
    running: State === 'running' || State === 'paused' || State === 'restarting',
    old: /day|week|month|year/.test(Status),
  }));
}

type Described = Pick<Listed, 'id' | 'name' | 'image' | 'labels'>;

/**
 * Which containers are followed: name and image match the globs, no label `quantum-realtime.enable=false`, and not
 * ourselves (`selfId`: the beginning of our own container's id).
 */
export function wanted(
  { include, exclude, images }: Config['containers'],
  selfId: string | undefined,
): (container: Described) => boolean {
  const named = matcher(include);
  const left = matcher(exclude);
  const imaged = matcher(images);
  return ({ id, name, image, labels }) =>
    named(name) &&
    !left(name) &&
    imaged(image) &&
    isEnabled(labels) &&
    !(selfId !== undefined && selfId !== '' && id.startsWith(selfId));
}

function matcher(globs: readonly string[]): (text: string) => boolean {
  return globs.length === 0 ? () => false : picomatch([...globs], { dot: true });
}
