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
    `Please look now: ${incident.decisionReason}${why}. No further heal will be started.${missing}` +
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
        ? 'Please look: this is a dry run, and nothing is healed.'
        : `Nothing to do yet: ${queueing(state, incident)}.`;
    case 'cooldown':
      return (
        `Nothing to do yet: the last heal is too recent. The next may start in` +
        ` ${formatDuration(incident.until - state.now)} if it has not grown quiet by then.`
      );
    case 'verifying':
      if (incident.breaches.length > 0 && incident.breaches.every(({ rule }) => rule === 'silence'))
        return 'Please look: do the containers run, and does their engine keep their logs? No heal is run for this.';
      return incident.passive
        ? `Please look: ${incident.decisionReason}, so nothing is healed. Meanwhile ${watching}.`
        : `Nothing to do yet: ${watching}.`;
    case 'settling':
      return askHealed(incident, settings.maxAttempts, watching);
    case 'holding':
      return `Please look: no heal is run for this. It is over a minute after all is well again.${goneForGood(incident)}`;
    case 'open':
    case 'escalated':
    case 'resolved':
      return '';
  }
}

/** How a container is taken out of what is missed, by its name where there is only one. */
function goneForGood({ id, breaches }: Incident): string {
  const names = breaches.flatMap(({ rule, container }) =>
    rule === 'engine' || container === undefined ? [] : [container],
  );
  const name = names.length === 1 ? names[0] : 'NAME';
  return names.length === 0 ? '' : ` What is gone for good: quantum-realtime ack ${id} --gone ${name}.`;
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
    left > 0 ? 'another attempt follows if a limit is reached again' : 'if not, you get one urgent message';
  switch (incident.heals.at(-1)?.result satisfies HealRecord['result']) {
    case 'failed':
    case 'timeout':
      return `Please look when you can: the heal failed. Meanwhile ${watching}; ${then}.`;
    case 'unknown':
      return `Please look when you can: the heal was interrupted and is not repeated. Meanwhile ${watching}; ${then}.`;
    case 'dry-run':
      return `Please look: this is a dry run, and nothing was healed. Meanwhile ${watching}.`;
    case 'ok':
    case 'broken':
    case undefined:
      return `Nothing to do yet: ${watching}; ${then}.`;
  }
}
