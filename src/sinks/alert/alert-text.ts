import { formatDuration } from '../../time/duration.ts';
import type { Effect, HealRecord, Kind, NotificationType, IncidentSnapshot } from '../../model.ts';
import { utcDateTime, utcTime } from '../../text/plain.ts';
import { oneMessage } from '../text/one-message.ts';
import { healInWords, openingOf } from '../text/plain-words.ts';
import { quoteEnds, quoteLine } from '../text/quote.ts';
import { inCode, incidentDetails } from './incident-details.ts';

/** Characters of a sentence that may name containers. */
const SENTENCE = 1_000;
/** Characters of a line that a heal has printed; what is in code has room for no more. */
const SAID = 160;
const HOUR = 3_600_000;

/** A message in two parts, for channels that show them apart: what everybody must see, and what helps to act. */
export interface AlertParts {
  readonly head: string;
  readonly body: string;
}

/**
 * The whole message of an alert effect, in the Markdown that chat programs share. Opening keeps the words of the
 * monitor this program replaces. Every message ends with the incident's id, by which those of one incident belong
 * together. Times are UTC, so that the text is the same wherever it is made.
 */
export function alertText(effect: Effect, name: string): string {
  const { head, body } = alertParts(effect, name);
  return [head, body, `Incident ${effect.story.incident}`].filter((part) => part !== '').join('\n\n');
}

/**
 * The message of an alert effect without the incident's id. `name` is what the first line begins with, before the
 * dash.
 */
export function alertParts(effect: Effect, name: string): AlertParts {
  return WRITERS[effect.part](fitForText(effect.story), name);
}

/** The one line that says what a message is about, without emphasis: for titles and summaries. */
export function alertTitle(effect: Effect, name: string): string {
  return (alertParts(effect, name).head.split('\n')[0] ?? '').replaceAll('**', '');
}

type Writer = (story: IncidentSnapshot, name: string) => AlertParts;

const WRITERS: Readonly<Record<NotificationType, Writer>> = {
  opened: (story, name) => ({
    head: lines(`${OPENINGS[openingOf(story)]('**' + name)}**`, '', ...figures(story), '', whatIsDone(story)),
    body: blocks(incidentDetails(story), oneMessage(story), story.ask),
  }),
  heal: (story) => {
    const heal = story.heals.at(-1);
    return { head: healHeadline(heal), body: blocks(healDetail(heal), story.ask) };
  },
  news: (story, name) => ({
    head: lines(`📣 **${name} - New in an open incident**`, '', ...figures(story)),
    body: blocks(incidentDetails(story), triedSoFar(story), story.ask),
  }),
  reopened: (story, name) => ({
    head: lines(`🔁 **${name} - The incident is back**`, '', ...figures(story), '', whatIsDone(story)),
    body: blocks(incidentDetails(story), triedSoFar(story), story.ask),
  }),
  escalated: (story, name) => ({
    head: lines(
      `🆘 **${name} - A person is needed**`,
      '',
      `**Why:** ${lastReason(story)}`,
      ...figures(story),
    ),
    body: blocks(story.ask, triedSoFar(story), incidentDetails(story)),
  }),
  reminder: (story, name) => ({
    head: `⏰ **${name} - Still waiting for a person**`,
    body: blocks(
      `Open since ${utcDateTime(story.openedAt)} (${formatDuration(story.at - story.openedAt)}). ${storyReason(story)}`,
      triedSoFar(story),
      incidentDetails(story),
      story.ask,
    ),
  }),
  resolved: (story, name) => ({
    head: lines(
      `✅ **${name} - Resolved**`,
      '',
      `**Reason:** ${story.reason}`,
      `**Why resolved:** ${lastReason(story)}`,
    ),
    body: blocks(
      `Open from ${utcDateTime(story.openedAt)} to ${utcDateTime(story.at)} (${formatDuration(story.at - story.openedAt)}).`,
      triedSoFar(story),
      incidentDetails(story),
      story.ask,
    ),
  }),
  note: (story, name) => ({ head: `ℹ️ **${name}** - ${lastReason(story)}`, body: story.ask }),
};

/** The first line of an opening: what is told of a state, or of a silent host, is no triggered heal. */
const OPENINGS = {
  limit: (name: string) => `🚨 ${name} - Auto-Heal Triggered`,
  state: (name: string) => `🔻 ${name} - Down, unhealthy or away`,
  storage: (name: string) => `💾 ${name} - The state cannot be stored`,
  clock: (name: string) => `🕰️ ${name} - The clock was set back`,
  silence: (name: string) => `🔇 ${name} - The host is silent`,
};

