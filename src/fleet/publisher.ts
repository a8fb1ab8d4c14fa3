import { firstValueFrom, merge, Observable, type SchedulerLike, Subject, timer } from 'rxjs';
import type { FleetConfig } from '../config/config.ts';
import type { Log } from '../log.ts';
import { type Link, Moved, openLink } from './link.ts';
import { type FleetNames, namesOf, type Stored } from './names.ts';
import { type Heartbeat, PROTOCOL } from './protocol.ts';
import { isOfAnother, standing } from './reconcile.ts';
import type { Sender, Track } from './sender.ts';

/** Batches are published this often at most, and heartbeats this often, in milliseconds. */
const BATCH = 1_000;
const HEARTBEAT = 15_000;

/** After a failure it is tried again so much later. */
const RETRY = 2_000;

/** Largest size of the entries of one message, in UTF-16 units: a server takes a megabyte. */
const MOST = 256 * 1_024;

/** Somebody else who sends under this name has gone once nothing of it has come for so many heartbeats. */
const GONE = 3;

/** How the host stands with its fleet, for `status`. */
export interface MemberStatus {
  readonly connected: boolean;
  /** Why nothing is published; empty while all is well. */
  readonly problem: string;
  readonly unsent: number;
  readonly lost: number;
}

/** What a heartbeat says beside who sends it. */
export type Vitals = Omit<Heartbeat, 'v' | 'id' | 'epoch' | 'run' | 'name' | 'last' | 'unsent' | 'lost'>;

export interface PublisherParts {
  readonly config: FleetConfig;
  /** The host's name for people. */
  readonly name: string;
  /** A name of this run of the process that no other has. */
  readonly run: string;
  readonly sender: Sender;
  readonly vitals: () => Vitals;
  /** The time between heartbeats, in milliseconds; 15 s by default. */
  readonly every?: number;
  readonly clock: SchedulerLike;
  readonly log: Log;
}

export interface Publisher {
  /** Publishes for as long as it is subscribed to; emits nothing and never fails, whatever the broker does. */
  readonly running$: Observable<never>;
  readonly status: () => MemberStatus;
}

