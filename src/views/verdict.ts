import type { Counts } from '../model.ts';
import { messageOf } from '../sinks/text/message-of.ts';
import { countsInWords } from '../sinks/text/plain-words.ts';
import { counted } from '../text/plain.ts';
import { healText } from './heal-text.ts';
import { lengthText, momentText, type Show } from './show.ts';
import type { ContainerView, IncidentView, View } from './view.ts';

/** How bad it is; each has a colour and a sign of its own, so that neither is needed to tell them apart. */
export type Tone = 'quiet' | 'over' | 'busy' | 'blind' | 'needed';

/** What somebody has to know who looks for ten seconds. */
export interface Verdict {
  readonly tone: Tone;
  readonly title: string;
  /** Label and answer: since when, where, what has been done, what comes next, what is asked of the reader. */
  readonly answers: readonly (readonly [label: string, answer: string])[];
}

/** Worst first: one that needs a person before one that is being dealt with. */
const ORDER = ['escalated', 'open', 'healing', 'queued', 'settling', 'verifying', 'cooldown', 'resolved'];

/** The verdict on what a view shows, at the moment of its reader. */
export function verdictOf(view: View, show: Show): Verdict {
  const worst = [...view.incidents].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))[0];
  if (worst === undefined) return withoutIncident(view, show);
  const { title, answers, tone } = incidentVerdict(worst, view, show);
  const blind = view.status.blind;
  return {
    tone,
    title,
    answers: [
      ...answers,
      ...(blind === undefined ? [] : [['Not read', sentence(blind)] as const]),
      ...(view.incidents.length === 1
        ? []
        : [['Beside it', `${counted(view.incidents.length - 1, 'more incident')}, below`] as const]),
    ],
  };
}

function withoutIncident({ status, containers, past }: View, show: Show): Verdict {
  const all = Object.values(containers);
  const read = all.filter(({ state }) => state === 'following' || state === 'catching up').length;
  const reading = `${counted(read, 'container')} read`;
  const last = past.find(({ closedAt }) => closedAt !== undefined)?.closedAt;
  const since = Math.max(status.startedAt, last ?? 0);
  const pausedUntil = status.pausedUntil;
  const paused =
    pausedUntil === undefined ? [] : [['Heals', `paused until ${momentText(pausedUntil, show)}`] as const];
  if (status.blind !== undefined || !status.store.writable) {
    const what = status.blind ?? status.store.problem ?? 'the state cannot be written';
    const sources = status.sources.filter(({ state }) => state !== 'up');
    const from = Math.min(...sources.map((source) => source.since));
    return {
      tone: 'blind',
      title: status.blind === undefined ? 'The state cannot be stored' : 'Not everything can be read',
      answers: [
        ['What', sentence(what)],
        ...(sources.length === 0 ? [] : [['Since', sinceText(from, show)] as const]),
        [
          'Where',
          sources.length === 0
            ? 'see below'
            : sources.map(({ id, endpoint }) => `${id} (${endpoint})`).join(', '),
        ],
        ['Done', 'No incident is open; what cannot be read is not judged'],
        ['Next', 'It is tried again all the time; what is still held is then read'],
        ['You', 'Please look: quantum-realtime doctor names the remedy'],
        ...paused,
      ],
    };
  }
  const down = all.filter(isDown);
  const quietFor = lengthText(show.now - since);
  return {
    tone: 'quiet',
    title: all.length === 0 ? 'Waiting for the first container' : `All quiet for ${quietFor} · ${reading}`,
    answers: [
      ['What', nearest(status)],
      ...(down.length === 0 ? [] : [['Down', down.map(({ container }) => container).join(', ')] as const]),
      ...paused,
      ['You', 'Nothing to do'],
    ],
  };
}

function isDown({ state, exitCode, unhealthy }: ContainerView): boolean {
  return unhealthy === true || (state === 'stopped' && exitCode !== undefined && exitCode !== 0);
}

/** The limit that is nearest to being reached. */
function nearest({ rules }: View['status']): string {
  const [first] = [...rules].sort((a, b) => b.deciding / b.limit - a.deciding / a.limit);
  if (first === undefined || first.deciding === 0) return 'Nothing counts towards a limit';
  const of = first.container === undefined ? '' : ` of ${first.container}`;
  return `Nearest limit: ${first.rule}${of}, ${first.deciding} of ${first.limit}`;
}

