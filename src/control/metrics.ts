import { KINDS } from '../model.ts';
import type { Status } from './status.ts';

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/**
 * A status as Prometheus' text format 0.0.4. Moments are in seconds; a moment or a value that is not known is left
 * out, so that nothing looks like zero that is not.
 */
export function metrics(status: Status): string {
  const { containers, rules, incidents, heal, store, outbox, window, engine, sources } = status;
  const one = (value: number): readonly Sample[] => [[{}, value]];
  const maybe = (moment: number | undefined): readonly Sample[] =>
    moment === undefined ? [] : one(moment / 1_000);
  return [
    family('quantum_realtime_info', 'gauge', 'What is running.', [[{ version: status.version }, 1]]),
    family('process_start_time_seconds', 'gauge', 'Start of the daemon.', one(status.startedAt / 1_000)),
    family('process_resident_memory_bytes', 'gauge', 'Resident memory.', one(status.rss)),
    family('quantum_realtime_starts_24h', 'gauge', 'Starts in the last 24 hours.', one(status.starts)),
    family('quantum_realtime_engine_up', 'gauge', 'Whether the Docker Engine can be reached.',
      engine === undefined ? [] : one(Number(engine.state === 'up'))),
    family('quantum_realtime_source_up', 'gauge', 'Whether a source can be read.',
      sources.map(({ id, kind, state }) => [{ source: id, kind }, Number(state === 'up')])),
    family('quantum_realtime_blind', 'gauge', 'Whether something that should be read is not.', one(Number(status.blind !== undefined))),
    family('quantum_realtime_lines_total', 'counter', 'Lines judged.', one(status.lines.judged)),
    family('quantum_realtime_entries_total', 'counter', 'Entries judged.', one(status.lines.entries)),
    family('quantum_realtime_container_lines_total', 'counter', 'Lines read of a container since it is followed.',
      containers.map((one) => [labelsOf(one), one.lines])),
    family('quantum_realtime_container_last_line_timestamp_seconds', 'gauge', 'When the last line was written.',
      containers.flatMap((one): Sample[] => one.lastLineAt === undefined ? [] : [[labelsOf(one), one.lastLineAt / 1_000]])),
    family('quantum_realtime_container_lag_seconds', 'gauge', 'How late the last line was when it came.',
      containers.map((one) => [labelsOf(one), one.lag / 1_000])),
    family('quantum_realtime_container_state', 'gauge', 'How the log of a container is being read.',
      containers.map((one) => [{ ...labelsOf(one), state: one.state }, 1])),
    family('quantum_realtime_window_signals', 'gauge', 'Signals in the rolling window.',
      KINDS.map((kind) => [{ kind }, window.counts[kind]])),
    family('quantum_realtime_rule_signals', 'gauge', 'Evidence that decides about a limit.',
      rules.map((rule) => [ruleLabels(rule), rule.deciding])),
    family('quantum_realtime_rule_limit', 'gauge', 'The limit.', rules.map((rule) => [ruleLabels(rule), rule.limit])),
    family('quantum_realtime_incident', 'gauge', 'Incidents that are not closed, by state.',
      incidents.map(({ key, state }) => [{ key, state }, 1])),
    family('quantum_realtime_heals_in_budget', 'gauge', 'Heals started within the budget window.', one(heal.budget.used)),
    family('quantum_realtime_heal_budget', 'gauge', 'Heals allowed within the budget window.', one(heal.budget.limit)),
    family('quantum_realtime_heal_running', 'gauge', 'Whether a heal runs.', one(Number(heal.running !== undefined))),
    family('quantum_realtime_heal_cooldown_until_timestamp_seconds', 'gauge', 'No heal starts before this.', maybe(heal.cooldownUntil)),
    family('quantum_realtime_paused_until_timestamp_seconds', 'gauge', 'Heals are paused until this.', maybe(status.pausedUntil)),
    family('quantum_realtime_outbox_unsent', 'gauge', 'Deliveries still owed.', one(outbox.unsent)),
    family('quantum_realtime_outbox_dead_total', 'counter', 'Deliveries given up since the start.', one(outbox.dead)),
    family('quantum_realtime_channel_disabled', 'gauge', 'Channels that their service refuses; tried now and then.',
      outbox.channels.map((channel) => [{ channel }, Number(channel in outbox.disabled)])),
    family('quantum_realtime_store_writable', 'gauge', 'Whether the state reaches the disk.', one(Number(store.writable))),
    family('quantum_realtime_store_last_commit_timestamp_seconds', 'gauge', 'When the state was last written.', maybe(store.lastCommit)),
  ].join(''); // prettier-ignore
}

/** Several containers may share an identity, but not an id. */
function labelsOf({ source, container, id }: Status['containers'][number]): Readonly<Record<string, string>> {
  return { source, container, id: source.startsWith('docker') ? id.slice(0, 12) : id };
}

function ruleLabels({ rule, container }: Status['rules'][number]): Readonly<Record<string, string>> {
  return container === undefined ? { rule } : { rule, container };
}

function family(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => {
    const shown = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`);
    return `${name}${shown.length === 0 ? '' : `{${shown.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
