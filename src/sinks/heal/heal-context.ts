import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Effect, HealRecord } from '../../model.ts';
import { subjectsOf } from '../text/plain-words.ts';
import { journalLine } from '../report/journal-line.ts';
import { worstOffenders } from './worst-offenders.ts';

/** Variables with which a process could talk to our service manager, or in our name: never inherited by a heal. */
const OURS =
  /^(?:QT_|WATCHDOG_|LISTEN_|NOTIFY_SOCKET$|CREDENTIALS_DIRECTORY$|INVOCATION_ID$|JOURNAL_STREAM$|NODE_OPTIONS$)/;

/** The attempt that a heal effect requests. */
export function attemptOf(effect: Effect): Pick<HealRecord, 'attempt' | 'id'> {
  return effect.story.heals.at(-1) ?? { attempt: 1, id: effect.id };
}

/**
 * The environment of a heal: what we inherited, without what is ours and without anything that contains one of
 * `secrets`; then `extra`; then the facts of the incident. Counts and names only: no log text.
 */
export function healEnvironment(
  effect: Effect,
  contextFile: string,
  inherited: NodeJS.ProcessEnv,
  secrets: readonly string[],
  extra: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...inheritedEnvironment(inherited, secrets), ...extra, ...healFacts(effect, contextFile) };
}

/** What a program of the operator's inherits: nothing that is ours, and nothing that contains one of `secrets`. */
export function inheritedEnvironment(
  inherited: NodeJS.ProcessEnv,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const known = secrets.filter((secret) => secret.length >= 8);
  const kept = Object.entries(inherited).filter(
    ([name, value = '']) => !OURS.test(name) && !known.some((secret) => value.includes(secret)),
  );
  return Object.fromEntries(kept.map(([name, value = '']): [string, string] => [name, value]));
}

/** Of the variables and the context file, see docs/schemas; raised when one that is there changes or goes. */
const CONTEXT_VERSION = '1';

/** The facts of the incident as variables, as docs/schemas/heal-variables.schema.json has them: a heal relies on the names. */
export function healFacts(effect: Effect, contextFile: string): Readonly<Record<string, string>> {
  const { story } = effect;
  const { attempt, id } = attemptOf(effect);
  return {
    QT_CONTEXT_VERSION: CONTEXT_VERSION,
    QT_INCIDENT_ID: story.incident,
    QT_INCIDENT_KEY: story.key,
    QT_REASONS: story.reason,
    QT_ATTEMPT: String(attempt),
    QT_ATTEMPT_ID: id,
    QT_OPENED_AT: new Date(story.openedAt).toISOString(),
    QT_CRITICAL: String(story.counts.critical),
    QT_ERRORS: String(story.counts.error),
    QT_WARNINGS: String(story.counts.warning),
    QT_RESTARTS: String(story.counts.restart),
    QT_CONTAINERS: subjectsOf(story)
      .slice(0, 100)
      .map(([name]) => name)
      .join(','),
    QT_CONTAINERS_TO_BLAME: fitting(worstOffenders(story)).join(','),
    QT_CONTEXT_FILE: contextFile,
  };
}

/** The variable by which a process of one run of a heal is known, wherever it has gone: no two runs have the same file. */
export function markOf(contextFile: string): string {
  return `QT_CONTEXT_FILE=${contextFile}`;
}

/** Writes the whole story, quoted lines masked, to a file that only we may read; gives its path and its removal. */
export function writeHealContext(
  dir: string,
  effect: Effect,
): { readonly path: string; readonly remove: () => void } {
  // The folder may be one that everybody can write to: nobody must be able to have a file or a link of that name there.
  // Loaded with the first heal: the settings name this action, and most commands that read settings heal nothing.
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  const path = join(dir, `heal-${unitSafe(attemptOf(effect).id)}-${randomBytes(8).toString('hex')}.json`);
  writeFileSync(path, `${journalLine(effect)}\n`, { mode: 0o600, flag: 'wx' });
  return { path, remove: () => rmSync(path, { force: true }) };
}

/** The kernel takes no variable beyond 128 KiB (execve(2), MAX_ARG_STRLEN): far fewer names say enough. */
const NAMES = 16 * 1_024;

function fitting(names: readonly string[]): readonly string[] {
  let room = NAMES;
  return names.filter((name) => (room -= Buffer.byteLength(name) + 1) >= 0);
}

/** An id in characters that systemd and file systems accept. */
export function unitSafe(id: string): string {
  return id.replace(/[^A-Za-z0-9_.-]+/g, '-');
}
