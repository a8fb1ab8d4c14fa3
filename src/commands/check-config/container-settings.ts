import type { Config } from '../../config/config.ts';
import { labelProblems, labelSettings } from '../../config/labels.ts';
import type { EffectiveSetting } from '../../config/effective-settings.ts';
import { enginesOf } from '../../daemon/engine-at-start.ts';
import { dockerClient, reasonOf } from '../../streams/docker/client.ts';
import { identityOf } from '../../model.ts';
import type { DockerEngine } from '../../streams/docker/engines.ts';
import { type Listed, parseList } from '../../streams/docker/list.ts';
import { probe } from '../../streams/docker/probe.ts';

/** A container as its engine lists it, with its identity. */
export interface ListedContainer extends Listed {
  readonly container: string;
}

/** Settings that containers have by their labels, what is wrong with them, and why they could not be read, if so. */
export interface ContainerSettings {
  readonly settings: readonly EffectiveSetting[];
  readonly problems: readonly string[];
  readonly containers: readonly ListedContainer[];
  readonly unseen?: string;
}

/** How long an engine that does not answer is waited for, in milliseconds: checking a file must not hang on it. */
const PATIENCE = 2_000;

/**
 * Reads the labels of all containers. An engine that cannot be reached is no fault here; an endpoint that is not one
 * is thrown as a UsageError.
 */
export async function containerSettings(config: Config): Promise<ContainerSettings> {
  const found = await Promise.all(enginesOf(config).map(settingsAt));
  const unseen = found.flatMap(({ unseen: reason }) => reason ?? []).join('; ');
  return {
    settings: found.flatMap(({ settings }) => settings),
    problems: found.flatMap(({ problems }) => problems),
    containers: found.flatMap(({ containers }) => containers),
    ...(unseen !== '' && { unseen }),
  };
}

const NOTHING = { settings: [], problems: [], containers: [] } as const;

async function settingsAt({ id, endpoint }: DockerEngine): Promise<ContainerSettings> {
  const answer = await probe(endpoint, PATIENCE);
  if (!answer.ok) return { ...NOTHING, unseen: answer.reason };
  const client = dockerClient(endpoint);
  try {
    const containers = parseList(await client.call('/containers/json', { all: '1' })).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    return {
      containers: containers.map((one) => ({ ...one, container: identityOf(id, one.name) })),
      settings: containers.flatMap(({ name, labels }) =>
        labelSettings(labels).map(({ path, value, label }) => ({
          container: identityOf(id, name),
          path,
          value,
          source: `label ${label}`,
        })),
      ),
      problems: containers.flatMap(({ name, labels }) =>
        labelProblems(labels).map((problem) => `container ${identityOf(id, name)}: ${problem}`),
      ),
    };
  } catch (error) {
    return { ...NOTHING, unseen: reasonOf(error) };
  } finally {
    client.close();
  }
}
