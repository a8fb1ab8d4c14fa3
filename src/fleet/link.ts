import { readFileSync } from 'node:fs';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { Authenticator, NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import type { FleetConfig } from '../config/config.ts';
import type { Stored } from './names.ts';

/** A connection to the broker, which comes back by itself for as long as it is not closed. */
export interface Link {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly manager: JetStreamManager;
  /**
   * Stores a message behind the subject's last one, whose number is `after` (0: there is none), and resolves with its
   * own. Throws `Moved` if that is not the last one, anything else if it is not known whether it was stored.
   */
  publish(subject: string, payload: string, after: number): Promise<number>;
  /** The last message of a host in a stream; undefined if there is none. */
  last(stored: Stored, host: string): Promise<LastMessage | undefined>;
  close(): Promise<void>;
}

export interface LastMessage {
  readonly seq: number;
  /** When the broker stored it, epoch milliseconds by its clock. */
  readonly at: number;
  /** Its JSON; undefined if it is none. */
  readonly content: unknown;
}

/** The last message of a subject is another one than was thought: somebody else has published, or the broker lost it. */
export class Moved extends Error {}

/** The longest that an answer of the broker is waited for, in milliseconds. */
const ANSWER = 5_000;

/** The broker's code for a message that does not follow the one that it has to. */
const WRONG_LAST = 10_071;

/**
 * Connects to the fleet's broker; the client is loaded only now. `patient` waits for a broker that is away, else that is
 * an error. Throws for credentials that cannot be read.
 */
export async function openLink(config: FleetConfig, patient: boolean): Promise<Link> {
  const nats = await import('./nats.ts');
  const { jetstream, JetStreamApiError, jetstreamManager } = nats;
  const connection = await nats.connect(optionsOf(config, patient, nats));
  const js = jetstream(connection, { timeout: ANSWER });
  const manager = await jetstreamManager(connection, { timeout: ANSWER, checkAPI: false });
  return {
    connection,
    js,
    manager,
    async publish(subject, payload, after) {
      try {
        const { seq } = await js.publish(subject, payload, {
          timeout: ANSWER,
          expect: { lastSubjectSequence: after },
        });
        return seq;
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === WRONG_LAST)
          throw new Moved('another message has come between', { cause: error });
        throw error;
      }
    },
    async last({ stream, subject }, host) {
      const message = await manager.direct.getMessage(stream, { last_by_subj: subject(host) });
      if (message === null) return undefined;
      return { seq: message.seq, at: message.time.getTime(), content: parsed(message.string()) };
    },
    close: () => connection.close(),
  };
}

/** JSON as a value; undefined for what is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Authenticators = Pick<typeof import('./nats.ts'), 'credsAuthenticator' | 'nkeyAuthenticator'>;

/** What a daemon and a command show the server, read from the files that the settings name. */
function optionsOf(
  { url, host, credentials, ca, cert, key }: FleetConfig,
  patient: boolean,
  nats: Authenticators,
): NodeConnectionOptions {
  const authenticator = credentials === undefined ? undefined : shownBy(readFileSync(credentials), nats);
  return {
    servers: url,
    name: `quantum-realtime ${host}`,
    inboxPrefix: `_INBOX_${host}`,
    ...(authenticator !== undefined && { authenticator }),
    ...(url.startsWith('tls:') && {
      tls: {
        handshakeFirst: false,
        ...(ca !== undefined && { ca: text(ca) }),
        ...(cert !== undefined && { cert: text(cert) }),
        ...(key !== undefined && { key: text(key) }),
      },
    }),
    timeout: ANSWER,
    reconnect: patient,
    waitOnFirstConnect: patient,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 1_000,
    // A server whose list of users is being changed refuses for a moment those that it will let in again.
    ignoreAuthErrorAbort: patient,
  };
}

function shownBy(file: Uint8Array, { credsAuthenticator, nkeyAuthenticator }: Authenticators): Authenticator {
  const content = new TextDecoder().decode(file).trim();
  return content.includes('BEGIN NATS USER JWT')
    ? credsAuthenticator(file)
    : nkeyAuthenticator(new TextEncoder().encode(content));
}

function text(path: string): string {
  return readFileSync(path, 'utf8');
}
