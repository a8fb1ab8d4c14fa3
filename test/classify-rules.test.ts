import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type ClassifyRule, configSchema } from '../src/config/config.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';

/** Rules as they come out of a configuration file. */
function rules(...given: readonly unknown[]): readonly ClassifyRule[] {
  return configSchema.parse({ classify: { rules: given } }).classify.rules;
}

/** Verdicts of a stream as `level` or `-` for what is no event. */
function judged(given: readonly ClassifyRule[], lines: readonly string[], container = 'web'): string[] {
  const classifier = createClassifier(given);
  const entry = newEntry();
  return lines.map((line) => {
    const verdict = classifier.judge(line, entry, container);
    return verdict.event ? verdict.level : '-';
  });
}

describe("the user's rules", () => {
  it('ignore first, whatever their order', () => {
    const given = rules(
      { level: 'critical', text: 'price feed' },
      { level: 'ignore', pattern: 'price feed .* retry' },
    );
    expect(judged(given, ['ERROR price feed gone', 'ERROR price feed gone, will retry'])).toEqual([
      'critical',
      '-',
    ]);
  });

  it('ignore the whole entry: its stack trace does not count either', () => {
    const given = rules({ level: 'ignore', text: 'known glitch' });
    const lines = [
      'ERROR known glitch',
      'Traceback (most recent call last):',
      '  File "a.py", line 1',
      'KeyError: 1',
    ];
    expect(judged(given, [...lines, 'ERROR something else'])).toEqual(['-', '-', '-', '-', 'error']);
  });

  it('promote and demote', () => {
    const given = rules(
      { level: 'critical', pattern: '^INFO margin call' },
      { level: 'info', text: 'slow tick' },
    );
    expect(judged(given, ['INFO margin call on BTC', 'ERROR slow tick', 'ERROR other'])).toEqual([
      'critical',
      'info',
      'error',
    ]);
  });

  it('match a field of a JSON or logfmt line', () => {
    const given = rules({ level: 'ignore', field: { name: 'logger', equals: 'chatty' } });
    const lines = [
      '{"level":"error","logger":"chatty","msg":"x"}',
      'level=error logger=chatty msg=x',
      'level=error logger="chatty" msg=x',
      'level=error logger=chatty2 msg=x',
      '{"level":"error","logger":"quiet","msg":"logger chatty"}',
    ];
    expect(judged(given, lines)).toEqual(['-', '-', '-', 'error', 'error']);
  });

  it('can be limited to containers by glob', () => {
    const given = rules({ level: 'ignore', text: 'cache miss', containers: ['quantum_*'] });
    expect(judged(given, ['ERROR cache miss'], 'quantum_ai')).toEqual(['-']);
    expect(judged(given, ['ERROR cache miss'], 'web')).toEqual(['error']);
  });

  it('need all their parts to match', () => {
    const given = rules({ level: 'warning', text: 'disk', pattern: 'full$' });
    expect(judged(given, ['ERROR disk is full', 'ERROR disk is slow'])).toEqual(['warning', 'error']);
  });

  it('leave lines they do not match as they were', () => {
    const given = rules({ level: 'ignore', text: 'nothing like it' });
    expect(
      judged(given, ['Traceback (most recent call last):', '  File "a"', 'KeyError: 1', 'INFO x']),
    ).toEqual(['error', '-', '-', 'info']);
  });

  it('are refused with their place when a pattern is no regular expression', () => {
    const given = rules(
      { level: 'ignore', text: 'a' },
      { level: 'ignore', text: 'b' },
      { level: 'error', pattern: '(' },
    );
    expect(() => createClassifier(given)).toThrow(/^classify\.rules\[2\]\.pattern: /);
  });

  it('match whatever the case of the letters', () => {
    const given = rules({ level: 'ignore', pattern: '^error \\d+ in [a-f]\\w* (?<why>timeout|\\x41bort)' });
    const lines = ['Error 12 in Cache TIMEOUT', 'ERROR 12 in zone timeout', 'ERROR 1 in Cache Abort'];
    expect(judged(given, lines)).toEqual(['-', 'error', '-']);
  });

  it.each(['(?=a)b', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>', '(a+b){1,100}'])(
    'are refused when no engine can match them in linear time: %s',
    (pattern) => {
      expect(() => createClassifier(rules({ level: 'ignore', pattern }))).toThrow(
        /^classify\.rules\[0\]\.pattern: /,
      );
    },
  );

  it('are refused when they would match everything', () => {
    expect(() => createClassifier(rules({ level: 'ignore' }))).toThrow(/^classify\.rules\[0\]: /);
  });

  it.each(['^(a+)+$', '.*.*=.*', '[^;]*[^;]*='])(
    'cannot stall, started as the program is: %s',
    async (pattern) => {
      const script = `
      import { createClassifier } from './src/classify/classifier.ts';
      import { newEntry } from './src/classify/entry.ts';
      const rule = { level: 'ignore', pattern: ${JSON.stringify(pattern)}, containers: [] };
      const classifier = createClassifier([rule]);
      const begun = process.cpuUsage();
      for (let nth = 0; nth < 20; nth += 1) classifier.judge('a'.repeat(16_000) + '!' + nth, newEntry());
      const { user, system } = process.cpuUsage(begun);
      console.log(classifier.judge('a'.repeat(16_000) + '!', newEntry()).level, user + system < 3_000_000);`;
      const launcher = readFileSync(join(process.cwd(), 'bin', 'quantum-realtime'), 'utf8');
      const flags = [
        ...[...launcher.matchAll(/^ {2}(--enable-\S+)/gm)].map(([, flag = '']) => flag),
        '--input-type=module',
        '-e',
        script,
      ];
      const child = spawn(process.execPath, flags, {
        cwd: process.cwd(),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const limit = AbortSignal.timeout(20_000);
      limit.addEventListener('abort', () => child.kill('SIGKILL'));
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await once(child, 'close');
      expect(output).toBe('info true\n');
    },
  );
});