/** Publishes what the sender holds, in order and behind what the broker has of this host, and heartbeats. */
export function publisher(parts: PublisherParts): Publisher {
  const { config, sender, clock, log, every = HEARTBEAT } = parts;
  const names = namesOf(config.name);
  let link: Link | undefined;
  let problem = '';
  let isConnected = false;

  function say(now: string): void {
    if (now === problem) return;
    problem = now;
    if (now === '') log.info({ fleet: config.name }, 'the fleet hears of this host again');
    else log.warn({ fleet: config.name, problem: now }, 'the fleet does not hear of this host');
  }

  async function run(stop$: Observable<unknown>, isStopped: () => boolean): Promise<void> {
    const pause = (ms: number): Promise<unknown> =>
      firstValueFrom(merge(timer(ms, clock), stop$), { defaultValue: undefined });
    while (!isStopped()) {
      try {
        link = await openLink(config, true);
        if (isStopped()) break;
        await publish(link, pause, isStopped);
      } catch (error) {
        isConnected = false;
        say(error instanceof Error ? error.message : String(error));
      }
      await link?.close().catch(() => undefined);
      link = undefined;
      await pause(RETRY);
    }
  }

  /** What a server that was away still has is asked for, whether there is something new to send or not. */
  function watch({ connection }: Link, back: () => void): void {
    isConnected = true;
    void (async () => {
      for await (const { type } of connection.status()) {
        if (type === 'reconnect') {
          isConnected = true;
          back();
        }
        if (type === 'disconnect') {
          isConnected = false;
          say('the connection to the server is lost');
        }
      }
    })();
  }

  async function publish(
    open: Link,
    pause: (ms: number) => Promise<unknown>,
    isStopped: () => boolean,
  ): Promise<void> {
    const lanes = [lane('evidence', names.evidence), lane('incidents', names.incidents)];
    const beat = beats(names);
    watch(open, () => {
      for (const each of lanes) each.forget();
    });
    let beatAt = -Infinity;
    while (!isStopped() && !open.connection.isClosed()) {
      try {
        if (clock.now() - beatAt >= every || clock.now() < beatAt) {
          await beat(open);
          beatAt = clock.now();
        }
        for (const next of lanes) await next(open);
        say('');
      } catch (error) {
        for (const each of lanes) each.forget();
        say(wordsOf(error, config.host));
        await pause(RETRY);
      }
      await pause(BATCH);
    }
  }

  /** One sequence on its way: what the broker has last is asked for before the first message and after every failure. */
  function lane(track: Track, stored: Stored): { (open: Link): Promise<void>; forget: () => void } {
    let after: number | undefined;
    const send = async (open: Link): Promise<void> => {
      after ??= await reconcile(open);
      for (;;) {
        const entries = sender.unconfirmed(track, MOST, clock.now());
        const last = entries.at(-1);
        if (last === undefined) return;
        const body = entries.map(({ seq, json }) => `{"seq":${seq},${json.slice(1)}`).join(',');
        after = await open.publish(
          stored.subject(config.host),
          `${JSON.stringify(head()).slice(0, -1)},"entries":[${body}]}`,
          after,
        );
        sender.confirm(track, last.seq);
      }
    };
    return Object.assign(send, { forget: () => (after = undefined) });

    async function reconcile(open: Link): Promise<number> {
      const message = await open.last(stored, config.host);
      const own = { id: sender.id, epoch: sender.epoch(), last: sender.last(track) };
      const now = standing(own, message?.content);
      if (now.type === 'renew') {
        log.warn({ fleet: config.name }, 'the fleet knows more of this host than its state: it counts anew');
        sender.renew(now.epoch);
      } else sender.confirm(track, now.confirmed);
      return message?.seq ?? 0;
    }
  }

  /** Heartbeats, by which somebody else who goes by this host's name is found, wherever its state came from. */
  function beats({ heartbeats }: FleetNames): (open: Link) => Promise<void> {
    let after: number | undefined;
    let isRunning = false;
    let other: { readonly seq: number; readonly at: number } | undefined;
    return async (open) => {
      if (after === undefined) {
        const message = await open.last(heartbeats, config.host);
        if (isRunning && message !== undefined && isOfAnother(parts.run, message.content)) {
          if (other?.seq !== message.seq) other = { seq: message.seq, at: clock.now() };
          if (clock.now() - other.at < GONE * every) throw new Twin(config.host);
        }
        other = undefined;
        after = message?.seq ?? 0;
      }
      try {
        after = await open.publish(heartbeats.subject(config.host), JSON.stringify(heartbeat()), after);
        isRunning = true;
      } catch (error) {
        after = undefined;
        throw error;
      }
    };
  }

  function head() {
    const { id, epoch } = sender;
    return { v: PROTOCOL, id, epoch: epoch(), run: parts.run, name: parts.name } as const;
  }

  function heartbeat(): Heartbeat {
    return {
      ...head(),
      ...parts.vitals(),
      last: { evidence: sender.last('evidence'), incidents: sender.last('incidents') },
      unsent: sender.unsent(),
      lost: sender.lost(),
    };
  }

  return {
    running$: new Observable<never>((subscriber) => {
      const stop$ = new Subject<void>();
      let stopped = false;
      void run(stop$, () => stopped).catch((error: unknown) => subscriber.error(error));
      return () => {
        stopped = true;
        stop$.next();
        void link?.close().catch(() => undefined);
      };
    }),
    status: () => ({ connected: isConnected, problem, unsent: sender.unsent(), lost: sender.lost() }),
  };
}

/** Somebody else sends under this host's name. */
class Twin extends Error {
  constructor(host: string) {
    super(`another daemon goes by ${host} in this fleet: give one of them a name of its own (fleet.host)`);
  }
}

function wordsOf(error: unknown, host: string): string {
  if (error instanceof Moved) return `another message has come under ${host}`;
  return error instanceof Error ? error.message : String(error);
}
