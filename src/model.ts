/** How bad an entry is. Everything below `warning` is `info`. */
export type Level = 'critical' | 'error' | 'warning' | 'info';

/** What a signal counts as. `restart` comes from Docker's events, never from text. */
export const KINDS = ['critical', 'error', 'warning', 'restart'] as const;
export type Kind = (typeof KINDS)[number];

/** How many signals of each kind. */
export type Counts = Readonly<Record<Kind, number>>;

/** The id of the Docker Engine of this host as a source: the one whose containers go by their bare names. */
export const LOCAL_DOCKER = 'docker';

/** The source of what no single source can tell: that the whole host is silent. Every incident depends on it. */
export const HOST = 'host';

/**
 * The identity of a container, a unit or a group of files over all sources: its name where it belongs to this host's
 * Docker Engine, else `source:name`, such as `journald:api.service` or `docker:vps2:api`. No container's name holds a
 * colon, so that no two are the same.
 */
export function identityOf(source: string, name: string): string {
  return source === LOCAL_DOCKER ? name : `${source}:${name}`;
}

/**
 * One stream of one container: shared by all its lines and compared by reference. `source` is the id of the source it
 * is read from; `container` is the stable identity (see `identityOf`), so that a recreated container keeps its history;
 * `id` is unique over all sources: Docker's full id, a file's own id, or the file name in a replay. `image` is the image's
 * name where there is one and it is known.
 */
export interface Origin {
  readonly id: string;
  readonly source: string;
  readonly container: string;
  readonly stream: 'stdout' | 'stderr';
  readonly labels: Readonly<Record<string, string>>;
  readonly image?: string;
}

/**
 * One line of one container's log. `ts` is the timestamp exactly as it was stored (RFC 3339, nanoseconds kept as
 * text, for cursors); `at` is the same moment in whole epoch milliseconds (for windows). `text` is decoded, without
 * its line ending.
 */
export interface Line {
  readonly type: 'line';
  readonly origin: Origin;
  readonly ts: string;
  readonly at: number;
  readonly text: string;
}

/**
 * Some lines of one stream, in its own order, each of them plainly harmless: a saved log is mostly made of such, and
 * nothing depends on any one of them. `from` and `at` are the times of the first and the last, epoch milliseconds.
 */
export interface HarmlessRun {
  readonly type: 'quiet';
  readonly origin: Origin;
  readonly lines: number;
  readonly from: number;
  readonly at: number;
}

/** Why a container started again. Only `policy`, `crash` and `oom` are the engine's own doing. */
export type RestartCause = 'crash' | 'policy' | 'oom' | 'manual' | 'recreate' | 'engine';

/**
 * Something that counts: an entry judged critical, error or warning, or a container restart. Small and
 * serialisable; nothing downstream asks where it came from. `text` is what people are shown (ANSI removed, capped);
 * `fingerprint` is the same text with its variable parts masked; `rule` names what decided.
 */
export interface Signal {
  readonly type: 'signal';
  readonly kind: Kind;
  readonly at: number;
  readonly source: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
  readonly fingerprint: string;
  readonly rule: string;
  readonly cause?: RestartCause;
  /** The container's image, where there is one and it is known. */
  readonly image?: string;
  /** It was not logged, but found by comparing with the past: only rules of that sign count it. */
  readonly sign?: Sign;
}

/** What can be found by comparing with the past, as docs/learning.md has it. */
export const SIGNS = ['new', 'back', 'rate', 'silent'] as const;
export type Sign = (typeof SIGNS)[number];

/**
 * Something that is not as it was, in words with their arithmetic: told beside incidents, and deciding nothing. The sign
 * `change` is that of a change of the host, whose `container` is empty where no single one has changed.
 */
export interface Note {
  readonly type: 'note';
  readonly at: number;
  readonly source: string;
  readonly container: string;
  readonly sign: Sign | 'change';
  readonly text: string;
}

/** What the one signal that no container sends goes by: the whole host is silent. No container can be named so. */
export const SILENCE = 'host:silence';

/**
 * What is known of a container, sent at every change of it. `stoppedByOperator` and `expectedExit` (exit 0 without a
 * restart policy) tell an absence that nobody need worry about from one that somebody must.
 */
export interface ContainerStatus {
  readonly type: 'container';
  readonly at: number;
  readonly source: string;
  readonly id: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'running' | 'paused' | 'restarting' | 'exited' | 'removed';
  readonly healthy: boolean;
  readonly stoppedByOperator: boolean;
  readonly expectedExit: boolean;
  /** How it ended, where that is known: its exit code, for want of memory, and although a policy should restart it. */
  readonly exitCode?: number | undefined;
  readonly outOfMemory?: boolean | undefined;
  readonly gaveUp?: boolean | undefined;
  /** The same in words, for what has no exit code. */
  readonly how?: string | undefined;
  /** Made for one run and thrown away (`compose run`, `docker run --rm`): nobody misses it. */
  readonly oneOff?: boolean | undefined;
}

