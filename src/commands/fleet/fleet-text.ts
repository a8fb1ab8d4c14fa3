import { table } from '../../control/table.ts';
import { byTrouble, type HostHeard, type HostStanding, STANDINGS, standingOf } from '../../fleet/hosts.ts';
import { counted, span } from '../../text/plain.ts';

/** The hosts of a fleet at a moment, those in trouble first. Moments in epoch milliseconds. */
export interface FleetShown {
  readonly fleet: string;
  readonly at: number;
  readonly hosts: readonly HostShown[];
}

interface HostShown {
  readonly host: string;
  readonly name: string;
  readonly state: HostStanding;
  readonly heardAt: number;
  readonly version: string;
  readonly settings: string;
  /** By how much its clock is ahead of the broker's, in milliseconds. */
  readonly ahead: number;
  /** Batches that the broker has not confirmed, and that were given up. */
  readonly unsent: number;
  readonly lost: number;
  readonly unread: readonly string[];
  readonly incidents: readonly { readonly id: string; readonly state: string; readonly reached: string }[];
}

/** A clock that is off by less is not mentioned, in milliseconds: a message takes its time. */
const OFF = 2_000;

/** What is shown of the hosts that were heard. */
export function fleetShown(fleet: string, heard: readonly HostHeard[], now: number): FleetShown {
  const hosts = byTrouble(heard, now).map((one): HostShown => {
    const { name, version, settings, unsent, lost, unread, incidents } = one.heartbeat;
    const { host, heardAt, ahead } = one;
    const state = standingOf(one, now);
    return { host, name, state, heardAt, version, settings, ahead, unsent, lost, unread, incidents };
  });
  return { fleet, at: now, hosts };
}

/** The same for people, no wider than `width`. */
export function fleetText({ fleet, at, hosts }: FleetShown, width: number): string {
  if (hosts.length === 0) return `Fleet ${fleet}: no host has been heard yet.\n`;
  const sums = STANDINGS.map((state) => [hosts.filter((host) => host.state === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${WORDS[state]}`);
  const columns = [
    { title: 'HOST' },
    { title: 'STATE' },
    { title: 'HEARD', right: true },
    { title: 'INCIDENTS', right: true },
    { title: 'UNSENT', right: true, spare: 1 },
    { title: 'VERSION', spare: 2 },
    { title: 'SETTINGS', spare: 3 },
  ];
  const rows = hosts.map((host) => [
    host.host,
    WORDS[host.state],
    `${span(Math.max(0, at - host.heardAt))} ago`,
    String(host.incidents.length),
    String(host.unsent),
    host.version,
    host.settings,
  ]);
  const notes = hosts.flatMap(notesOf);
  return [
    `Fleet ${fleet}: ${counted(hosts.length, 'host')}: ${sums.join(', ')}`,
    '',
    ...table(columns, rows, width),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
  ].join('\n');
}

const WORDS: Readonly<Record<HostStanding, string>> = {
  unknown: 'unknown',
  incident: 'with an incident',
  impaired: 'not all read',
  well: 'well',
};

function notesOf({ host, incidents, unread, lost, ahead }: HostShown): readonly string[] {
  return [
    ...incidents.map(({ id, state, reached }) => `${host}: ${id} (${state}): ${reached}`),
    ...unread.map((reason) => `${host}: ${reason}`),
    ...(lost > 0 ? [`${host}: ${lost} batches of evidence given up before the server had them`] : []),
    ...(Math.abs(ahead) > OFF
      ? [`${host}: its clock is ${span(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} the server's`]
      : []),
  ];
}
