import type { Group, IncidentSnapshot } from '../model.ts';
import { subjectGroups, subjectsOf } from '../sinks/text/plain-words.ts';
import type { Delivery } from '../state/delivery.ts';
import type { GroupView, IncidentView } from './view.ts';

const SUBJECTS = 12;
const GROUPS = 12;
const SAMPLE = 500;
const OUTPUT = 2_000;

/** An incident of the past, or what of an open one stands in its story. */
export function incidentView(story: IncidentSnapshot, closedAt?: number): IncidentView {
  const { incident, state, openedAt, at, reason, ask, counts, timeline, heals } = story;
  return {
    id: incident,
    state,
    openedAt,
    ...(closedAt !== undefined && { closedAt }),
    since: timeline.at(-1)?.at ?? at,
    reason,
    why: timeline.at(-1)?.reason ?? '',
    ask,
    subjects: subjectsOf(story)
      .slice(0, SUBJECTS)
      .map(([container, own]) => ({ container, counts: { ...own } })),
    groups: subjectGroups(story).slice(0, GROUPS).map(groupShown),
    counts: { ...counts },
    timeline: [...timeline],
    heals: heals.map(({ attempt, started, ended, result, exitCode, output }) => ({
      attempt,
      started,
      ...(ended !== undefined && { ended }),
      ...(result !== undefined && { result }),
      ...(exitCode !== undefined && { exitCode }),
      ...(output !== undefined && { output: output.slice(-OUTPUT) }),
    })),
    messages: [],
    down: [],
    acknowledged: timeline.some(({ reason: why }) => why.startsWith('acknowledged')),
    passive: false,
  };
}

/** A group of messages as it is shown. */
export function groupShown({ kind, container, sample, count, first, last }: Group): GroupView {
  return { kind, container, sample: sample.slice(0, SAMPLE), count, first, last };
}

/** A delivery as it is shown. */
export function messageShown({
  effect,
  channel,
  state,
  since,
  detail,
}: Delivery): IncidentView['messages'][number] {
  return { at: since, part: effect.part, channel, state, detail };
}
