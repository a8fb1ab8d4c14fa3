import { describe, expect, it } from 'vitest';
import type { Canvas } from '../src/commands/demo/canvas.ts';
import { printHeal, printReceived, printStory } from '../src/commands/demo/print.ts';
import {
  type DemoRun,
  firstDifference,
  type Performed,
  REFERENCE,
  storyOf,
} from '../src/commands/demo/story.ts';
import type { Effect, EffectKind, NotificationType, IncidentSnapshot } from '../src/model.ts';

const plain: Canvas = { paint: (_style, text) => text, columns: Infinity };
const loud: Canvas = { paint: (style, text) => `<${style}>${text}</${style}>`, columns: Infinity };
const narrow: Canvas = { ...plain, columns: 60 };
const clock = (time: string) => `2025-12-17T${time}Z`;

const OPENING = '21 critical events (threshold: 5); 54 errors (threshold: 50)';
const CLOSING = '353 critical events (threshold: 5); 482 errors (threshold: 50)';

function performed(
  time: string,
  kind: EffectKind,
  part: NotificationType,
  reason: string,
  ok = true,
): Performed {
  const at = Date.parse(clock(time));
  const heals = [{ attempt: 1, id: 'i-1:heal:1', started: at, result: 'ok' }] as const;
  const counts = { critical: 353, error: 482, warning: 10, restart: 1 };
  const group = {
    kind: 'critical',
    container: 'quantum_postgres',
    fingerprint: 'f',
    sample: 'FATAL:  database "quantum" does not exist',
    count: 337,
    first: at,
    last: at,
  } as const;
  const story = {
    incident: 'i-1',
    reason,
    heals,
    counts,
    groups: [group, { ...group, kind: 'restart', sample: 'restarted', count: 1 }, { ...group, count: 3 }],
  } as unknown as IncidentSnapshot;
  const effect: Effect = { type: 'effect', kind, id: `i-1:${part}`, part, at, story };
  const outcome = { type: 'outcome', effect: effect.id, kind, at, ok, detail: ok ? '' : 'HTTP 500' } as const;
  return {
    effect,
    outcome: kind === 'heal' ? { ...outcome, exitCode: 0, output: 'heal: done\n' } : outcome,
    took: 1_300,
  };
}

function expected(): DemoRun {
  const transition = (time: string, to: string, reason: string) => ({
    at: clock(time),
    from: '',
    to,
    reason,
  });
  const incident = {
    id: 'i-1',
    opening: { critical: 5, error: 21, warning: 5, restart: 1 },
    transitions: [
      transition('16:18:07.250', 'open', 'a limit is reached'),
      transition('16:18:10.250', 'healing', 'due'),
      transition('16:19:40.250', 'verifying', 'settled'),
      transition('16:59:40.250', 'closed', 'over'),
    ],
  };
  const replay = {
    lines: 22_000,
    containers: 8,
    counts: { critical: 353, error: 482, warning: 10, restart: 1 },
    incidents: [incident],
  } as unknown as DemoRun['replay'];
  const message = (method: 'POST' | 'PATCH', content: string, body = '') => ({
    method,
    id: '1',
    stamp: '2025-12-17T16:18:10.250Z',
    content,
    body,
  });
  return {
    replay,
    performed: [
      performed('16:18:10.250', 'alert', 'opened', OPENING),
      performed('16:18:10.250', 'report', 'opened', OPENING),
      performed('16:18:10.250', 'heal', 'heal', OPENING),
      performed('16:18:40.250', 'alert', 'heal', OPENING),
      performed('16:18:40.250', 'report', 'heal', OPENING),
      performed('16:29:40.250', 'alert', 'resolved', CLOSING),
      performed('16:29:40.250', 'report', 'resolved', CLOSING),
    ],
    received: [
      message('POST', '🚨 **Quantum Trader - Auto-Heal Triggered**\n\n**Errors:** 54', 'Where'),
      message('PATCH', '', '✅ Auto-heal completed successfully\n\nmore'),
      message('POST', '✅ Auto-heal completed successfully'),
      message('POST', '✅ **Quantum Trader - Resolved**'),
    ],
    report: ['opened', 'heal:1', 'resolved:1']
      .map((part) => `<!-- incident:i-1:${part} -->\ntext\n`)
      .join(''),
  };
}

