import { expect, test } from 'vitest';
import { SAVED_FORMATS } from '../src/streams/saved/formats/registry.ts';
import { savedFormatContract, type SavedFormatExample } from './support/saved-format-contract.ts';
import { asCompose, asCri, asJournal, asJsonFile, type SessionLine } from './support/session-formats.ts';

/** Three lines of two containers, the last two at the same moment. */
const SAID: readonly [SessionLine, SessionLine, SessionLine] = [
  { container: 'api', ts: '2025-12-17T16:06:14.500000000Z', text: 'ready' },
  { container: 'api', ts: '2025-12-17T16:06:15.000000000Z', text: 'ERROR order lost' },
  { container: 'db', ts: '2025-12-17T16:06:15.000000000Z', text: 'LOG:  checkpoint' },
];
const [, ERROR, LOG] = SAID;
const IN_API = [SAID[0], ERROR, { ...LOG, container: 'api' }];
const FIRST = '2025-12-17T16:06:14.500Z';

function read(lines: readonly SessionLine[]): readonly string[] {
  return lines.map(({ container, ts, text }) => `${ts.slice(0, 23)}Z ${container} stdout: ${text}`);
}

function event(second: number, Action: string, exitCode = '1'): string {
  const Actor = { ID: 'a'.repeat(64), Attributes: { name: 'api', exitCode } };
  const timeNano = Date.parse('2025-12-17T16:06:00Z') * 1e6 + second * 1e9;
  return JSON.stringify({ Type: 'container', Action, Actor, timeNano });
}

const PLAIN = ['2025-12-17 16:06:14.500 UTC ready', '2025-12-17 16:06:15 UTC lost', '    at place (x.js:1)'];

/** One example for each format, by its name. */
const EXAMPLES: Readonly<Record<string, SavedFormatExample>> = {
  'Docker events': {
    file: 'events.jsonl',
    lines: [event(1, 'start'), event(4, 'die'), event(5, 'start'), event(9, 'die')],
    first: undefined,
    read: [
      '2025-12-17T16:06:01.000Z api is running',
      '2025-12-17T16:06:04.000Z api is exited',
      '2025-12-17T16:06:05.000Z api is running',
      '2025-12-17T16:06:05.000Z api restart: restarted by policy after exit code 1',
      '2025-12-17T16:06:09.000Z api is exited',
    ],
    damaged: {
      line: event(9, 'start').slice(0, 60),
      noted: '1 of its lines are no events; the others were read',
    },
  },
  recording: {
    file: 'session-000001.jsonl',
    lines: [
      '{"quantum-realtime-session":1}',
      '{"origin":0,"id":"a","container":"api","stream":"stdout","labels":{}}',
      '{"origin":1,"id":"b","container":"db","stream":"stdout","labels":{}}',
      ...SAID.map(({ container, ts, text }) => JSON.stringify([container === 'api' ? 0 : 1, ts, text])),
    ],
    first: FIRST,
    read: read(SAID),
    damaged: {
      line: '[0,"2025-12-17T16:06:16.0',
      noted: '1 of its lines are not of a recording; the others were read',
    },
    refused: {
      lines: ['{"quantum-realtime-session":99}'],
      because: /a recording of version 99; this program knows \d+$/,
    },
  },
  'json-file log': {
    file: 'api.log',
    lines: IN_API.map(asJsonFile),
    first: FIRST,
    read: read(IN_API),
    damaged: {
      line: '{"log":"half of an en',
      noted: '1 of its lines are no entries of a json-file log; the others were read',
    },
  },
  journal: {
    file: 'host.json',
    lines: SAID.map(asJournal),
    first: FIRST,
    read: read(SAID),
    damaged: {
      line: '{"__REALTIME_TIMESTAMP":"17659',
      noted: '1 of its lines are no entries of a journal; the others were read',
    },
    refused: {
      lines: ['__CURSOR=s=1', '__REALTIME_TIMESTAMP=1765987574000042', 'MESSAGE=ready'],
      because: /a journal in another form; expected that of 'journalctl -o json'$/,
    },
  },
  'Compose log': {
    file: 'all.log',
    lines: SAID.map(asCompose),
    first: FIRST,
    read: read(SAID),
    damaged: { line: 'db  | 2025-12-17T16:0' },
  },
  'Kubernetes log': {
    file: 'api.log',
    lines: IN_API.flatMap((line) => asCri(line, 1)),
    first: FIRST,
    read: read(IN_API),
    damaged: {
      line: '2025-12-17T16:06:16.000000000Z stdo',
      noted: '1 of its lines are no entries of a Kubernetes log; the others were read',
    },
  },
  'docker logs -t': {
    file: 'api.log',
    lines: IN_API.map(({ ts, text }) => `${ts} ${text}`),
    first: FIRST,
    read: read(IN_API),
    damaged: { line: '2025-12-17T16:0' },
  },
  'plain log': {
    file: 'api.log',
    lines: PLAIN,
    first: FIRST,
    read: [
      `2025-12-17T16:06:14.500Z api stdout: ${PLAIN[0] ?? ''}`,
      `2025-12-17T16:06:15.000Z api stdout: ${PLAIN[1] ?? ''}`,
      `2025-12-17T16:06:15.000Z api stdout: ${PLAIN[2] ?? ''}`,
    ],
    damaged: { line: '2025-12-17 16:0' },
  },
  'log without times': {
    file: 'api.log',
    lines: ['ready', 'lost', 'found'],
    first: undefined,
    read: [
      '2000-01-01T00:00:00.000Z api stdout: ready',
      '2000-01-01T00:00:00.000Z api stdout: lost',
      '2000-01-01T00:00:00.001Z api stdout: found',
    ],
    damaged: { line: 'fou' },
  },
};

test('every saved format has an example here', () => {
  expect(Object.keys(EXAMPLES)).toEqual(SAVED_FORMATS.map(({ name }) => name));
});

for (const format of SAVED_FORMATS) {
  const example = EXAMPLES[format.name];
  if (example !== undefined) savedFormatContract(format, example);
}
