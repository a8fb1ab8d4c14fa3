import { expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { dockerSources } from '../src/streams/docker/docker-source.ts';
import { dockerEngines, engineEndpoints } from '../src/streams/docker/engines.ts';

/** Which engines these settings ask for, as `id at endpoint`. */
function engines(docker: unknown, host = 'unix:///run/here.sock'): string[] {
  const config = configSchema.parse({ sources: { docker }, docker: { host } });
  return dockerEngines(config).map(({ id, endpoint }) => `${id} at ${endpoint.text}`);
}

test.each([
  ['true', true, ['docker at unix:///run/here.sock']],
  ['false', false, []],
  ['one without a name', { host: 'tcp://vps:2375' }, ['docker at tcp://vps:2375']],
  ['one with a name', { name: 'vps' }, ['docker:vps at unix:///run/here.sock']],
  ['several', [{}, { name: 'vps', host: 'tcp://vps:2375' }], ['docker at unix:///run/here.sock', 'docker:vps at tcp://vps:2375']],
])('sources.docker: %s', (_name, docker, expected) => {
  expect(engines(docker)).toEqual(expected);
}); // prettier-ignore

test('a host that is none is refused, and says which of them it is', () => {
  expect(() => engines([{}, { name: 'vps', host: 'ftp://vps' }])).toThrow(
    /^sources\.docker\[1\]\.host is ftp/,
  );
  expect(() => engines({ host: 'ftp://vps' })).toThrow(/^sources\.docker\.host is ftp/);
  expect(() => engines(true, 'ftp://vps')).toThrow(/^docker\.host is ftp/);
});

test('one engine under two names is refused: its lines would count twice', () => {
  const twice = [{ name: 'a', host: 'unix:///run/here.sock' }, { name: 'b' }];
  expect(() => engines(twice)).toThrow('docker:a and docker:b are both at unix:///run/here.sock');
});

test('every engine is a source, and a heal finds the engine of a source', () => {
  const config = configSchema.parse({
    sources: { docker: [{ host: 'tcp://here:1' }, { name: 'vps', host: 'tcp://vps:2' }] },
  });
  expect(dockerSources.configured(config).map(({ id }) => id)).toEqual(['docker', 'docker:vps']);
  expect(engineEndpoints(config)('docker:vps')?.port).toBe(2);
  expect(engineEndpoints(config)('docker')?.port).toBe(1);
  expect(engineEndpoints(config)('journald')).toBeUndefined();
});
