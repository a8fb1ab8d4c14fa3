import { groups } from '../../views/groups.ts';
import { h, type Node as Piece } from '../../views/node.ts';
import { inLocalTime } from '../../views/show.ts';
import { story } from '../../views/story.ts';
import type { IncidentView } from '../../views/view.ts';

/** One incident by its address, or a word that there is none. */
export async function incidentPage(id: string): Promise<readonly Piece[]> {
  const answer = await fetch(`/v1/incidents/${id}`);
  const incident: unknown = answer.ok ? await answer.json() : undefined;
  const back = h('p', {}, h('a', { href: '/' }, '← Overview'));
  if (!isIncident(incident))
    return [back, h('h1', {}, 'There is no such incident'), h('p', {}, 'The last thousand are kept.')];
  document.title = incident.id;
  const show = inLocalTime(Date.now());
  return [
    back,
    h('h1', { dir: 'auto' }, incident.reason),
    story(incident, show),
    groups('Messages', incident.groups, show),
  ];
}

function isIncident(value: unknown): value is IncidentView {
  return typeof value === 'object' && value !== null && 'timeline' in value;
}
