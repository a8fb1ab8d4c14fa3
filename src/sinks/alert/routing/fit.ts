import picomatch from 'picomatch';
import type { Config } from '../../../config/config.ts';
import type { About } from './about.ts';

export type Route = Config['alerts']['routes'][number];

/** Whether a route fits; `perhaps` where that depends on what is not known. `because` is the first line of `match` that does not. */
export interface Fit {
  readonly fits: 'yes' | 'perhaps' | 'no';
  readonly because: string;
}

/** Whether a message is one that a route is for: every line of its `match` has to fit one of what the message is about. */
export function fitOf({ match }: Pick<Route, 'match'>, about: About): Fit {
  const lines: readonly [string, readonly string[] | undefined, readonly string[] | undefined][] = [
    ['severity', match.severity, [about.severity]],
    ['rule', match.rule, about.rules],
    ['kind', match.kind, about.kinds],
    ['container', match.container, about.containers],
    ['host', match.host, about.hosts],
  ];
  const asked = lines.flatMap(([name, wanted, found]) =>
    wanted === undefined ? [] : [{ name, wanted, found }],
  );
  const wrong = asked.find(({ wanted, found }) => found !== undefined && !found.some(glob(wanted)));
  if (wrong !== undefined) return { fits: 'no', because: `${wrong.name} is not ${wrong.wanted.join(', ')}` };
  return { fits: asked.some(({ found }) => found === undefined) ? 'perhaps' : 'yes', because: '' };
}

/** As in rules: `*` crosses a slash, since the identity of a container is a name and no path. */
function glob(wanted: readonly string[]): (text: string) => boolean {
  return picomatch([...wanted], { dot: true, bash: true });
}

/** A route that was looked at, in its place. */
export interface Looked extends Fit {
  readonly index: number;
  readonly route: Route;
}

/** The routes that are looked at for a message of which everything is known, up to the one that decides. */
export function lookedAt(routes: readonly Route[], about: About): readonly Looked[] {
  const all = routes.map((route, index) => ({ index, route, ...fitOf(route, about) }));
  const end = all.findIndex(({ fits, route }) => fits === 'yes' && !route.continue);
  return end < 0 ? all : all.slice(0, end + 1);
}

/** Whether a channel gets a message of which not everything is known. What no route fits goes to every channel. */
export function certainty(routes: readonly Route[], about: About, channel: string): 'yes' | 'perhaps' | 'no' {
  const fits = routes.map((route) => fitOf(route, about).fits);
  const told = (wanted: 'every' | 'some', index: number, isFit: boolean): boolean => {
    const [route, fit] = [routes[index], fits[index]];
    if (route === undefined) return !isFit;
    const without = (): boolean => told(wanted, index + 1, isFit);
    if (fit === 'no') return without();
    const within = route.to.includes(channel) || (route.continue && told(wanted, index + 1, true));
    if (fit === 'yes') return within;
    return wanted === 'every' ? within && without() : within || without();
  };
  if (told('every', 0, false)) return 'yes';
  return told('some', 0, false) ? 'perhaps' : 'no';
}
