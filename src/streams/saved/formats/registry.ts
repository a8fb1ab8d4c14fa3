import type { SavedFormat } from '../saved-format.ts';
import { composeLogs } from './compose-logs.ts';
import { criLog } from './cri-log.ts';
import { dockerEvents } from './docker-events.ts';
import { dockerLogs } from './docker-logs.ts';
import { journal } from './journal.ts';
import { jsonFile } from './json-file.ts';
import { plainLog } from './plain-log.ts';
import { session } from './session.ts';
import { untimedLog } from './untimed-log.ts';

/**
 * All formats; a file is in the first that it looks like. The order matters from the fifth on, each taking files of those
 * before it too: a Compose log is one of `docker logs -t` behind its prefixes, a Kubernetes log is one with a stream before its text, and that one is a plain log of one way to write
 * times, and anything that is named is a log without times.
 */
export const SAVED_FORMATS: readonly SavedFormat[] = [
  dockerEvents,
  session,
  jsonFile,
  journal,
  composeLogs,
  criLog,
  dockerLogs,
  plainLog,
  untimedLog,
];