function incidentVerdict(incident: IncidentView, view: View, show: Show): Verdict {
  const names = incident.subjects.map(({ container }) => container);
  const shown = names.slice(0, 2).join(', ');
  const where = names.length > 2 ? `${shown} and ${names.length - 2} more` : shown;
  const [group] = incident.groups;
  const title = `${names[0] ?? 'This host'}: ${group === undefined ? incident.reason : shortened(messageOf(group.sample))}`;
  const { tone, next, you } = courseOf(incident, view, show);
  return {
    tone,
    title,
    answers: [
      ['What', evidence(incident)],
      ['Since', sinceText(incident.openedAt, show)],
      ['Where', where === '' ? 'the whole host' : where],
      ['Done', doneText(incident, view.status, show)],
      ['Next', next],
      ['You', you],
    ],
  };
}

function evidence({ subjects, reason }: IncidentView): string {
  const total: Counts = subjects.reduce(
    (sum, { counts }) => ({
      critical: sum.critical + counts.critical,
      error: sum.error + counts.error,
      warning: sum.warning + counts.warning,
      restart: sum.restart + counts.restart,
    }),
    { critical: 0, error: 0, warning: 0, restart: 0 },
  );
  const words = countsInWords(total);
  return words === '' ? reason : words;
}

function doneText(incident: IncidentView, status: View['status'], show: Show): string {
  const told = incident.messages.filter(({ state, channel }) => state === 'sent' && channel !== 'report');
  const owed = incident.messages.filter(({ state }) => state === 'pending' || state === 'inflight');
  const last = incident.heals.at(-1);
  const people =
    told.length > 0
      ? `told ${[...new Set(told.map(({ channel }) => channel))].join(', ')}`
      : status.outbox.channels.length === 0
        ? 'told nobody: no channel is set'
        : owed.length > 0
          ? 'a message is on its way'
          : 'nobody told yet';
  return [people, last === undefined ? 'no heal was run' : healText(last, incident.maxHeals, show)].join(
    '; ',
  );
}

interface Course {
  readonly tone: Tone;
  readonly next: string;
  readonly you: string;
}

function courseOf(incident: IncidentView, view: View, show: Show): Course {
  const { state, next, earliest, acknowledged, passive, down } = incident;
  const at = (moment: number | undefined): string =>
    moment === undefined ? 'soon' : momentText(moment, show);
  const missing = down.length === 0 ? '' : `; ${down.slice(0, 3).join(', ')} must run again`;
  const heals = view.status.heal.configured && !view.status.dryRun;
  switch (state) {
    case 'open':
      return {
        tone: 'busy',
        next: 'People are told in a moment, then it is decided',
        you: heals ? 'Nothing yet' : 'Please look: no heal is run',
      };
    case 'queued':
      return { tone: 'busy', next: `A heal starts as soon as it may: ${incident.why}`, you: 'Nothing yet' };
    case 'healing':
      return {
        tone: 'busy',
        next: `The heal ends by ${at(next?.at)} at the latest`,
        you: `Nothing until ${at(next?.at)}`,
      };
    case 'settling':
      return {
        tone: 'busy',
        next: `From ${at(next?.at)} on it is watched whether that helped`,
        you: `Nothing until ${at(next?.at)}`,
      };
    case 'verifying': {
      const end =
        earliest === undefined
          ? `Decided by ${at(next?.at)} at the latest${missing}`
          : `Over at ${at(earliest)} if it stays quiet, decided by ${at(next?.at)}${missing}`;
      return passive
        ? { tone: 'needed', next: end, you: `Please look: ${incident.why}` }
        : { tone: 'busy', next: end, you: `Nothing until ${at(earliest ?? next?.at)}` };
    }
    case 'cooldown':
      return {
        tone: 'busy',
        next: `The next heal may start at ${at(next?.at)}${missing}`,
        you: `Nothing until ${at(next?.at)}`,
      };
    case 'escalated':
      return acknowledged
        ? {
            tone: 'busy',
            next: `It ends once it has been quiet for a whole window${missing}`,
            you: 'Somebody has taken it',
          }
        : {
            tone: 'needed',
            next: `No further heal; you are reminded at ${at(next?.at)}${missing}`,
            you: `Please look now: ${incident.why}. Then: quantum-realtime ack`,
          };
    default:
      return { tone: 'over', next: `Closed at ${at(next?.at)} unless it comes back`, you: 'Nothing to do' };
  }
}

function sinceText(at: number, show: Show): string {
  return `${momentText(at, show)}, ${lengthText(show.now - at)} ago`;
}

const TITLE = 90;

function shortened(text: string): string {
  return text.length <= TITLE ? text : `${text.slice(0, TITLE - 1)}…`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
