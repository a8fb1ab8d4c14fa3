import type { GroupView } from '../view.ts';

/** What Enter opens has a name that stays the same while the view changes. */
export function incidentItem(id: string): string {
  return `incident ${id}`;
}

export function containerItem(id: string): string {
  return `container ${id}`;
}

/** A group has no id: it is known by what tells it from the others. */
export function groupItem({ kind, container, sample }: GroupView): string {
  return `group ${kind} ${container} ${sample}`;
}

/** The id of an incident's item; undefined for any other. */
export function incidentOf(item: string | undefined): string | undefined {
  return /^incident (.+)$/.exec(item ?? '')?.[1];
}
