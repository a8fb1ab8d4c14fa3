import { labelProblems } from '../config/labels.ts';
import { type DockerClient, reasonOf, troubleOf } from '../streams/docker/client.ts';
import type { Inspected } from '../streams/docker/inspected.ts';
import { logRisks } from '../streams/docker/log-options.ts';
import { fault, type Finding, ok, warning } from './finding.ts';

const CHECK = 'logs';
const DAEMON_JSON =
  'the logging options of the container, or "log-opts" in /etc/docker/daemon.json (for containers made after that)';

/** What a busy container writes in a second or two, in bytes: less than this kept of a log is a warning. */
const KEPT_AT_LEAST = 20 * 1024 * 1024;

/** Reads one line of every container's log, and judges how the log is stored. */
export async function checkContainers(
  client: DockerClient,
  containers: readonly Inspected[],
): Promise<readonly Finding[]> {
  if (containers.length === 0)
    return [
      warning(CHECK, 'no container is followed', 'see whether containers.include and exclude are meant so'),
    ];
  const problems = (await Promise.all(containers.map((container) => judge(client, container)))).flat();
  const labels = containers.flatMap(mislabelled);
  const fine = containers.length - new Set(problems.map(({ name }) => name)).size;
  return [
    ...(fine === 0 ? [] : [ok(CHECK, `${fine} of ${containers.length} containers are read exactly`)]),
    ...problems.map(({ finding }) => finding),
    ...labels,
  ];
}

function mislabelled({ name, labels }: Inspected): readonly Finding[] {
  return labelProblems(labels).map((problem) =>
    warning('labels', `${name}: ${problem}`, 'correct the label and create the container anew'),
  );
}

interface Problem {
  readonly name: string;
  readonly finding: Finding;
}

async function judge(client: DockerClient, container: Inspected): Promise<Problem[]> {
  const { id, name, driver, logOptions } = container;
  try {
    const query = { stdout: '1', stderr: '1', tail: '1' };
    (await client.stream(`/containers/${id}/logs`, query, AbortSignal.timeout(10_000))).destroy();
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === 'gone') return [];
    const finding =
      trouble === 'unreadable'
        ? fault(
            CHECK,
            `${name}: the log driver ${driver} cannot be read by anybody`,
            `use json-file or local for it (docker run --log-driver json-file), or leave it out (containers.exclude)`,
          )
        : fault(CHECK, `${name}: ${reasonOf(error)}`, 'see what the log of the engine says');
    return [{ name, finding }];
  }
  const findings: Finding[] = [];
  const kept = logRisks(container).maxSize * files(driver, logOptions);
  if (kept < KEPT_AT_LEAST)
    findings.push(
      warning(
        CHECK,
        `${name}: keeps ${megabytes(kept)} of log; a burst beyond that is rotated away before anybody can read it`,
        `give it more (max-size=20m, max-file=3): ${DAEMON_JSON}`,
      ),
    );
  if (logOptions['mode'] === 'non-blocking')
    findings.push(
      warning(
        CHECK,
        `${name}: mode=non-blocking lets the engine drop lines unseen`,
        `leave it blocking: ${DAEMON_JSON}`,
      ),
    );
  return findings.map((finding) => ({ name, finding }));
}

/** How many files are kept. The `local` driver, and the cache of drivers that keep nothing themselves, keep five. */
function files(driver: string, options: Readonly<Record<string, string>>): number {
  const given = Number(options['max-file'] ?? options['cache-max-file']);
  return given > 0 ? given : driver === 'json-file' ? 1 : 5;
}

function megabytes(bytes: number): string {
  const size = bytes / 1024 / 1024;
  return size < 1 ? `${Math.round(bytes / 1024)} kB` : `${Math.round(size)} MB`;
}
