import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../src/streams/docker/endpoint.ts';

/** A proxy before an engine that does to connections what real ones do. */
export interface Proxy {
  readonly endpoint: Endpoint;
  /** How many connections it has cut. */
  cuts(): number;
  /** Cuts every open connection whose request matches. */
  cut(request: RegExp): void;
  /** From now on nothing goes through open connections whose request matches, and nobody is told. */
  stall(request: RegExp): void;
  /** New connections are accepted and never answered, while this is on; they end with it. */
  hang(on: boolean): void;
  /** How many open connections match. */
  open(request: RegExp): number;
  /** How many requests that match have been seen. */
  seen(request: RegExp): number;
  close(): Promise<void>;
}

interface Link {
  readonly front: Socket;
  readonly back: Socket;
  request: string;
  stalled: boolean;
}

export interface ProxyOptions {
  /** Ends every connection after so many milliseconds. */
  readonly cutAfter?: number;
  /** Where it listens; default: a socket of its own. */
  readonly path?: string;
}

export async function startProxy(
  target: string,
  { cutAfter, path = newSocketPath() }: ProxyOptions = {},
): Promise<Proxy> {
  const links = new Set<Link>();
  const requests: string[] = [];
  let cuts = 0;
  let hanging = false;
  const hung = new Set<Socket>();
  const server = createServer((front) => {
    front.on('error', () => undefined);
    if (hanging) {
      hung.add(front);
      front.resume();
      return;
    }
    const back = connect(target);
    const link: Link = { front, back, request: '', stalled: false };
    links.add(link);
    const end = () => {
      front.destroy();
      back.destroy();
      links.delete(link);
    };
    front.on('data', (bytes: Buffer) => {
      link.request = bytes.toString('latin1').split('\r\n', 1)[0] ?? '';
      requests.push(link.request);
      back.write(bytes);
    });
    back.on('data', (bytes: Buffer) => {
      if (!link.stalled) front.write(bytes);
    });
    for (const side of [front, back]) side.on('close', end).on('error', end);
    if (cutAfter !== undefined) {
      const timer = setTimeout(() => {
        if (links.has(link)) cuts++;
        end();
      }, cutAfter);
      front.on('close', () => clearTimeout(timer));
    }
  });
  await new Promise<void>((listening) => server.listen(path, listening));
  const matching = (request: RegExp) => [...links].filter((link) => request.test(link.request));
  return {
    endpoint: { text: `unix://${path}`, socketPath: path },
    cuts: () => cuts,
    cut: (request) => {
      for (const link of matching(request)) {
        cuts++;
        link.front.destroy();
      }
    },
    stall: (request) => {
      for (const link of matching(request)) link.stalled = true;
    },
    hang: (on) => {
      hanging = on;
      if (on) return;
      for (const front of hung) front.destroy();
      hung.clear();
    },
    open: (request) => matching(request).length,
    seen: (request) => requests.filter((text) => request.test(text)).length,
    close: async () => {
      for (const front of [...hung, ...[...links].map((link) => link.front)]) front.destroy();
      await new Promise<void>((closed) => {
        server.close(() => closed());
      });
      rmSync(path, { force: true });
    },
  };
}

/** A path for a socket that nobody else uses. */
export function newSocketPath(): string {
  return join(tmpdir(), `qt-proxy-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
}
