import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Effect, IncidentSnapshot } from '../src/model.ts';
import { memoryOutbox } from '../src/sinks/outbox.ts';
import { memoryQueue } from '../src/sinks/memory-queue.ts';
import { findTexts } from '../src/sinks/report/find-texts.ts';
import { reportSection } from '../src/sinks/report/report-section.ts';
import { markdownReport, type ReportSink } from '../src/sinks/report/report-sink.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { effect, OPENED, story } from './support/effects.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const TITLE = 'Quantum Trader V3 - Weekly Health Report';
const zone = process.env['TZ'];
let dir: string;
let report: ReportSink;

beforeEach(() => {
  process.env['TZ'] = 'Europe/Oslo';
  dir = mkdtempSync(join(tmpdir(), 'report-'));
  report = markdownReport({ dir, title: TITLE });
});
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
  rmSync(dir, { recursive: true, force: true });
});

const heal = { attempt: 1, id: '20251217T161807-host-1:heal:1:run', started: OPENED, ended: OPENED + 30_000 };
const healed = {
  ...heal,
  result: 'ok',
  exitCode: 0,
  output: 'pulling images\nrestarting stack\ndone\n',
} as const;
const step = (
  at: number,
  from: 'queued' | 'healing' | 'verifying',
  to: 'healing' | 'settling' | 'resolved',
  reason: string,
) => ({ at: OPENED + at, from, to, reason }) as const;
const timeline = [...story().timeline, step(0, 'queued', 'healing', 'the slot is free')];

/** The sections of the whole example story, in order. */
const parts: readonly Effect[] = [
  section('opened'),
  section('heal:1', {
    state: 'settling',
    at: OPENED + 30_000,
    heals: [healed],
    timeline: [...timeline, step(30_000, 'healing', 'settling', 'the heal ended: ok')],
  }),
  section('resolved:1', {
    state: 'resolved',
    at: OPENED + 690_000,
    reason: '353 critical events (threshold: 5); 482 errors (threshold: 50)',
    counts: { critical: 353, error: 482, warning: 10, restart: 1 },
    heals: [healed],
    gaps: [
      {
        type: 'gap',
        source: 'docker',
        at: OPENED,
        container: 'quantum_redis',
        from: OPENED - 4_000,
        to: OPENED - 2_000,
        reason: 'rotated away',
      },
    ],
    timeline: [...timeline, step(690_000, 'verifying', 'resolved', 'quiet for 10m')],
  }),
];

function section(name: string, given: Partial<IncidentSnapshot> = {}): Effect {
  const part = name.split(':')[0] as Effect['part'];
  return effect({ kind: 'report', part, id: `20251217T161807-host-1:${name}:report`, story: story(given) });
}

function file(): string {
  return readFileSync(join(dir, 'WEEKLY_HEALTH_REPORT_2025-12-17.md'), 'utf8');
}

/** Appends sections as the performer does: each with those that were written before it. */
async function append(all: readonly Effect[]): Promise<void> {
  for (const [n, one] of all.entries()) await report.append(one, all.slice(0, n));
}

