import { headerEnd } from './header-end.ts';
import { isHeaded } from './labelled.ts';
import { INFO, WARNING } from './levels.ts';
import { mark } from './mark.ts';
import { levelOf } from './rules.ts';

/** A crash as runtimes print it, at the beginning of a message. */
const CRASH =
  /Traceback \(most recent call last\):|Exception in thread "|panic: (?!button)|thread '[^']*' (?:\(\d+\) )?panicked at |Unhandled [Ee]xception|terminate called |Fatal Python error: |Segmentation fault\b|PHP (?:Fatal|Parse) error: /y;
const NAMED = /(?:[A-Za-z_$][\w$]*[.\\:]+){0,8}[A-Z][\w$]*(?:Error|Exception)(?: \[\w+\])?(?:: |$)/y;

/** What the headers of those look like that pass on what another program says, at a level of their own. */
const LAUNCHER =
  /subprocess|:root:|std(?:err|out)|PoolWorker|\[pool |supervis|process|runner|launch|task_command|worker-\d/i;

/** What every one of them has, searched for before its place is looked at. */
const LIKELY = /Traceback|PHP |[a-z](?:Error|Exception)\b|panic|thread|terminate|Segm|Exception in|Unhandled/;

/**
 * Where a crash begins that is told behind a launcher's own info or warning prefix (`packed`, marked); -1 if there is
 * none. The level is the launcher's, the crash is the program's.
 */
export function launchedCrash(text: string, packed: number): number {
  const level = levelOf(packed);
  if ((level !== INFO && level !== WARNING) || !LIKELY.test(text) || !isHeaded(packed)) return -1;
  const start = headerEnd(text, mark.end);
  CRASH.lastIndex = start;
  const crash = CRASH.test(text);
  if (crash && level === INFO) return start;
  if (!LAUNCHER.test(text.slice(0, start))) return -1;
  NAMED.lastIndex = start;
  return crash || NAMED.test(text) ? start : -1;
}
