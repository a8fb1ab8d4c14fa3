import { configSchema } from '../../src/config/config.ts';
import type { ContainerStatus, Effect, Kind, Signal } from '../../src/model.ts';
import { boot } from '../../src/incidents/boot.ts';
import { policyOf } from '../../src/incidents/policy.ts';
import type { Policy } from '../../src/incidents/policy.ts';
import { reduce } from '../../src/incidents/reduce.ts';
import type { Input } from '../../src/incidents/reduce.ts';
import { initial } from '../../src/incidents/state.ts';
import type { CoreState, Incident } from '../../src/incidents/state.ts';
import type { Move } from '../../src/incidents/reducer-context.ts';
import { RollingWindow } from '../../src/operators/rolling-window.ts';

/** Where every play begins. */
export const BEGIN = Date.parse('2026-01-05T00:00:00.000Z');

const SECOND = 1_000;

/**
 * A short history told input by input, through the core and the window that people see. Moments are seconds from the
 * beginning; the state goes through JSON at each step, as it does when it is stored.
 */
export class Play {
  state: CoreState;
  readonly effects: Effect[] = [];
  readonly moves: Move[] = [];
  readonly #window: RollingWindow;
  readonly #policy: Policy;

  constructor(settings: object = {}, change: (policy: Policy) => Policy = (policy) => policy) {
    const config = configSchema.parse(settings);
    this.#policy = change(policyOf(config));
    this.#window = new RollingWindow({ length: config.window });
    this.state = initial(config, BEGIN);
  }

  /** One signal or many, a quarter of a second apart. */
  signals(
    second: number,
    kind: Kind,
    container: string,
    text: string,
    n = 1,
    more: Partial<Signal> = {},
  ): this {
    for (let i = 0; i < n; i += 1) {
      const at = BEGIN + second * SECOND + i * 250;
      const signal: Signal = {
        ...{ type: 'signal', kind, at, source: 'docker', container, labels: {}, text },
        ...{ fingerprint: text, rule: 'test' },
        ...more,
      };
      this.#window.add(signal, at);
      this.feed(signal, at);
    }
    return this;
  }

  container(
    second: number,
    container: string,
    state: ContainerStatus['state'],
    more: Partial<ContainerStatus> = {},
  ): this {
    const at = BEGIN + second * SECOND;
    return this.feed(
      {
        ...{ type: 'container', at, source: 'docker', id: container, container, labels: {}, state },
        ...{ healthy: true, stoppedByOperator: false, expectedExit: false },
        ...more,
      },
      at,
    );
  }

  /** The heal that runs ends. */
  healed(second: number, result: 'ok' | 'failed' | 'broken' = 'ok'): this {
    const at = BEGIN + second * SECOND;
    const effect = this.state.healing.running?.id ?? '';
    return this.feed(
      { type: 'outcome', effect, kind: 'heal', at, ok: result === 'ok', detail: '', result },
      at,
    );
  }

  /** Nothing happens until then. */
  until(second: number): this {
    return this.feed({ type: 'tick', at: BEGIN + second * SECOND }, BEGIN + second * SECOND);
  }

  /** The daemon is started anew. */
  boot(second: number): this {
    this.until(second);
    this.state = boot(this.state, BEGIN + second * SECOND);
    return this;
  }

  feed(input: Input, at: number): this {
    const step = reduce(this.state, input, at, (now, since) => this.#window.tally(now, since), this.#policy);
    this.state = JSON.parse(JSON.stringify(step.state)) as CoreState;
    this.effects.push(...step.effects);
    this.moves.push(...step.transitions);
    return this;
  }

  /** The incident of a key; throws without one. */
  incident(key = 'host'): Incident {
    const incident = this.state.keys[key]?.incident;
    if (incident === undefined) throw new Error(`no incident of ${key}`);
    return incident;
  }

  /** The last alert of a part; throws without one. */
  alert(part: Effect['part']): Effect {
    const found = this.effects.findLast((effect) => effect.kind === 'alert' && effect.part === part);
    if (found === undefined) throw new Error(`no alert ${part}`);
    return found;
  }

  /** The parts that people were alerted with, in order. */
  get alerts(): readonly string[] {
    return this.effects.filter(({ kind }) => kind === 'alert').map(({ part }) => part);
  }
}
