import { format } from 'date-fns/format';
import { formatDuration } from '../../time/duration.ts';
import type { Effect, NotificationType, Sample, IncidentSnapshot } from '../../model.ts';
import { besideInWords } from '../text/beside.ts';
import { countsInWords, healInWords, openingOf, worstGroups } from '../text/plain-words.ts';
import { quoteLine, quoteLines } from '../text/quote.ts';

const CRITICAL_SHOWN = 5;
const ERRORS_SHOWN = 10;
const GROUPS_SHOWN = 15;
const LINE = 200;
/** Lines of a heal's output that are quoted: the last ones. Its whole tail is in `incidents.jsonl`. */
const OUTPUT_LINES = 40;

/** The heading of an incident; kept from the monitor this program replaces, since readers of the file look for it. */
const HEADING = '### ⚡ Real-Time Incident Report';

const TITLES: Readonly<Record<NotificationType, string>> = {
  opened: 'Opened',
  heal: 'Heal',
  news: 'New in this incident',
  reopened: 'Reopened',
  escalated: 'Escalated: a person is needed',
  reminder: 'Still escalated',
  resolved: 'Resolved',
  note: 'Note',
};

/**
 * One section of the report, from the rule above it to its marker. The marker stands last, so that a section that was
 * only half written does not count as written. Log text cannot end its code block or become Markdown. Later sections
 * also name the messages that were given up.
 */
export function reportSection(effect: Effect, undelivered: readonly string[] = []): string {
  const isHeadline = effect.part === 'opened' && openingOf(effect.story) === 'limit';
  const body = isHeadline ? openedSection(effect.story) : laterSection(effect, undelivered);
  return ['', '---', '', ...body, '', sectionMarker(effect), ''].join('\n');
}

/** `<!-- incident:ID:part -->`, the same for every writing of one section. */
export function sectionMarker(effect: Effect): string {
  return `<!-- incident:${effect.id.replace(/:report$/, '').replace(/--+|[^\x21-\x7e]/g, '-')} -->`;
}

/** ISO 8601, local with offset, milliseconds. */
export function localTimestamp(at: number): string {
  return format(at, "yyyy-MM-dd'T'HH:mm:ss.SSSxxx");
}

function openedSection(story: IncidentSnapshot): readonly string[] {
  return [
    HEADING,
    '',
    `**Timestamp:** ${localTimestamp(story.at)}  `,
    `**Auto-Heal Triggered:** ${healTriggered(story)}  `,
    `**Reason:** ${inline(story.reason)}  `,
    `**Incident:** ${inline(story.incident)}  `,
    ...(story.ask === '' ? [] : [`**What to do:** ${inline(story.ask)}  `]),
    ...(story.foundAtStart ? ['', 'Found at start: some of this happened before the monitor ran.'] : []),
    '',
    '#### Issue Summary',
    '',
    ...countTable(story),
    ...samples('Critical Events (Top 5)', story.samples.critical.slice(0, CRITICAL_SHOWN)),
    ...samples('Errors (Top 10)', story.samples.error.slice(0, ERRORS_SHOWN)),
    ...samples('Warnings (Top 10)', decidedWarnings(story)),
    ...groups(story),
    ...containers(story),
    ...gaps(story),
    ...notes(story),
    ...timeline(story),
  ];
}

function laterSection({ part, story }: Effect, undelivered: readonly string[]): readonly string[] {
  const heal = part === 'heal' ? story.heals.at(-1) : undefined;
  const attempt = heal === undefined ? '' : ` ${heal.attempt}`;
  return [
    `#### ${TITLES[part]}${attempt} (incident ${inline(story.incident)})`,
    '',
    `**Timestamp:** ${localTimestamp(story.at)}  `,
    `**Reason:** ${inline(story.reason)}  `,
    ...(part === 'heal' ? [] : [`**Why:** ${inline(story.timeline.at(-1)?.reason ?? '')}  `]),
    ...story.heals.map((record) => `**Heal:** ${inline(healInWords(record))}  `),
    ...(part === 'resolved' ? [`**Lasted:** ${formatDuration(story.at - story.openedAt)}  `] : []),
    ...(story.ask === '' ? [] : [`**What to do:** ${inline(story.ask)}  `]),
    ...undelivered.map((what) => `**Not delivered:** ${inline(what)}  `),
    ...(heal === undefined ? ['', ...countTable(story)] : output(heal.output ?? '')),
    ...(heal === undefined ? [...groups(story), ...gaps(story), ...notes(story), ...timeline(story)] : []),
  ];
}

