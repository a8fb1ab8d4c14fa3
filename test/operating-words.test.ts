import { expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { checkDocker } from '../src/doctor/check-docker.ts';
import { checkGlobs } from '../src/doctor/check-globs.ts';
import { parseEndpoint } from '../src/streams/docker/endpoint.ts';
import { probe } from '../src/streams/docker/probe.ts';
import { transportFault } from '../src/sinks/alert/transport-fault.ts';
import { redact } from '../src/text/redact.ts';
import { cli } from './support/cli.ts';

test('a glob that matches no container is pointed out, with its setting', () => {
  const containers = [
    { name: 'quantum_api', image: 'registry.example/api:1' },
    { name: 'quantum_db', image: 'postgres' },
  ];
  const found = checkGlobs({ include: ['quantum_*'], exclude: ['"a-*', '*_db'], images: ['**'] }, containers);
  expect(found.map((finding) => finding.found)).toEqual([
    'containers.exclude: "\\"a-*" matches none of 2 containers',
  ]);
  expect(checkGlobs({ include: ['x'], exclude: [], images: ['**'] }, [])).toEqual([]);
});

test.each([
  ['unix://run/docker.sock', 'unix:///run/docker.sock'],
  ['/run/docker.sock', 'unix:///run/docker.sock'],
])('a socket written %s is refused with how it is written', (text, right) => {
  expect(() => parseEndpoint(text, 'DOCKER_HOST')).toThrow(
    `DOCKER_HOST is ${text}: a socket is written unix:// and its whole path: ${right}`,
  );
});

test('of a port that nobody listens on it is not said that a socket is there', async () => {
  const answer = await probe(parseEndpoint('tcp://127.0.0.1:1', 'x'));
  expect(answer.ok ? '' : answer.remedy).toMatch(/^Nothing listens on tcp:\/\/127\.0\.0\.1:1: start/);
});

test('of several engines each finding names its own, of one alone none does', async () => {
  const found = async (docker: unknown): Promise<readonly string[]> =>
    (await checkDocker(configSchema.parse({ sources: { docker } }))).map((finding) => finding.found);
  const [first, second] = ['tcp://127.0.0.1:1', 'tcp://127.0.0.1:2'].map((host, n) => ({
    name: `e${n}`,
    host,
  }));
  const both = await found([first, second]);
  expect(both).toHaveLength(2);
  expect(both[0]).toMatch(/^docker:e0: .*ECONNREFUSED/);
  expect(both[1]).toMatch(/^docker:e1: .*ECONNREFUSED/);
  expect((await found(first))[0]).not.toContain('docker:e0: ');
});

test('no warning of Node.js is printed for a tcp:// address', async () => {
  const { stderr } = await cli(['check-config'], { env: { QT_DOCKER_HOST: 'tcp://127.0.0.1:1' } });
  expect(stderr).not.toContain('DEP0169');
  expect(stderr).toContain('labels of containers are not shown');
});

test.each([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ENOTFOUND',
])('nothing of what an error means is masked as a secret: %s', (code) => {
  const { said } = transportFault(Object.assign(new Error('x'), { code }));
  expect(said).toMatch(new RegExp(`\\(${code}\\)$`));
  expect(redact(`not reachable (${said})`)).toBe(`not reachable (${said})`);
});
