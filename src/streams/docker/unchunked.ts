import type { AgentOptions, ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Connect, ConnectingAgent } from './connecting-agent.ts';

/**
 * Sends its requests as HTTP/1.0, so that answers come as they are and not in chunks (RFC 9112, section 6.1). Dockerd
 * makes a chunk of every log line, and Node.js an event of every chunk: without them a line costs a quarter less CPU.
 * The price: the end of an answer and a connection that was cut look the same. Whoever answers in chunks all the same
 * is understood, too. Takes one request a connection.
 */
export class UnchunkedAgent extends ConnectingAgent {
  constructor(options: Omit<AgentOptions, 'keepAlive'>, connect?: Connect) {
    super({ ...options, keepAlive: false }, connect);
  }

  override createConnection(
    options: ClientRequestArgs,
    created?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = super.createConnection(options, (error, later) => {
      if (error === null) headAsHttp10(later);
      created?.(error, later);
    });
    if (socket) headAsHttp10(socket);
    return socket;
  }
}

type Written = (error: Error | null | undefined) => void;

/** Node.js has no setting for the version: it stands in the first thing that is written. */
function headAsHttp10(socket: Duplex): void {
  socket.write = (head: unknown, encoding?: BufferEncoding | Written, written?: Written): boolean => {
    Reflect.deleteProperty(socket, 'write');
    const asked = typeof head === 'string' ? head.replace(' HTTP/1.1\r\n', ' HTTP/1.0\r\n') : head;
    return typeof encoding === 'string'
      ? socket.write(asked, encoding, written)
      : socket.write(asked, encoding);
  };
}
