import type { Observation, Origin } from '../../../model.ts';
import {
  type RecordedOutcome,
  recordedOutcome,
  recordedSignal,
  SESSION_VERSION,
  sessionHead,
  sessionItem,
  sessionOrigin,
} from '../../recording/session-format.ts';
import { firstObject, parseObject } from '../json-object.ts';
import type { Reading, SavedFormat } from '../saved-format.ts';
import type { LineParser } from '../saved-lines.ts';
import { partOf, splitIfUnordered } from '../split-unordered.ts';
import { isPlausible } from '../stamp-keeper.ts';
import { dockerStamp } from './docker-stamp.ts';

/** One file of a recording of ours: lines, restarts, states and gaps as the run saw them. */
export const session: SavedFormat = {
  name: 'recording',
  looksLike(lines) {
    const head = sessionHead.safeParse(firstObject(lines));
    if (!head.success) return false;
    const version = head.data['quantum-realtime-session'];
    if (version <= SESSION_VERSION) return true;
    throw new Error(`a recording of version ${version}; this program knows ${SESSION_VERSION}`);
  },
  firstStamp(lines) {
    const stamp = dockerStamp();
    for (const line of lines) {
      const [, ts] = parseLine(line) ?? [];
      if (ts !== undefined && stamp.read(ts) > 0 && isPlausible(stamp.at)) return stamp.at;
    }
    return undefined;
  },
  open(reading) {
    const { file, container, notes, recorded } = reading;
    // A replay wants the outcomes before it begins: they come of looking the file through.
    const scan = sessionParser(reading, undefined, (outcome) => recorded.push(outcome));
    return splitIfUnordered(file, container, (only) => sessionParser(reading, only), notes, scan);
  },
};

/** With `only`, one part of the file. */
function sessionParser(
  { path, origins, notes }: Reading,
  only?: string,
  onOutcome: (outcome: RecordedOutcome) => void = () => undefined,
): LineParser {
  const stamp = dockerStamp();
  const known = new Map<number, Origin>();
  let broken = 0;
  return { parse, end };

  function parse(raw: string, push: (item: Observation) => void): void {
    const item = raw.startsWith('[') ? lineIn(raw) : itemIn(raw);
    if (item !== undefined && (only === undefined || partOf(item) === only)) push(item);
  }

  function end(): void {
    if (broken > 0 && (only ?? '') === '')
      notes.skip(path, `${broken} of its lines are not of a recording; the others were read`);
  }

  function lineIn(raw: string): Observation | undefined {
    const line = parseLine(raw);
    const origin = line === undefined ? undefined : known.get(line[0]);
    if (line === undefined || origin === undefined || stamp.read(line[1]) === 0) {
      broken += 1;
      return undefined;
    }
    return { type: 'line', origin, ts: line[1], at: stamp.at, text: line[2] };
  }

  function itemIn(raw: string): Observation | undefined {
    const object = parseObject(raw);
    if (object !== undefined && 'quantum-realtime-session' in object) return undefined;
    const told = sessionOrigin.safeParse(object);
    if (told.success) {
      const { origin, container, stream, source, labels, image } = told.data;
      const found = { source, labels, ...(image !== undefined && { image }) };
      known.set(origin, origins.of(container, stream, found));
      return undefined;
    }
    const item = sessionItem.safeParse(object);
    if (!item.success) {
      broken += 1;
      return undefined;
    }
    if (item.data.type === 'outcome') {
      onOutcome(recordedOutcome(item.data));
      return undefined;
    }
    return item.data.type === 'signal' ? recordedSignal(item.data) : item.data;
  }
}

function parseLine(raw: string): readonly [number, string, string] | undefined {
  if (!raw.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(raw);
    const [origin, ts, text] = Array.isArray(value) ? value.map((member: unknown) => member) : [];
    return typeof origin === 'number' && typeof ts === 'string' && typeof text === 'string'
      ? [origin, ts, text]
      : undefined;
  } catch {
    return undefined;
  }
}
