import type { IncidentRecord } from '../state/change.ts';
import { safeLine, safeText } from '../text/safe-text.ts';
import { htmlFile } from './document.ts';
import { groups } from './groups.ts';
import { incidentView } from './incident-view.ts';
import { h } from './node.ts';
import { inUtc } from './show.ts';
import { story } from './story.ts';
import type { IncidentView } from './view.ts';

/** An incident as an HTML file, as it stands in its record: what is open is shown as of its last step. */
export function incidentFile({ id, story: told, closedAt }: IncidentRecord, style: string): string {
  const incident = safe(incidentView(told, closedAt));
  const show = inUtc(closedAt ?? told.at);
  return htmlFile(
    `Incident ${id}`,
    style,
    [
      h('h1', { dir: 'auto' }, incident.reason),
      incident.ask === '' ? undefined : h('p', { dir: 'auto' }, incident.ask),
      story(incident, show, false),
      groups('Messages', incident.groups, show),
    ].filter((piece) => piece !== undefined),
  );
}

/** What is on record may have been written before texts were made safe as they came in. */
function safe(incident: IncidentView): IncidentView {
  return {
    ...incident,
    reason: safeLine(incident.reason),
    ask: safeLine(incident.ask),
    groups: incident.groups.map((group) => ({ ...group, sample: safeLine(group.sample) })),
    heals: incident.heals.map(({ output, ...heal }) => ({
      ...heal,
      ...(output !== undefined && { output: safeText(output) }),
    })),
  };
}