/** Names of containers, rules and reasons come from outside: each stays on its line and hides nothing. */
function fitForText(story: IncidentSnapshot): IncidentSnapshot {
  const timeline = story.timeline
    .slice(-1)
    .map((step) => ({ ...step, reason: quoteLine(step.reason, SENTENCE) }));
  const [reason, ask] = [quoteLine(story.reason, SENTENCE), quoteLine(story.ask, SENTENCE)];
  return { ...story, reason, ask, timeline };
}

const FIGURES: readonly (readonly [Kind, string])[] = [
  ['critical', 'Critical Events'],
  ['error', 'Errors'],
  ['restart', 'Container Restarts'],
  ['warning', 'Warnings'],
];
/** Three kinds are always counted, and always were told. */
const LIMITS = new Set(['critical', 'errors', 'restarts']);

/**
 * The reason and the numbers. With one of the three limits the totals of their kinds, as ever; a rule of the operator's
 * has only those of what it counts. Where evidence was spent, the total is beside the number that decided.
 */
function figures(story: IncidentSnapshot): readonly string[] {
  const { breaches, counts, deciding } = story;
  const decided = new Set(breaches.flatMap(({ rule, kinds }) => (rule === 'silence' ? [] : kinds)));
  const isLimit = breaches.some(({ rule }) => LIMITS.has(rule));
  const shown = FIGURES.filter(([kind]) => decided.has(kind) || (isLimit && kind !== 'warning'));
  return [
    `**Reason:** ${story.reason}`,
    ...shown.map(([kind, title]) => {
      const own = decided.has(kind) ? deciding?.counts[kind] : undefined;
      return `**${title}:** ${figure(story, kind, own, counts[kind])}`;
    }),
  ];
}

function figure(story: IncidentSnapshot, kind: Kind, own: number | undefined, total: number): string {
  const { deciding, window } = story;
  if (deciding === undefined || window === undefined) return String(total);
  const lately = `in the last ${window === HOUR ? 'hour' : formatDuration(window)}`;
  if (own === undefined) return deciding.isLess ? `${total} ${lately}` : String(total);
  if (own === total || own === 0) return String(own === 0 ? total : own);
  const first = Math.min(
    ...deciding.groups.filter((group) => group.kind === kind).map((group) => group.first),
  );
  return Number.isFinite(first)
    ? `${own} since ${utcTime(first)} (${total} ${lately})`
    : `${own} (${total} ${lately})`;
}

function whatIsDone(story: IncidentSnapshot): string {
  if (story.state === 'holding') return 'No heal is run for this.';
  if (openingOf(story) === 'silence') return '';
  if (story.state === 'cooldown') return 'Auto-heal waits: the last heal is too recent.';
  if (story.state === 'verifying') return 'Auto-heal is not started.';
  if (story.state === 'escalated') return 'Auto-heal is not started: a person is needed.';
  return 'Auto-heal process initiated.';
}

function healHeadline(heal: HealRecord | undefined): string {
  switch (heal?.result) {
    case 'ok':
      return '✅ Auto-heal completed successfully';
    case 'failed':
      return `❌ Auto-heal failed${heal.exitCode === undefined ? '' : ` (exit code ${heal.exitCode})`}`;
    case 'timeout':
      return '❌ Auto-heal ran out of time and was ended';
    case 'broken':
      return '❌ Auto-heal could not be run: its command is not found or cannot be executed';
    case 'dry-run':
      return '🧪 Auto-heal dry run: nothing was changed';
    case 'unknown':
    case undefined:
      return '⚠️ Auto-heal was interrupted: whether it did its work is not known';
  }
}

function healDetail(heal: HealRecord | undefined): string {
  if (heal === undefined) return '';
  const said = heal.result === 'ok' ? [] : lastWords(heal.output ?? '');
  return lines(`Heal ${healInWords(heal)}.`, ...said.map((line) => `> ${inCode(quoteEnds(line, SAID))}`));
}

/** The last three lines of a heal's output that are not blank. */
function lastWords(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-3);
}

function triedSoFar(story: IncidentSnapshot): string {
  if (story.heals.length === 0) return 'No heal was run.';
  const inVain = story.state === 'escalated' ? ['⚠️ Auto-heal brought no improvement.'] : [];
  return lines(...inVain, '**Heals:**', ...story.heals.map((heal) => `• ${healInWords(heal)}`));
}

function lastReason(story: IncidentSnapshot): string {
  return story.timeline.at(-1)?.reason ?? story.reason;
}

function storyReason(story: IncidentSnapshot): string {
  return story.reason === '' ? '' : `${story.reason}.`;
}

function lines(...parts: readonly string[]): string {
  return parts.join('\n').trim();
}

function blocks(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
