import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';
import { repositoryOf } from '../src/classify/image-defaults.ts';

const LINE = '2026-11-26 10:00:00.123 UTC [12] FATAL:  the database system is starting up';

test.each([
  ['postgres', 'postgres'],
  ['postgres:16-alpine', 'postgres'],
  ['docker.io/library/postgres:16@sha256:abc', 'postgres'],
  ['localhost:5000/team/postgres', 'localhost:5000/team/postgres'],
  ['ghcr.io/gnzsnz/ib-gateway:stable', 'ghcr.io/gnzsnz/ib-gateway'],
])('the repository of %s is %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});

test('what is known of an image holds for that image alone', () => {
  const classifier = createClassifier([]);
  const levelOf = (image?: string) => classifier.judge(LINE, newEntry(), 'db', 1, image).level;
  expect(levelOf('postgres:16')).toBe('info');
  expect(levelOf('registry.local:5000/postgres:16')).toBe('info');
  expect(levelOf('postgres-exporter')).toBe('critical');
  expect(levelOf()).toBe('critical');
  expect(classifier.judge('FATAL:  out of disk', newEntry(), 'db', 1, 'postgres:16').level).toBe('critical');
});

test("an operator's rule comes before it", () => {
  const { rules } = configSchema.parse({
    classify: { rules: [{ level: 'error', text: 'starting up' }] },
  }).classify;
  const verdict = createClassifier(rules).judge(LINE, newEntry(), 'db', 1, 'postgres:16');
  expect(verdict).toMatchObject({ level: 'error', rule: 'your rule classify.rules[0] (error)' });
});

test('explain names it, and check-config shows it', async () => {
  const verdict = createClassifier([]).explain(LINE, newEntry(), 'db', 1, 'postgres:16');
  expect(verdict.rule).toBe(
    'default for the image postgres (clients that come while the database starts or stops)',
  );
  const main = join(import.meta.dirname, '..', 'src', 'main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'check-config'], {
    env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  });
  expect(stdout).toContain('classify.images = postgres, ');
});
