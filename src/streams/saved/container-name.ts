import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';

const COMPRESSED = /\.(?:gz|gzip|zst|zstd)$/i;
const ROTATED = /[.-]\d{1,3}$|[.-]\d{4}-?\d\d-?\d\d$/;
const ENDING = /\.(?:log|txt|out|err|json|jsonl|ndjson)$/i;
const DOCKER_OWN = /^([0-9a-f]{64})-json$/;

const dockerConfig = z.object({ Name: z.string().min(1) });

/**
 * The container a file is named for: `quantum_api` for `quantum_api.log`, `quantum_api.log.2.gz` and the like. A file
 * in Docker's own folder bears an id; the name then comes from Docker's `config.v2.json` beside it, if it is there.
 */
export async function containerName(path: string): Promise<string> {
  if (path === '-') return 'stdin';
  const name = plainName(path);
  const id = DOCKER_OWN.exec(name)?.[1];
  if (id === undefined) return name.replace(/-json$/, '');
  return (await nameInDocker(path)) ?? id.slice(0, 12);
}

/** Whether a file is named as logs are. */
export function isNamedAsLog(path: string): boolean {
  const plain = basename(path).replace(COMPRESSED, '');
  return /\.(?:log|out|err|txt)$/i.test(plain.replace(ROTATED, '')) || /\.(?:log|out|err|txt)$/i.test(plain);
}

function plainName(path: string): string {
  const whole = basename(path).replace(COMPRESSED, '');
  const unrotated = whole.replace(ROTATED, '');
  const name = ENDING.test(unrotated) ? unrotated : whole;
  return name.replace(ENDING, '').replace(ROTATED_BEFORE_ENDING, '') || whole;
}

/** `api.log-20251217` is handled above; `api-20251217.log` is what some rotate to. */
const ROTATED_BEFORE_ENDING = /[.-]\d{4}-?\d\d-?\d\d$/;

async function nameInDocker(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(dirname(path), 'config.v2.json'), 'utf8');
    const parsed = dockerConfig.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.Name.replace(/^\//, '') : undefined;
  } catch {
    return undefined;
  }
}
