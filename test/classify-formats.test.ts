import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';

/** One line of each format, composed after its documentation: level, system, line; separated by tabs. */
const FORMATS = join(import.meta.dirname, 'fixtures', 'classify', 'formats.tsv');

const rows = readFileSync(FORMATS, 'utf8')
  .trimEnd()
  .split('\n')
  .map((row) => {
    const [level = '', system = '', ...line] = row.split('\t');
    return { level, system, line: line.join('\t') };
  });

describe('levels where the formats of the world put them', () => {
  const classifier = createClassifier([]);

  it.each(rows)('$system: $level', ({ level, line }) => {
    const verdict = classifier.judge(line, newEntry());
    expect([verdict.event ? verdict.level : 'info', line]).toEqual([level, line]);
  });
});

describe('prose without a level, harmless and not', () => {
  const classifier = createClassifier([]);
  const prose = readFileSync(join(import.meta.dirname, 'fixtures', 'classify', 'prose.tsv'), 'utf8');

  it.each(
    prose
      .trimEnd()
      .split('\n')
      .map((row) => ({ level: row.slice(0, row.indexOf('\t')), line: row.slice(row.indexOf('\t') + 1) })),
  )('$level: $line', ({ level, line }) => {
    expect([classifier.judge(line, newEntry()).level, line]).toEqual([level, line]);
  });
});

describe('words that look like trouble', () => {
  const classifier = createClassifier([]);
  const levelOf = (line: string) => classifier.judge(line, newEntry()).level;

  it.each([
    'job done: failed=0',
    'job done: processed=12 errors=0 failed=0 skipped=1',
    'Found 0 errors',
    '0 errors, 0 warnings',
    'no errors found',
    'finished without any errors',
    '{"status":"ok","error":null,"took":12}',
    '{"msg":"done","err":"","errors":[]}',
    'GET /error 200 4ms',
    'GET /api/failed?severity=critical 200',
    'this is non-fatal, going on',
    'a non-critical section was left out',
    'restart=always was kept',
    'time="2025-12-17T16:00:00Z" level=info msg="error handler registered"',
    'error_count 0',
    'errors: 0',
    'errors: none',
    'Error rate: 0.00%',
    'wrote /var/log/app/error.log',
    'opening errors.html',
    'starting with --fail-fast --log-level=error',
    'log level set to ERROR',
    'LOG_LEVEL=error',
    'failover drill passed',
    'fail2ban-server is ready',
    'previous error cleared',
    'reconnected after 2 failed attempts',
    'retrying on error is enabled',
    'error handler registered',
    'exception filter installed',
    'ErrorBoundary mounted',
    'loading module error_pages',
    'critical section entered',
    "SELECT * FROM errors WHERE level = 'fatal'",
    'exit code 0',
    'Setting up libgpg-error0:amd64 (1.46-1) ...',
    'compiling thiserror v1.0.61',
    '41 passed, 0 failed',
    'Tests: 0 failed, 41 passed, 41 total',
    'user error-report@example.com logged in',
  ])('is harmless: %s', (line) => {
    expect(levelOf(line)).toBe('info');
  });

  it.each([
    ['error', 'XGBoost predict failed: Feature shape mismatch, expected: 49, got 22'],
    ['error', 'RuntimeError: basket is empty'],
    ['error', 'java.lang.NullPointerException'],
    ['error', 'could not connect to the price feed'],
    ['error', '\x1b[31mERROR\x1b[0m disk is full'],
    ['critical', '2025/12/17 16:00:00 [emerg] 1#1: bind() failed'],
    ['error', '3 errors occurred while importing'],
    ['error', '10%\r50%\rdownload failed: connection reset'],
    ['warning', 'DeprecationWarning: foo() is going away'],
    ['critical', 'Killed'],
    ['error', '{"ts":1,"error":"connection refused"}'],
  ])('is %s: %s', (level, line) => {
    expect(levelOf(line)).toBe(level);
  });
});
