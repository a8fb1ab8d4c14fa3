import { formatDuration } from '../time/duration.ts';
import type { HealRecord, NotificationType } from '../model.ts';
import { blindReason, blindSince, dependenciesOf } from './coverage.ts';
import { seenDown } from './world.ts';
import type { Policy } from './policy.ts';
import type { CoreState, Incident } from './state.ts';

/**
 * What the reader of a message has to do, in a sentence or two: the first thing that an operator woken at night wants
 * to know. Empty once there is nothing left to do.
 */
export function askFor(part: NotificationType, state: CoreState, incident: Incident, policy: Policy): string {
  if (part === 'resolved') return '';
  if (incident.state === 'escalated') return askEscalated(state, incident);
  const down = seenDown(state, incident.expected);
  const missing = down.length === 0 ? '' : ` Not running or not healthy: ${down.join(', ')}.`;
  return askWaiting(state, incident, policy) + missing + aboutRestarts(part, incident);
}

/** A limit of restarts may be reached by what is meant to start again and again: the setting is named where it is told. */
function aboutRestarts(part: NotificationType, { breaches }: Incident): string {
  const isTold = part === 'opened' || part === 'news' || part === 'reopened';
  if (!isTold || !breaches.some(({ kinds }) => kinds.includes('restart'))) return '';
  return (
    ' If these restarts are meant to be: restarts.count says which causes count, and the label' +
    ' quantum-realtime.limits.restarts gives a container a limit of its own.'
  );
}

function askEscalated(state: CoreState, incident: Incident): string {
  const isBroken = incident.decisionReason.endsWith('the heal command cannot be run');
  const why = isBroken && state.healProblem !== undefined ? `: ${state.healProblem}` : '';
  const down = seenDown(state, incident.expected);
  const missing = down.length === 0 ? '' : ` Not running or not healthy: ${down.join(', ')}.`;
  return (
    `Somebody has to look now: ${incident.decisionReason}${why}. No further heal will be started.${missing}` +
    ` Once it is taken care of: quantum-realtime ack ${incident.id} (ends the reminders),` +
    ' quantum-realtime heal reset (allows new attempts).'
  );
}

function askWaiting(state: CoreState, incident: Incident, { incident: settings, config }: Policy): string {
  const watching = `watching for ${formatDuration(settings.verify)} whether it stays quiet`;
  switch (incident.state) {
    case 'queued':
    case 'healing':
      return config.heal.dryRun
        ? 'This is a dry run: nothing is healed. Have a look yourself.'
        : `Nothing yet: ${queueing(state, incident)}.`;
    case 'cooldown':
      return (
        `Nothing yet: the last heal is too recent. The next may start in` +
        ` ${formatDuration(incident.until - state.now)} if it has not grown quiet by then.`
      );
    case 'verifying':
      return incident.passive
        ? `Have a look: ${incident.decisionReason}, so nothing is healed. Meanwhile ${watching}.`
        : `Nothing yet: ${watching}.`;
    case 'settling':
      return askHealed(incident, settings.maxAttempts, watching);
    case 'holding':
      return (
        `Please look: no heal is run for this. It is over a minute after all is well again; what is gone for good:` +
        ` quantum-realtime ack ${incident.id} --gone NAME.`
      );
    case 'open':
    case 'escalated':
    case 'resolved':
      return '';
  }
}

function queueing(state: CoreState, incident: Incident): string {
  if (incident.state === 'queued' && state.healing.running !== undefined)
    return 'a heal waits for another one to end';
  const needed = dependenciesOf(state, incident);
  return blindSince(state, needed) === undefined
    ? 'the heal is starting'
    : `a heal starts once everything can be read again (${blindReason(state, needed)})`;
}

function askHealed(incident: Incident, maxAttempts: number, watching: string): string {
  const left = maxAttempts - incident.attempts;
  const then =
    left > 0 ? 'another attempt follows if a limit is reached again' : 'if not, somebody will be called';
  switch (incident.heals.at(-1)?.result satisfies HealRecord['result']) {
    case 'failed':
    case 'timeout':
      return `Have a look when you can: the heal did not end well. Meanwhile ${watching}; ${then}.`;
    case 'unknown':
      return `Have a look when you can: the heal was interrupted and is not repeated. Meanwhile ${watching}; ${then}.`;
    case 'dry-run':
      return `This is a dry run: nothing was healed. Have a look yourself. Meanwhile ${watching}.`;
    case 'ok':
    case 'broken':
    case undefined:
      return `Nothing yet: ${watching}; ${then}.`;
  }
}
