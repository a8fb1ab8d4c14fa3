/** The actions the streams act upon. Everything else (exec, attach, top, …) is noise. */
export const ACTIONS: ReadonlySet<string> = new Set([
  'create',
  'start',
  'restart',
  'kill',
  'stop',
  'die',
  'oom',
  'pause',
  'unpause',
  'rename',
  'destroy',
  'health_status',
]);

/** One container event of Docker, reduced to what matters. */
export interface DockerEvent {
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
  /** When it happened, in epoch nanoseconds as text: JSON numbers cannot hold it. */
  readonly nano: string;
  readonly id: string;
  /** Without what follows a colon: `health_status: healthy` is `health_status` with detail `healthy`. */
  readonly action: string;
  readonly detail: string;
  readonly name: string;
  readonly image: string;
  /** As sent: the container's labels are mixed in and may overwrite what the engine says (but not name and image). */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * One object of Docker's `/events`, verbatim as text, such as a line of `events.jsonl`. Undefined for whatever is not
 * a container event that matters: other types, exec and attach, text that is not JSON.
 */
export function parseEvent(text: string): DockerEvent | undefined {
  const event = parseJson(text);
  if (!isRecord(event) || (event['Type'] ?? 'container') !== 'container') return undefined;
  const actor = isRecord(event['Actor']) ? event['Actor'] : {};
  const id = textOf(actor['ID']) ?? textOf(event['id']);
  const [action = '', detail = ''] = (textOf(event['Action']) ?? textOf(event['status']) ?? '').split(
    /: ?/,
    2,
  );
  const nano = nanoOf(text, event);
  if (id === undefined || nano === undefined || !ACTIONS.has(action)) return undefined;
  const attributes: Record<string, string> = {};
  for (const [key, value] of Object.entries(isRecord(actor['Attributes']) ? actor['Attributes'] : {})) {
    if (typeof value === 'string') attributes[key] = value;
  }
  return {
    at: Math.floor(Number(nano.slice(0, -3)) / 1_000),
    nano,
    id,
    action,
    detail,
    name: attributes['name'] ?? id.slice(0, 12),
    image: attributes['image'] ?? textOf(event['from']) ?? '',
    attributes,
  };
}

/** What the engine adds to an event beside the container's labels. */
const OWN = new Set(['name', 'image', 'exitCode', 'signal', 'execID', 'oldName', 'execDuration']);

/** The container's labels as an event carries them: its attributes without those of the engine. */
export function labelsOf(event: DockerEvent): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(event.attributes).filter(([key]) => !OWN.has(key)));
}

/** `timeNano` as it stands in the text, else whole seconds from `time`. */
function nanoOf(text: string, event: Readonly<Record<string, unknown>>): string | undefined {
  const nano = [...text.matchAll(/"timeNano":\s*(\d{10,19})\b/g)].at(-1)?.[1];
  if (nano !== undefined) return nano.padStart(19, '0');
  return typeof event['time'] === 'number' ? `${Math.floor(event['time'])}000000000` : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
