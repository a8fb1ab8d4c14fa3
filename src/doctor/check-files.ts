import type { Config } from '../config/config.ts';
import { checkGroups, type GroupCheck } from '../streams/files/check-groups.ts';
import { fault, type Finding, ok, warning } from './finding.ts';

const CHECK = 'files';

/** So many paths of a kind are named. */
const NAMED = 3;

/** For every group of log files: what is read now, and what keeps files that are named from being read. */
export async function checkFiles(config: Config): Promise<readonly Finding[]> {
  try {
    return (await checkGroups(config)).flatMap(findingsOf);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [fault(CHECK, reason, 'correct sources.files in the settings')];
  }
}

function findingsOf({ name, readable, unreadable, refused, absent, unmatched }: GroupCheck): Finding[] {
  const reads = readable.length === 0 ? [] : [ok(CHECK, `${name}: reads ${named(readable)}`)];
  const closed = [...unreadable].map(([path, reason]) =>
    fault(CHECK, `${name}: ${path}: ${reason}`, 'let this user read it, such as by its group, or exclude it'),
  );
  const passed = [...refused].map(([path, reason]) =>
    warning(CHECK, `${name}: ${path} is not read: ${reason}`, 'exclude it, or name it by itself in replay'),
  );
  const missing = [...absent].map((folder) =>
    warning(CHECK, `${name}: there is no folder ${folder}`, 'files in it are taken up once it is there'),
  );
  const idle = unmatched
    .filter((path) => !absent.some((folder) => path.startsWith(`${folder}/`)))
    .map((path) =>
      warning(
        CHECK,
        `${name}: no file matches ${path}`,
        'see whether it is meant so; later files are taken up',
      ),
    );
  return [...reads, ...closed, ...passed, ...missing, ...idle];
}

function named(paths: readonly string[]): string {
  const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '';
  return paths.slice(0, NAMED).join(', ') + more;
}