describe('the report file', () => {
  test('of a whole incident is as it always was, then says more', async () => {
    await append(parts);
    await expect(file()).toMatchFileSnapshot('fixtures/sinks/report.md');
  });

  test('has a machine-readable line for every incident event beside it', async () => {
    await append(parts);
    const lines = readFileSync(join(dir, 'incidents.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        id: '20251217T161807-host-1:opened:report',
        part: 'opened',
        at: '2025-12-17T16:18:10.250Z',
        counts: { error: 54 },
      },
      { part: 'heal', heals: [{ result: 'ok', exitCode: 0, output: healed.output }] },
      { part: 'resolved', counts: { critical: 353 }, gaps: [{ container: 'quantum_redis' }] },
    ]);
  });

  test('is the one of the local day on which the incident opened', async () => {
    const late = Date.parse('2025-12-17T23:30:00Z');
    await report.append(section('opened', { openedAt: late, at: late }), []);
    expect(readdirSync(dir)).toContain('WEEKLY_HEALTH_REPORT_2025-12-18.md');
  });

  test('never has a section twice, however often it is asked for', async () => {
    await append(parts);
    const before = file();
    await append(parts);
    expect(file()).toBe(before);
    expect(readFileSync(join(dir, 'incidents.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(3);
  });

  test('keeps what others have written, even without a last line end', async () => {
    const path = join(dir, 'WEEKLY_HEALTH_REPORT_2025-12-17.md');
    writeFileSync(path, '# Weekly\n\nwritten by the weekly script');
    await append(parts.slice(0, 1));
    expect(file()).toMatch(
      /^# Weekly\n\nwritten by the weekly script\n\n---\n\n### ⚡ Real-Time Incident Report\n/,
    );
  });

  test('gets back what a rewrite has removed once the incident closes', async () => {
    await append(parts.slice(0, 2));
    writeFileSync(join(dir, 'WEEKLY_HEALTH_REPORT_2025-12-17.md'), '# Rewritten by the heal\n');
    appendFileSync(join(dir, 'WEEKLY_HEALTH_REPORT_2025-12-17.md'), reportSection(section('heal:1')));
    for (const closing of parts.slice(2)) await report.append(closing, parts.slice(0, 2));
    const markers = [...file().matchAll(/<!-- incident:(.*) -->/g)].map(([, id]) => id);
    expect(markers).toEqual([
      '20251217T161807-host-1:heal:1',
      '20251217T161807-host-1:opened',
      '20251217T161807-host-1:resolved:1',
    ]);
    expect(file()).toContain('### ⚡ Real-Time Incident Report');
  });

  test('is searched for markers whatever its size, also across the seams of what is read at once', async () => {
    const path = join(dir, 'large');
    const marker = '<!-- incident:x:opened -->';
    for (const before of [0, 65_520, 65_536, 131_060, 300_000]) {
      writeFileSync(path, 'ø'.repeat(before / 2) + marker + 'x'.repeat(200_000));
      expect([...(await findTexts(path, [marker, 'absent']))]).toEqual([marker]);
    }
    expect(existsSync(join(dir, 'nowhere'))).toBe(false);
    expect((await findTexts(join(dir, 'nowhere'), [marker])).size).toBe(0);
  });

  test('tells which messages nobody got', async () => {
    const outbox = memoryOutbox();
    const told = effect({ part: 'opened' });
    outbox.add(told, ['discord'], OPENED);
    outbox.save(
      outbox.unsent().map((row) => ({ ...row, state: 'dead', detail: 'HTTP 404: Unknown Webhook' })),
    );
    const clock = new VirtualClock();
    clock.advanceTo(OPENED);
    const channel = { name: 'discord', type: 'fake', send: () => Promise.reject(new Error('not asked')) };
    const performer = memoryQueue(
      {
        alert: { channels: [channel], name: 'Q', deadline: 86_400_000 },
        report,
        heal: undefined,
        clock,
        log: silent,
      },
      outbox,
    );
    for (const part of parts) performer.submit(part);
    await performer.idle();
    expect(file()).toContain('**Not delivered:** "opened" to discord: HTTP 404: Unknown Webhook  \n');
  });

  test('a section that cannot be written is tried again, in order, and then is there once', async () => {
    const blocked = join(dir, 'not-a-folder');
    writeFileSync(blocked, '');
    const clock = new VirtualClock();
    clock.advanceTo(OPENED);
    const performer = memoryQueue({
      alert: { channels: [], name: 'Q', deadline: 86_400_000 },
      report: markdownReport({ dir: blocked, title: TITLE }),
      heal: undefined,
      clock,
      log: silent,
      random: () => 1,
    });
    for (const part of parts) performer.submit(part);
    await performer.idle();
    expect(performer.status().unsent).toBe(3);
    rmSync(blocked);
    clock.advanceTo(OPENED + 5_000);
    await performer.idle();
    expect(performer.status().unsent).toBe(0);
    const text = readFileSync(join(blocked, 'WEEKLY_HEALTH_REPORT_2025-12-17.md'), 'utf8');
    expect(
      [...text.matchAll(/<!-- incident:20251217T161807-host-1:(.*) -->/g)].map(([, part]) => part),
    ).toEqual(['opened', 'heal:1', 'resolved:1']);
  });
});

describe('log text in the report', () => {
  test('can neither end its code block nor become a heading, a marker or hidden text', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, name) => {
        const told = story({
          reason: text,
          ask: text,
          containers: { [name]: { critical: 1, error: 0, warning: 0, restart: 0 } },
          samples: { ...story().samples, critical: [{ at: OPENED, container: name, text }] },
          groups: story().groups.map((group) => ({ ...group, sample: text, container: name })),
          heals: [{ ...healed, output: text }],
          gaps: [
            {
              type: 'gap',
              source: 'docker',
              at: OPENED,
              container: name,
              from: OPENED,
              to: OPENED,
              reason: text,
            },
          ],
        });
        for (const part of ['opened', 'heal', 'resolved'] as const) {
          const written = reportSection(effect({ kind: 'report', part, story: told }));
          expect(written).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
          expect(written.match(/<!--/g)).toHaveLength(1);
          const { outside, headings } = outsideOfCode(written);
          expect(outside).not.toMatch(/(?<!\\)<(?!!-- incident:)/);
          expect(headings).toEqual(
            outsideOfCode(reportSection(effect({ kind: 'report', part, story: calm(told) }))).headings,
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('is short, however long the line was', () => {
    const text = 'x'.repeat(5_000_000);
    const told = story({ samples: { ...story().samples, critical: [{ at: OPENED, container: 'c', text }] } });
    expect(reportSection(effect({ kind: 'report', story: told })).length).toBeLessThan(5_000);
  });
});

/** The same story with nothing hostile in it: its section has the headings that the hostile one may have. */
function calm(told: IncidentSnapshot): IncidentSnapshot {
  return {
    ...told,
    reason: 'x',
    ask: 'x',
    containers: { c: { critical: 1, error: 0, warning: 0, restart: 0 } },
    samples: { ...told.samples, critical: [{ at: OPENED, container: 'c', text: 'x' }] },
    groups: told.groups.map((group) => ({ ...group, sample: 'x', container: 'c' })),
    heals: [{ ...healed, output: 'x' }],
    gaps: told.gaps.map((gap) => ({ ...gap, container: 'c', reason: 'x' })),
  };
}

/** Reads Markdown as its readers do: a fence is closed by one at least as long, and only by that. */
function outsideOfCode(markdown: string): { readonly outside: string; readonly headings: readonly string[] } {
  const outside: string[] = [];
  let fence = '';
  for (const line of markdown.split('\n')) {
    const run = /^ {0,3}(`{3,})/.exec(line)?.[1] ?? '';
    if (fence === '' && run !== '') fence = run;
    else if (fence !== '' && run.length >= fence.length && line.trim() === run) fence = '';
    else if (fence === '') outside.push(line);
  }
  expect(fence).toBe('');
  return { outside: outside.join('\n'), headings: outside.filter((line) => /^\s{0,3}#/.test(line)) };
}

const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 15 }),
      fc.constantFrom(
        '`',
        '```',
        '~~~',
        '\n',
        '\r',
        '\n# heading',
        '-->',
        '<!-- incident:x:opened -->',
        '<script>',
        '\u202e',
        '|',
        '[x](y)',
        '\u2028',
      ),
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((pieces) => `x${pieces.join('')}`);
