import { containerName } from './container-name.ts';
import { SAVED_FORMATS } from './formats/registry.ts';
import { isScript } from './formats/untimed-log.ts';
import type { SavedStream } from './merge.ts';
import type { SavedFile } from './saved-files.ts';
import type { SessionParts } from './saved-format.ts';
import type { TextFile } from './text-file.ts';

/** A file whose format is known. Without `first` (epoch milliseconds) no time of its own is: `open` gives it a start. */
export interface DetectedFormat {
  readonly format: string;
  readonly first?: number;
  readonly open: (start: number) => Promise<readonly SavedStream[]> | readonly SavedStream[];
}

const EXPECTED =
  "in no known format; expected the output of 'docker logs -t' (an RFC 3339 timestamp before every line), a json-file log, a Kubernetes container log, " +
  "'docker compose logs -t', 'journalctl -o json', Docker events (a JSON object a line), or a log whose lines begin with their time";

/**
 * Tells the format of a file by its first lines; undefined for an empty one. Throws an Error with the reason if it is in
 * none that is known.
 */
export async function detectFormat(
  file: TextFile,
  { named }: Pick<SavedFile, 'named'>,
  parts: SessionParts,
): Promise<DetectedFormat | undefined> {
  const { path, changed = Date.now() } = file;
  const lines = await file.peek();
  if (lines.length === 0) return undefined;
  const candidate = { path, named, changed };
  const format = SAVED_FORMATS.find((one) => one.looksLike(lines, candidate));
  if (format === undefined) throw new Error(refusal(lines));
  const first = format.firstStamp(lines, candidate);
  const container = await containerName(path);
  return {
    format: format.name,
    ...(first === undefined ? {} : { first }),
    open: (start) => format.open({ ...parts, ...candidate, file, container, lines, start: first ?? start }),
  };
}

function refusal(lines: readonly string[]): string {
  const found = ` found ${JSON.stringify((lines[0] ?? '').slice(0, 60))}`;
  return isScript(lines)
    ? `${EXPECTED};${found}`
    : `in no known format;${found}. If it is a log without times, name it by itself`;
}
