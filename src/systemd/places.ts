/** The service, as the program that this one replaces called it: its operator's habits go on working. */
export const UNIT = 'quantum_realtime.service';

/** The page's own, which is there only if it was asked for. */
export const PAGE_UNIT = 'quantum_realtime_page.service';

/** Whoever is in this group may look: the user of the page, for one. */
export const VIEW_GROUP = 'qt-view';

/** Where things are put. Nothing else is touched, except the report folder. */
export const PLACES = {
  program: '/opt/quantum-realtime',
  /** The launcher of the program, or the program itself where that is one file. */
  launcher: '/opt/quantum-realtime/bin/quantum-realtime',
  link: '/usr/local/bin/quantum-realtime',
  unit: `/etc/systemd/system/${UNIT}`,
  pageUnit: `/etc/systemd/system/${PAGE_UNIT}`,
  /** Where a package of the distribution puts the unit: what is in it and the program belong to that package. */
  packagedUnit: `/usr/lib/systemd/system/${UNIT}`,
  /** A unit of another program that had the name; not a unit's suffix, so that systemd passes over it. */
  replacedUnit: `/etc/systemd/system/${UNIT}.replaced`,
  dropIns: `/etc/systemd/system/${UNIT}.d`,
  settings: '/etc/quantum-realtime',
  environment: '/etc/quantum-realtime/environment',
  state: '/var/lib/quantum-realtime',
  cache: '/var/cache/quantum-realtime',
} as const;

/** The drop-ins that are ours: others in the same folder belong to the operator. */
export const DROP_INS = ['user', 'report', 'heal', 'docker', 'journal', 'config', 'webhook', 'page'] as const;
export type DropIn = (typeof DROP_INS)[number];

/** The file of one of our drop-ins. They come early, so that one by `systemctl edit` overrules them. */
export function dropInFile(name: DropIn): string {
  return `${PLACES.dropIns}/10-${name}.conf`;
}