/**
 * What of one source is being read. `blind`: nothing is, not even which of its containers run (the engine is away, the
 * journal cannot be opened); `unread` are containers, by identity, whose own log is not being read although the source
 * is. `reason` says for people what is not read and why; empty while all is.
 */
export interface Coverage {
  readonly type: 'coverage';
  readonly at: number;
  readonly source: string;
  readonly blind: boolean;
  readonly unread: readonly string[];
  readonly reason: string;
}

/**
 * How a container is set up, told once for each `id` by each process; or, with an empty `container`, how the engine itself
 * is. `parts` are what may be compared with an earlier setup: `image`, `image id`, `env NAME`, `mount PATH`, `version`.
 * What could be secret stands as a digest too short to tell it by. `at` is when it was seen, `madeAt` when it was made.
 */
export interface Setup {
  readonly type: 'setup';
  readonly at: number;
  readonly source: string;
  readonly container: string;
  readonly id: string;
  readonly madeAt: number;
  readonly parts: Readonly<Record<string, string>>;
}

/** Lines known to be lost: between `from` and `to` (epoch milliseconds). Always reported, never hidden. */
export interface Gap {
  readonly type: 'gap';
  readonly at: number;
  readonly source: string;
  readonly container: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** What the streams tell of the world beside lines and restarts. */
export type Fact = ContainerStatus | Coverage | Gap | Setup;

/** What the streams emit, in batches: one batch a tick when live, one a read when replayed. */
export type Observation = Line | HarmlessRun | Signal | Fact;

/** What is left once lines have been judged: everything the core decides upon. */
export type Evidence = Signal | Fact | Note;

/**
 * A stream has spoken in a minute in which it had not yet: at `at`, and before that at `from` (epoch milliseconds; 0 if
 * never). Only the history wants to know.
 */
export interface Activity {
  readonly type: 'activity';
  readonly at: number;
  readonly source: string;
  readonly container: string;
  readonly image?: string;
  readonly from: number;
}

/** Evidence, and what only the history wants beside it. */
export type Judged = Evidence | Activity;

/** Signals with one fingerprint in one container: `482 × XGBoost predict failed: …`. */
export interface Group {
  readonly kind: Kind;
  readonly container: string;
  readonly fingerprint: string;
  readonly sample: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** The rolling window at one moment: what people see. The breach itself is decided on exact timestamps. */
export interface Tally {
  readonly at: number;
  readonly counts: Counts;
  readonly containers: ReadonlyMap<string, Counts>;
  readonly groups: readonly Group[];
  /** First and last few lines of each kind, oldest first, as `[container] line`. */
  readonly samples: Readonly<Record<Kind, readonly Sample[]>>;
}

/** The window at a moment; with `since` (epoch milliseconds) only of what came later, to the width of a bucket. */
export type TallyAt = (at: number, since?: number) => Tally;

/** A line worth quoting. */
export interface Sample {
  readonly at: number;
  readonly container: string;
  readonly text: string;
}

/** One limit. `kinds` are counted together; `each` counts every container on its own. */
export interface Rule {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** Inclusive; Infinity where it is switched off. */
  readonly limit: number;
  /** Length of the window in milliseconds. */
  readonly window: number;
  readonly scope: 'host' | 'container';
  /** Globs on the container's identity; empty means every container. */
  readonly containers: readonly string[];
  /** Labels the container must carry, with exactly these values. */
  readonly labels: Readonly<Record<string, string>>;
  /** A regular expression (source text) the signal's text must match; empty means any. */
  readonly pattern: string;
  readonly effects: readonly EffectKind[];
  /** Incidents with the same key are one incident. Default `host`. */
  readonly key: string;
  /** It counts only what was found by comparing with the past; without it only what was logged or happened. */
  readonly sign?: Sign;
}

/** A limit that has been reached: the rule, the count at this moment, and the container if it is counted for each. */
export interface Breach {
  readonly rule: string;
  readonly kinds: readonly Kind[];
  readonly count: number;
  readonly limit: number;
  readonly container?: string;
  /** Evidence up to this moment (epoch milliseconds) has no part in it: it was spent, or had left the window. */
  readonly since?: number;
  /** What a container or an engine is, in words: nothing was counted, and there is no limit. */
  readonly detail?: string;
  /** Whose evidence it was and how much of it, most first; absent where that is not known any more. */
  readonly from?: readonly Share[];
}

/** What one container has added to a count. */
export interface Share {
  readonly container: string;
  readonly count: number;
}

/** What an incident is about: the evidence that reached its limits. */
export interface Deciding {
  /** Totals of that evidence. */
  readonly counts: Counts;
  /** The containers it came from, the most telling first; nothing is counted where it has left the window. */
  readonly containers: readonly { readonly container: string; readonly counts: Counts }[];
  /** Its messages, the most telling first, at most 50. */
  readonly groups: readonly Group[];
  /** Whether earlier evidence of the window was spent, so that the window's totals hold more than this. */
  readonly isLess: boolean;
}

export type EffectKind = 'alert' | 'report' | 'heal';

/** The part of an incident's story that a message or a report section tells. */
export type NotificationType =
  'opened' | 'heal' | 'news' | 'reopened' | 'escalated' | 'reminder' | 'resolved' | 'note';

/** States of an incident, as in the diagram of docs/incidents.md. A key without an incident is healthy. */
export type IncidentState =
  | 'open'
  | 'queued'
  | 'healing'
  | 'settling'
  | 'verifying'
  | 'cooldown'
  | 'escalated'
  | 'holding'
  | 'resolved'
  | 'closed';

/** One step of an incident, with the named reason that the log, the report and `incidents show` carry. */
export interface Transition {
  readonly at: number;
  readonly from: IncidentState | 'healthy';
  readonly to: IncidentState;
  readonly reason: string;
}

/** One run of the heal. `ended` and what follows are absent while it runs. */
export interface HealRecord {
  readonly attempt: number;
  readonly id: string;
  readonly started: number;
  readonly ended?: number;
  readonly result?: HealResult;
  readonly exitCode?: number;
  readonly output?: string;
}

/** `unknown`: interrupted by a crash of ours. `broken`: it could not be run at all (not found, not executable). */
export type HealResult = 'ok' | 'failed' | 'timeout' | 'unknown' | 'broken' | 'dry-run';

/** An incident as told at one moment: everything a message or a section says, so that sinks need nothing else. */
export interface IncidentSnapshot {
  readonly incident: string;
  readonly key: string;
  readonly openedAt: number;
  readonly at: number;
  readonly state: IncidentState;
  /** What was breached, e.g. `353 critical events (threshold: 5); 482 errors (threshold: 50)`. */
  readonly reason: string;
  readonly breaches: readonly Breach[];
  /** What the incident is about; absent in stories that were stored by version 0.1.0. */
  readonly deciding?: Deciding;
  /** Totals of the rolling window at this moment, of all that was counted in it, and the window's length in milliseconds. */
  readonly counts: Counts;
  readonly window?: number;
  readonly containers: Readonly<Record<string, Counts>>;
  readonly groups: readonly Group[];
  /** How many groups there were beside these; absent if none. */
  readonly otherGroups?: number;
  readonly samples: Readonly<Record<Kind, readonly Sample[]>>;
  readonly timeline: readonly Transition[];
  readonly heals: readonly HealRecord[];
  readonly gaps: readonly Gap[];
  /** What was found by comparing with the past from shortly before the opening on; absent if nothing was. */
  readonly notes?: readonly Note[];
  /** Opened by what happened before the daemon ran. */
  readonly foundAtStart: boolean;
  /** What people are asked to do, if anything. */
  readonly ask: string;
}

/**
 * Something to be done in the world: asked for by the pure core, written to the outbox with the state change that
 * called for it, performed one at a time. `id` (`<incident>:opened`, `<incident>:heal:1`) stays the same over every
 * retry. A heal effect carries its attempt in `story.heals`.
 */
export interface Effect {
  readonly type: 'effect';
  readonly kind: EffectKind;
  readonly id: string;
  readonly part: NotificationType;
  readonly at: number;
  readonly story: IncidentSnapshot;
  /** It is a page whatever its part is: nobody has acknowledged what was told before. */
  readonly isPage?: boolean;
}

/** What became of an effect. For a heal, `result` is set and `at` is when it ended. */
export interface Outcome {
  readonly type: 'outcome';
  readonly effect: string;
  readonly kind: EffectKind;
  readonly at: number;
  readonly ok: boolean;
  readonly detail: string;
  readonly result?: HealResult;
  readonly exitCode?: number;
  readonly output?: string;
}

/**
 * Whether the state can be stored, sent at every change of it: `problem` says why it cannot, and is empty while it can.
 * `withheld` is the heal that was requested by a step which did not reach the disk, and was therefore not started.
 */
export interface Storage {
  readonly type: 'storage';
  readonly at: number;
  readonly problem: string;
  readonly withheld?: string;
}

/** What an operator asks of the running daemon. Durations and moments in epoch milliseconds. */
export type Control =
  | { readonly type: 'pause'; readonly at: number; readonly until: number }
  | { readonly type: 'resume'; readonly at: number }
  | { readonly type: 'ack'; readonly at: number; readonly incident: string; readonly gone?: string }
  | { readonly type: 'heal-reset'; readonly at: number }
  /** Why the configured heal cannot be run; empty: it can. Not asked for by anybody, but found by looking. */
  | { readonly type: 'heal-problem'; readonly at: number; readonly problem: string };
