import { randomUUID } from 'node:crypto';
import type { Subscription } from 'rxjs';
import type { FleetConfig } from '../../src/config/config.ts';
import { publisher, type Publisher } from '../../src/fleet/publisher.ts';
import { sender, type Sender } from '../../src/fleet/sender.ts';
import { defaults } from '../../src/config/config.ts';
import { initial } from '../../src/incidents/state.ts';
import { SILENT } from '../../src/log.ts';
import type { Kind } from '../../src/model.ts';
import { liveClock } from '../../src/time/live-clock.ts';

/** A member without its pipeline: the real sender, outbox and publisher, and a store in memory that outlives them. */
export class FleetHost {
  readonly rows = new Map<string, unknown>();
  readonly clock = liveClock(() => undefined);
  readonly #config: FleetConfig;
  #running: Subscription | undefined;
  sender: Sender;
  publisher: Publisher;
  emitted = 0;

  constructor(config: FleetConfig) {
    this.#config = config;
    [this.sender, this.publisher] = this.#made();
  }

  start(): this {
    this.#running = this.publisher.running$.subscribe();
    return this;
  }

  /** As a kill would: what was not stored is gone. */
  stop(): void {
    this.#running?.unsubscribe();
  }

  restart(): this {
    this.stop();
    [this.sender, this.publisher] = this.#made();
    return this.start();
  }

  /** Emits signals, and stores them with what is on its way, as a step of the pipeline does. */
  emit(count: number, text = 'connection refused', kind: Kind = 'error'): void {
    const now = this.clock.now();
    for (let n = 0; n < count; n++)
      this.sender.see(
        {
          type: 'signal',
          kind,
          at: now,
          source: 'docker',
          container: 'api',
          labels: {},
          text,
          fingerprint: text,
          rule: 'level',
        },
        now,
      );
    this.emitted += count;
    this.step();
  }

  step(): void {
    const changed = this.sender.rows(
      { state: initial(defaults, 0), effects: [], transitions: [], incidents: [] },
      this.clock.now(),
    );
    for (const key of changed?.drop ?? []) this.rows.delete(key);
    for (const [key, value] of changed?.put ?? []) this.rows.set(key, structuredClone(value));
    this.sender.stored();
  }

  #made(): [Sender, Publisher] {
    const made = sender(new Map(this.rows), randomUUID);
    return [
      made,
      publisher({
        config: this.#config,
        name: this.#config.host,
        run: randomUUID(),
        sender: made,
        vitals: () => ({
          at: this.clock.now(),
          since: 0,
          version: '0',
          settings: '',
          unread: [],
          counts: { critical: 0, error: 0, warning: 0, restart: 0 },
          incidents: [],
        }),
        every: 1_000,
        clock: this.clock,
        log: SILENT,
      }),
    ];
  }
}
