import { type Coverage, LOCAL_DOCKER, type Note, type Setup } from '../model.ts';
import { formatDuration } from '../time/duration.ts';
import { type Memory, setupKey } from './memory.ts';

/** So many setups are known; the one that was told least recently is forgotten first. */
const MOST_SETUPS = 2_000;

/** So many names of what differs are told. */
const NAMED = 5;

/** Notices changes of the host: a container made anew, and of what; an engine of another version, or that was away. */
export interface Changes {
  readonly setup: (setup: Setup) => readonly Note[];
  readonly coverage: (coverage: Coverage) => readonly Note[];
}

export function changes({ setups }: Pick<Memory, 'setups'>): Changes {
  /** Since when each engine that has been read before cannot be reached; undefined while it can. */
  const away = new Map<string, number | undefined>();
  return {
    setup(found) {
      const { source, container, id, madeAt, parts } = found;
      const key = setupKey(source, container);
      const known = setups.get(key);
      setups.delete(key);
      setups.set(key, { id, parts });
      if (setups.size > MOST_SETUPS) for (const oldest of setups.keys().take(1)) setups.delete(oldest);
      if (known === undefined) return [];
      const text =
        container === '' ? engineChange(source, known.parts, parts) : remade(container, known, found);
      return text === undefined
        ? []
        : [{ type: 'note', at: madeAt, source, container, sign: 'change', text }];
    },
    coverage({ source, at, blind }) {
      if (!isEngine(source)) return [];
      const since = away.get(source);
      if (blind) {
        if (away.has(source)) away.set(source, since ?? at);
        return [];
      }
      away.set(source, undefined);
      if (since === undefined) return [];
      const text = `${engineName(source)} was back after ${formatDuration(roughly(at - since))}`;
      return [{ type: 'note', at, source, container: '', sign: 'change', text }];
    },
  };
}

type Known = Pick<Setup, 'id' | 'parts'>;

/** `api was recreated from another image (api:1 → api:2)`; undefined for the same container. */
function remade(container: string, known: Known, found: Known): string | undefined {
  if (known.id === found.id) return undefined;
  const before = known.parts;
  const after = found.parts;
  const image = ['image', 'image id'].flatMap((part) => {
    const [was, is] = [before[part], after[part]];
    return was === undefined || is === undefined || was === is ? [] : [`${was} → ${is}`];
  });
  const differing = (kind: string): readonly string[] =>
    [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((name) => name.startsWith(`${kind} `) && before[name] !== after[name])
      .map((name) => name.slice(kind.length + 1))
      .sort();
  const whole = [before, after].every((parts) => 'image id' in parts);
  const environment = whole ? differing('env') : [];
  const mounts = whole ? differing('mount') : [];
  const how = [
    image.length > 0 ? `from another image (${image[0] ?? ''})` : 'from the same image',
    ...(environment.length > 0 ? [`with another environment (${named(environment)})`] : []),
    ...(mounts.length > 0 ? [`with other mounts (${named(mounts)})`] : []),
  ];
  return `${container} was recreated ${how.join(', ')}`;
}

function engineChange(source: string, before: Setup['parts'], after: Setup['parts']): string | undefined {
  const [was, is] = [before['version'], after['version']];
  if (was === undefined || is === undefined || was === is) return undefined;
  return `${engineName(source)} went from version ${was} to ${is}`;
}

function isEngine(source: string): boolean {
  return source === LOCAL_DOCKER || source.startsWith(`${LOCAL_DOCKER}:`);
}

function engineName(source: string): string {
  return source === LOCAL_DOCKER ? 'the Docker Engine' : `the Docker Engine of ${source.slice(7)}`;
}

function named(names: readonly string[]): string {
  const more = names.length > NAMED ? [`${names.length - NAMED} more`] : [];
  return [...names.slice(0, NAMED), ...more].join(', ');
}

function roughly(ms: number): number {
  return Math.max(1_000, Math.round(ms / 1_000) * 1_000);
}
