import type { Config } from '../config/config.ts';
import { askUnitStates } from '../streams/journald/ask-units.ts';
import { HOST_JOURNAL, type Newest, newestEntry } from '../streams/journald/journalctl.ts';
import { thisHost } from '../streams/journald/this-host.ts';
import { unitPatterns } from '../streams/journald/unit-patterns.ts';
import { fault, type Finding, ok, warning } from './finding.ts';

const CHECK = 'journald';

/** So many units are named. */
const NAMED = 5;

const REMEDIES: Readonly<Record<Extract<Newest, { ok: false }>['kind'], string>> = {
  refused:
    'sudo usermod -aG systemd-journal USER, then log in again; for the service, run install again with this configuration',
  missing: 'install systemd, or leave sources.journald out',
  absent: 'let systemd-journald run, or leave sources.journald out',
};

/** Whether the journal can be read by this user, and which of the units that are asked for there are. */
export async function checkJournal(
  { sources: { journald } }: Pick<Config, 'sources'>,
  journalctl = HOST_JOURNAL,
  host = thisHost(),
): Promise<readonly Finding[]> {
  if (journald === false) return [];
  const newest = await newestEntry(journalctl);
  if (!newest.ok) return [fault(CHECK, newest.reason, REMEDIES[newest.kind])];
  const readable = ok(CHECK, 'the journal can be read');
  const states = await askUnitStates(host, unitPatterns(journald.units), AbortSignal.timeout(10_000));
  if (typeof states === 'string')
    return [
      readable,
      warning(CHECK, `systemd does not tell of its units: ${states}`, 'let this user reach D-Bus'),
    ];
  const units = states.filter(({ unit }) => !host.isOwnUnit(unit));
  if (units.length === 0)
    return [
      readable,
      warning(
        CHECK,
        `no unit that has run since the boot is called ${journald.units.join(', ')}`,
        'see systemctl list-units; units that are started later are taken up',
      ),
    ];
  const more = units.length > NAMED ? ` and ${units.length - NAMED} more` : '';
  const named = units.slice(0, NAMED).map(({ unit }) => unit);
  return [
    readable,
    ok(CHECK, `reads ${named.join(', ')}${more}`),
    ...units.flatMap(({ unit, warning: trouble }) =>
      trouble === undefined
        ? []
        : [warning(CHECK, `${unit}: ${trouble}`, 'remove LogLevelMax= from the unit')],
    ),
  ];
}
