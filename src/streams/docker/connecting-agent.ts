import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';

/** Opens one connection to the engine: at once, or later by the callback, which also hears why there is none. */
export type Connect = (opened: (stream: Duplex | Error) => void) => Duplex | undefined;

/** Sends its requests over connections that `connect` opens; without it, over those that the request names. */
export class ConnectingAgent extends Agent {
  readonly #connect: Connect | undefined;

  constructor(options: AgentOptions, connect?: Connect) {
    super(options);
    this.#connect = connect;
  }

  override createConnection(
    options: ClientRequestArgs,
    created?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    if (this.#connect === undefined) return super.createConnection(options, created);
    return this.#connect((opened) => {
      if (!(opened instanceof Error)) created?.(null, opened);
      else if (created !== undefined) Reflect.apply(created, undefined, [opened]);
    });
  }
}