function healTriggered(story: IncidentSnapshot): string {
  return ['verifying', 'cooldown', 'escalated'].includes(story.state) ? '❌ No' : '✅ Yes';
}

function countTable({ counts }: IncidentSnapshot): readonly string[] {
  return [
    '| Category | Count |',
    '|----------|-------|',
    `| Critical Events | ${counts.critical} |`,
    `| Errors | ${counts.error} |`,
    `| Warnings | ${counts.warning} |`,
    `| Container Restarts | ${counts.restart} |`,
  ];
}

function samples(title: string, shown: readonly Sample[]): readonly string[] {
  if (shown.length === 0) return [];
  const quoted = shown.map(
    ({ container, text }) => `[${quoteLine(container, 100)}] ${quoteLine(text, LINE)}`,
  );
  return ['', `#### ${title}`, '', ...codeBlock(quoted)];
}

/** Warnings are quoted by themselves only where they are what the incident is about. */
function decidedWarnings({ breaches, samples: { warning } }: IncidentSnapshot): readonly Sample[] {
  return breaches.some(({ kinds }) => kinds.includes('warning')) ? warning.slice(0, ERRORS_SHOWN) : [];
}

function groups(story: IncidentSnapshot): readonly string[] {
  const all = worstGroups(story);
  if (all.length === 0) return [];
  const shown = all.slice(0, GROUPS_SHOWN).map((group) => {
    const span = `${format(group.first, 'HH:mm:ss')} to ${format(group.last, 'HH:mm:ss')}`;
    return `${group.count} × [${quoteLine(group.container, 100)}] ${quoteLine(group.sample, LINE)} (${group.kind}, ${span})`;
  });
  const others = all.length - shown.length + (story.otherGroups ?? 0);
  const more = others > 0 ? [`and ${others} other messages`] : [];
  return ['', '#### Messages, Grouped', '', ...codeBlock([...shown, ...more])];
}

function containers(story: IncidentSnapshot): readonly string[] {
  const rows = Object.entries(story.containers).filter(([, counts]) => countsInWords(counts) !== '');
  if (rows.length === 0) return [];
  return [
    '',
    '#### Containers',
    '',
    ...rows.map(([name, counts]) => `- ${inline(name)}: ${countsInWords(counts)}`),
  ];
}

function gaps(story: IncidentSnapshot): readonly string[] {
  if (story.gaps.length === 0) return [];
  const rows = story.gaps.map(
    (gap) =>
      `- ${inline(gap.container)}: ${localTimestamp(gap.from)} to ${localTimestamp(gap.to)}, ${inline(gap.reason)}`,
  );
  return ['', '#### Gaps: Lines Known to Be Missing', '', ...rows];
}

function notes(story: IncidentSnapshot): readonly string[] {
  const { notes: found = [] } = story;
  if (found.length === 0) return [];
  const rows = found.map((note) => {
    const { at, container, sign, text } = note;
    const said = sign === 'change' ? besideInWords(note, story) : `${container}: ${text}`;
    return `- ${localTimestamp(at)} ${inline(said)}`;
  });
  return ['', '#### Compared with the Past', '', ...rows];
}

function timeline(story: IncidentSnapshot): readonly string[] {
  if (story.timeline.length === 0) return [];
  const rows = story.timeline.map(
    (step) => `- ${localTimestamp(step.at)} ${step.from} → ${step.to}: ${inline(step.reason)}`,
  );
  return ['', '#### Timeline', '', ...rows];
}

function output(text: string): readonly string[] {
  const said = quoteLines(text).filter((line) => line !== '');
  if (said.length === 0) return ['', 'The heal printed nothing.'];
  const cut = said.length > OUTPUT_LINES ? [`(${said.length - OUTPUT_LINES} earlier lines left out)`] : [];
  return ['', '#### Heal Output', '', ...codeBlock([...cut, ...said.slice(-OUTPUT_LINES)])];
}

/**
 * A block whose fence is longer than any run of back-ticks within it, so that nothing inside can end it. A line that
 * looks like a marker is made not to: it would keep a section from being written.
 */
function codeBlock(rows: readonly string[]): readonly string[] {
  const longest = rows
    .flatMap((row) => row.match(/`+/g) ?? [])
    .reduce((most, run) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return [fence, ...rows.map((row) => row.replaceAll('<!--', '<! --')), fence];
}

/** Text outside code blocks: everything that Markdown or HTML would interpret is escaped. */
function inline(text: string): string {
  return quoteLine(text, 300).replace(/[\\`*[\]<>|#!]/g, '\\$&');
}
