import type { Level } from '../model.ts';
import type { Verdict } from './verdict.ts';

/** What is known of one image's lines that no general rule can know. */
export interface ImageDefault {
  /** Repositories without registry and tag; the end of a longer one will do. */
  readonly images: readonly string[];
  readonly pattern: RegExp;
  readonly level: Level;
  /** For people: what the lines are. */
  readonly about: string;
}

/**
 * The defaults that come with the program: few, each for lines whose level means something else than elsewhere, or is a
 * number that only this program counts so. They come after an operator's own rules, and hold only where the image is known.
 */
export const IMAGE_DEFAULTS: readonly ImageDefault[] = [
  {
    images: [
      'postgres',
      'timescale/timescaledb',
      'pgvector/pgvector',
      'postgis/postgis',
      'bitnami/postgresql',
    ],
    pattern: /FATAL: {2}the database system is (?:starting up|shutting down|not yet accepting connections)/,
    level: 'info',
    about: 'clients that come while the database starts or stops',
  },
  {
    images: ['foundationdb/foundationdb'],
    pattern: /\bSeverity="40"/,
    level: 'error',
    about: 'trace events of severity 40',
  },
  {
    images: ['foundationdb/foundationdb'],
    pattern: /\bSeverity="(?:20|30)"/,
    level: 'warning',
    about: 'trace events of severity 20 and 30',
  },
  {
    images: ['gnzsnz/ib-gateway', 'unusualalpha/ib-gateway', 'ibc/ib-gateway'],
    pattern: /\b[Ee]rror(?: code)?[:, ]+21(?:0[468]|19|58)\b/,
    level: 'info',
    about: 'data farm connections, which the gateway tells as errors',
  },
];

const known = new Map<string, readonly (readonly [RegExp, Verdict])[]>();

/** How many images are remembered: more than a host has. */
const REMEMBERED = 1_000;

/** What the defaults of the line's image say of it; undefined where there are none, or none matches. */
export function imageDefault(text: string, image: string): Verdict | undefined {
  let defaults = known.get(image);
  if (defaults === undefined) {
    defaults = defaultsOf(image);
    if (known.size >= REMEMBERED) known.clear();
    known.set(image, defaults);
  }
  for (const [pattern, verdict] of defaults) if (pattern.test(text)) return verdict;
  return undefined;
}

function defaultsOf(image: string): readonly (readonly [RegExp, Verdict])[] {
  const repository = repositoryOf(image);
  return IMAGE_DEFAULTS.filter(({ images }) =>
    images.some((one) => repository === one || repository.endsWith(`/${one}`)),
  ).map(({ pattern, level, about }) => [
    pattern,
    Object.freeze({ level, event: true, rule: `default for the image ${repository} (${about})` }),
  ]);
}

/** `ghcr.io/a/b` for `ghcr.io/a/b:1.2@sha256:…`; a registry's port is no tag. */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  return name.replace(/:[^:/]+$/, '').replace(/^(?:docker\.io\/)?(?:library\/)?/, '');
}
