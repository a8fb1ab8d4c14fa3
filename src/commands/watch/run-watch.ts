import type { ReadStream, WriteStream } from 'node:tty';
import { upstream } from '../../page/upstream.ts';
import { isView } from '../../views/is-view.ts';
import { merged } from '../../views/merge-patch.ts';
import { inLocalTime, type Show } from '../../views/show.ts';
import { browsed, type Key, type Place } from '../../views/terminal/browsing.ts';
import { frameOf, placeRows, roomFor, type Watched } from '../../views/terminal/frame.ts';
import { incidentOf } from '../../views/terminal/items.ts';
import type { IncidentView, View } from '../../views/view.ts';
import { keysOf } from './keys.ts';
import { type Abilities, takeTerminal } from './terminal.ts';

/** Drawn at least so often, for what is counted down; milliseconds. */
const EVERY = 1_000;

/**
 * Shows the daemon's view in the terminal until `q`, a signal or the end of the terminal; the exit code. The screen is given
 * back on every way out. A daemon that is gone is asked again until it answers. Sockets in order of likelihood.
 */
export async function runWatch(
  sockets: readonly string[],
  input: ReadStream,
  output: WriteStream,
  abilities: Abilities,
): Promise<number> {
  const daemon = upstream(sockets);
  const terminal = takeTerminal(input, output, abilities);
  let view: View | undefined;
  let offset = 0;
  let isLive = false;
  let places: readonly Place[] = [{ top: 0 }];
  const asked = new Map<string, IncidentView | null>();
  const { promise, resolve } = Promise.withResolvers<number>();

  const watched = (): Watched => ({ view, isLive, places, asked });
  const show = (): Show => inLocalTime(Date.now() + offset);
  const draw = (): void => terminal.draw(frameOf(watched(), show(), terminal.screen()));

  function typed(key: Key): void {
    if (key === 'quit') {
      resolve(0);
      return;
    }
    const screen = terminal.screen();
    places = browsed(places, key, placeRows(watched(), show(), screen.width), roomFor(screen));
    const id = incidentOf(places.at(-1)?.item);
    if (id !== undefined && view?.incidents.some((one) => one.id === id) === false) void fetchIncident(id);
  }

  async function fetchIncident(id: string): Promise<void> {
    const { status, body } = await daemon.ask(`/v1/incidents/${encodeURIComponent(id)}`);
    const found: unknown = status === 200 ? JSON.parse(body) : null;
    asked.set(id, isIncident(found) ? found : null);
    draw();
  }

  const stop = daemon.follow(({ name, data }) => {
    isLive = name !== 'gone';
    if (isLive) {
      const value: unknown = JSON.parse(data);
      const next = name === 'view' ? value : merged(view, value);
      if (isView(next)) {
        view = next;
        offset = view.status.at - Date.now();
      }
    }
    draw();
  });
  const timer = setInterval(draw, EVERY);
  const resized = (): void => {
    terminal.forget();
    draw();
  };
  const onInput = (text: string): void => {
    for (const key of keysOf(text)) typed(key);
    draw();
  };
  input
    .setEncoding('utf8')
    .on('data', onInput)
    .on('end', () => resolve(0));
  output.on('resize', resized);
  process.on('exit', terminal.release).on('uncaughtExceptionMonitor', terminal.release);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.once(signal, () => resolve(code));
  draw();

  const code = await promise;
  clearInterval(timer);
  stop();
  daemon.close();
  output.off('resize', resized);
  input.off('data', onInput).pause();
  terminal.release();
  return code;
}

function isIncident(value: unknown): value is IncidentView {
  return typeof value === 'object' && value !== null && 'timeline' in value;
}
