import { readFileSync, statSync } from 'node:fs';
import { PLACES, VIEW_GROUP } from '../systemd/places.ts';
import { type Finding, ok, warning } from './finding.ts';

/** What is looked at; a test gives its own. */
export interface PagePlaces {
  readonly unit: string;
  readonly socket: string;
  readonly groups: string;
}

const HERE: PagePlaces = {
  unit: PLACES.pageUnit,
  socket: '/run/quantum-realtime/view.sock',
  groups: '/etc/group',
};

/** Whether the page's own service, where it is installed, gets to see what it shows. Nothing where it is not. */
export function checkPage({ unit, socket, groups }: PagePlaces = HERE): readonly Finding[] {
  if (statSync(unit, { throwIfNoEntry: false }) === undefined) return [];
  const again = 'sudo quantum-realtime install --page puts it in order';
  const group = new RegExp(`^${VIEW_GROUP}:[^:]*:(\\d+):`, 'm').exec(readFileSync(groups, 'utf8'))?.[1];
  if (group === undefined)
    return [warning('page', `its service is installed, but there is no group ${VIEW_GROUP}`, again)];
  const found = statSync(socket, { throwIfNoEntry: false });
  if (found === undefined)
    return [
      warning(
        'page',
        `its service has nothing to show: ${socket} is not there`,
        'the daemon opens it: systemctl status quantum_realtime',
      ),
    ];
  if (found.gid !== Number(group) || (found.mode & 0o060) !== 0o060)
    return [
      warning('page', `its service may not open ${socket}: it is not the group's ${VIEW_GROUP}`, again),
    ];
  return [ok('page', `its service may open ${socket}`)];
}