describe('the story of the demo', () => {
  it('is the reference when everything happened as it must', () => {
    expect(storyOf(expected())).toEqual(REFERENCE);
    expect(firstDifference(storyOf(expected()), REFERENCE)).toBeUndefined();
  });

  it.each<[string, (run: DemoRun) => DemoRun, string]>([
    [
      'a total is off by one',
      (run) => ({ ...run, replay: { ...run.replay, counts: { ...run.replay.counts, error: 481 } } }),
      'found "8 containers: 353 critical events, 481 errors, 10 warnings, 1 restart"',
    ],
    [
      'people are told late',
      (run) => ({
        ...run,
        performed: [performed('16:18:10.251', 'alert', 'opened', OPENING), ...run.performed.slice(1)],
      }),
      `expected "16:18:10.250 alert opened: ${OPENING}"`,
    ],
    [
      'a message is refused',
      (run) => ({
        ...run,
        performed: [performed('16:18:10.250', 'alert', 'opened', OPENING, false), ...run.performed.slice(1)],
      }),
      '(HTTP 500)',
    ],
    [
      'an effect is missing',
      (run) => ({ ...run, performed: run.performed.filter(({ effect }) => effect.kind !== 'heal') }),
      'expected "16:18:10.250 heal 1 starts", found "16:18:40.250 alert heal"',
    ],
    [
      'a message never arrived',
      (run) => ({ ...run, received: run.received.slice(0, -1) }),
      'expected "message: ✅ **Quantum Trader - Resolved**"',
    ],
    ['the report lacks a section', (run) => ({ ...run, report: '' }), 'found "report sections: "'],
  ])('differs when %s', (_what, change, difference) => {
    expect(firstDifference(storyOf(change(expected())), REFERENCE)).toContain(difference);
  });

  it('names what is too much at the end', () => {
    expect(firstDifference(['a', 'b'], ['a'])).toBe('expected "nothing more", found "b"');
    expect(firstDifference(['a'], ['a', 'b'])).toBe('expected "b", found "nothing more"');
  });
});

describe('what the demo prints', () => {
  const ending = { run: expected(), seconds: 2.04, reportPath: '/tmp/report.md', difference: undefined };

  it('tells every step once, in order of time, with the report and the verdict', () => {
    const text = printStory(ending, plain);
    const clocks = [...text.matchAll(/^ {2}(\d\d:\d\d:\d\d) /gm)].map(([, time]) => time);
    expect(clocks).toEqual([
      '16:18:07',
      '16:18:10',
      '16:18:40',
      '16:19:40',
      '16:29:40',
      '16:59:40',
      '17:06:14',
    ]);
    expect(text).toContain('8 containers, 22000 lines, one hour, in 2.0 s');
    expect(text).toContain('a limit is reached: 5 critical events, 21 errors, 1 restart, 5 warnings');
    expect(text).toContain(`people are told: ${OPENING}`);
    expect(text).toContain(' 340 × quantum_postgres   FATAL:  database "quantum" does not exist');
    expect(text).toContain('exit code 0 after 1.3 s');
    expect(text).toContain('3 messages, 1 edit');
    expect(text).toContain('/tmp/report.md');
    expect(text).toContain('48m6s later');
    expect(text).toContain('This is the story expected');
    expect(text).not.toContain('\x1b');
  });

  it('keeps within the columns of a terminal, but never cuts the way to the report', () => {
    const path = `/tmp/${'long/'.repeat(20)}report.md`;
    const lines = printStory({ ...ending, reportPath: path }, narrow).split('\n');
    const long = lines.filter(
      (line) => line.length > 60 && !line.includes(path) && !line.startsWith('  Heal'),
    );
    expect(long).toEqual([]);
    expect(lines.join('\n')).toContain(path);
  });

  it('says where the story differs', () => {
    const text = printStory({ ...ending, difference: 'expected "a", found "b"' }, loud);
    expect(text).toContain('<red>✘ The story differs from the one expected: expected "a", found "b"</red>');
  });

  it('quotes what Discord received, a message whole and an edit by its first line', () => {
    const [message, edit] = expected().received.map((received) => printReceived(received, loud));
    expect(message).toContain('Discord received a message of 16:18:10');
    expect(message).toContain('🚨 <bold>Quantum Trader - Auto-Heal Triggered</bold>');
    expect(message).toContain('<dim>  │</dim> Where');
    expect(edit).toContain('✅ Auto-heal completed successfully');
    expect(edit).not.toContain('more');
  });

  it('quotes the heal command, and is silent about other effects', () => {
    const [alert, , heal] = expected().performed.map(({ outcome }) => printHeal(outcome, plain));
    expect(heal).toBe('  The heal command ended with exit code 0; it said\n  │ heal: done\n\n');
    expect(alert).toBe('');
  });
});
