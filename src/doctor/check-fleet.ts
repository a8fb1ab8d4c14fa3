import type { FleetConfig } from '../config/config.ts';
import { openLink } from '../fleet/link.ts';
import { namesOf } from '../fleet/names.ts';
import { wantedStreams, lookAtStreams } from '../fleet/streams.ts';
import { fault, type Finding, ok, warning } from './finding.ts';

const CHECK = 'fleet';

/** Older servers have known holes in what they keep; from 2.9.10 on they work. */
const RECOMMENDED = [2, 12, 6];
const MINIMUM = [2, 9, 10];

/** Whether the fleet's server answers, is new enough, has the streams, and lets this host do its part. Sends nothing. */
export async function checkFleet(fleet: FleetConfig): Promise<readonly Finding[]> {
  if (fleet.url === '') return [];
  try {
    const link = await openLink(fleet, false);
    try {
      const version = link.connection.info?.version ?? '';
      const streams = fleet.decide ? await checkStreams(fleet, link) : await checkOwn(fleet, link);
      return [versionFinding(version, fleet.url), ...streams];
    } finally {
      await link.close();
    }
  } catch (error) {
    return [
      fault(
        CHECK,
        `${fleet.url} cannot be reached: ${said(error)}`,
        'see that nats-server runs there, and that fleet.credentials and fleet.ca are those it wants; meanwhile this host goes on alone',
      ),
    ];
  }
}

type Link = Awaited<ReturnType<typeof openLink>>;

function versionFinding(version: string, url: string): Finding {
  const found = `nats-server ${version} answers at ${url}`;
  if (isOlder(version, MINIMUM))
    return fault(CHECK, found, `a server from ${MINIMUM.join('.')} on is needed`);
  if (isOlder(version, RECOMMENDED))
    return warning(
      CHECK,
      found,
      `from ${RECOMMENDED.join('.')} on it keeps what it has confirmed more surely`,
    );
  return ok(CHECK, found);
}

async function checkStreams(fleet: FleetConfig, link: Link): Promise<readonly Finding[]> {
  const wanted = wantedStreams(fleet.name, Math.max(0, ...fleet.rules.map(({ window }) => window)));
  try {
    const wrong = (await lookAtStreams(link.manager, wanted)).filter(({ state }) => state !== 'there');
    if (wrong.length === 0)
      return [ok(CHECK, `its ${wanted.length} streams and buckets are as they have to be`)];
    return wrong.map(({ name, state, differs }) =>
      state === 'missing'
        ? fault(CHECK, `${name} is not there`, 'quantum-realtime fleet init makes it')
        : fault(
            CHECK,
            `${name} is other than wanted (${differs.join(', ')})`,
            'remove it and run quantum-realtime fleet init',
          ),
    );
  } catch (error) {
    return [fault(CHECK, `its streams cannot be looked at: ${said(error)}`, RIGHTS)];
  }
}

/** A host that only sends may ask for its own last message, and for no more. */
async function checkOwn({ name, host }: FleetConfig, link: Link): Promise<readonly Finding[]> {
  try {
    await link.last(namesOf(name).heartbeats, host);
    return [ok(CHECK, `${host} may send`)];
  } catch (error) {
    return [fault(CHECK, `${host} cannot ask for what it has sent: ${said(error)}`, RIGHTS)];
  }
}

const RIGHTS =
  'see that fleet.host is the name that the key was made for, and that quantum-realtime fleet init has been run';

function isOlder(version: string, than: readonly number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [index, least] of than.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
