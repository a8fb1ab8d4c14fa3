import { isIP } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import type { Connect } from './connecting-agent.ts';
import type { Endpoint } from './endpoint.ts';
import { sshTunnel } from './ssh-tunnel.ts';
import { explainTls } from './explain-tls.ts';
import { tlsContext, type TlsFiles } from './tls-files.ts';

/** How the connections of a client are opened. */
export interface Connector {
  /** Undefined where the request itself names a plain socket. */
  readonly connect?: Connect;
  /** What a failed request means, where this way of connecting knows more of it. */
  readonly explain: (error: Error) => Error;
  /** Ends what connections need beside themselves. */
  readonly close: () => void;
}

/** Opens connections by TLS, through SSH, or plain, as the endpoint says. */
export function connector({ host, port, tls, ssh, text }: Endpoint): Connector {
  if (ssh !== undefined) return sshTunnel(ssh);
  if (host === undefined || port === undefined) return { explain: (error) => error, close: () => undefined };
  const explain = (error: Error) => explainTls(error, { at: text, tls });
  if (tls === undefined) return { explain, close: () => undefined };
  return { connect: overTls(host, port, tls), explain, close: () => undefined };
}

function overTls(host: string, port: number, tls: TlsFiles): Connect {
  const context = tlsContext(tls);
  const options: ConnectionOptions = {
    host,
    port,
    // RFC 6066, section 3: an address is no server name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: tls.verify,
  };
  return (opened) => {
    try {
      return connect({ ...options, secureContext: context() });
    } catch (error) {
      // Not at once: Node.js takes what is said before this has returned for a connection.
      const failure = error instanceof Error ? error : new Error(String(error));
      queueMicrotask(() => opened(failure));
      return undefined;
    }
  };
}
