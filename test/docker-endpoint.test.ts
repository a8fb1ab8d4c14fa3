import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseEndpoint, resolveEndpoint } from '../src/streams/docker/endpoint.ts';
import { scratchDir } from './support/state.ts';

/** A folder as the Docker CLI keeps it, with these contexts; `vps` has certificates. */
function cliFolder(contexts: Readonly<Record<string, object>>, current?: string): string {
  const folder = scratchDir();
  if (current !== undefined)
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: {}, currentContext: current }));
  for (const [name, docker] of Object.entries(contexts)) {
    const id = createHash('sha256').update(name).digest('hex');
    mkdirSync(join(folder, 'contexts/meta', id), { recursive: true });
    const meta = JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } });
    writeFileSync(join(folder, 'contexts/meta', id, 'meta.json'), meta);
  }
  return folder;
}

test('comes from the first that is set: host, context, DOCKER_HOST, DOCKER_CONTEXT, the current context', () => {
  const hosts = {
    one: { Host: 'tcp://one:1' },
    two: { Host: 'ssh://me@two' },
    three: { Host: 'unix:///three' },
  };
  const folder = cliFolder(hosts, 'three');
  const env = { DOCKER_CONFIG: folder, DOCKER_HOST: 'tcp://env:1', DOCKER_CONTEXT: 'two' };
  const text = (settings: object, without: readonly (keyof typeof env)[] = []) =>
    resolveEndpoint(
      settings,
      Object.fromEntries(Object.entries(env).filter(([name]) => !without.some((other) => other === name))),
    ).text;
  expect(text({ host: 'tcp://set:1' })).toBe('tcp://set:1');
  expect(text({ context: 'one' })).toBe('tcp://one:1');
  expect(text({})).toBe('tcp://env:1');
  expect(text({}, ['DOCKER_HOST'])).toBe('ssh://me@two');
  expect(text({}, ['DOCKER_HOST', 'DOCKER_CONTEXT'])).toBe('unix:///three');
  expect(() => text({ host: 'tcp://set:1', context: 'one' })).toThrow('docker has both host and context');
});

test('a context that is not there, or names no host, is told with its place', () => {
  const folder = cliFolder({ kubernetes: {} });
  const env = { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'vps' };
  expect(() => resolveEndpoint({}, env)).toThrow(
    `DOCKER_CONTEXT is vps: there is no such context in ${folder} (docker context ls shows which there are)`,
  );
  expect(() => resolveEndpoint({ context: 'kubernetes' }, env)).toThrow(
    /meta\.json names no host of a Docker/,
  );
});

test("a context's certificates, and those of DOCKER_CERT_PATH, are used", () => {
  const folder = cliFolder({ vps: { Host: 'tcp://vps:2376', SkipTLSVerify: true } });
  const tls = join(folder, 'contexts/tls', createHash('sha256').update('vps').digest('hex'), 'docker');
  mkdirSync(tls, { recursive: true });
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(tls, `${name}.pem`), '');
  const files = { ca: join(tls, 'ca.pem'), cert: join(tls, 'cert.pem'), key: join(tls, 'key.pem') };
  expect(resolveEndpoint({ context: 'vps' }, { DOCKER_CONFIG: folder }).tls).toEqual({
    ...files,
    verify: false,
  });
  const env = { DOCKER_HOST: 'tcp://far', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: tls };
  expect(resolveEndpoint({}, env)).toEqual({
    text: 'tcp://far:2376',
    host: 'far',
    port: 2_376,
    tls: { ...files, verify: true },
  });
  const own = { ca: '/own/ca.pem', verify: true };
  expect(resolveEndpoint({ host: 'tcp://far:1', tls: own }, env).tls).toEqual(own);
});

test.each([
  ['unix:///run/docker.sock', { text: 'unix:///run/docker.sock', socketPath: '/run/docker.sock' }],
  ['unix:/run/docker.sock', { text: 'unix:///run/docker.sock', socketPath: '/run/docker.sock' }],
  ['tcp://[::1]:2375', { text: 'tcp://[::1]:2375', host: '::1', port: 2_375 }],
  ['ssh://me@vps:2222', { text: 'ssh://me@vps:2222', ssh: { host: 'vps', user: 'me', port: 2_222 } }],
  ['ssh://vps/run/user/1000/docker.sock', { text: 'ssh://vps/run/user/1000/docker.sock', ssh: { host: 'vps', socket: '/run/user/1000/docker.sock' } }],
])('%s', (text, expected) => {
  expect(parseEndpoint(text, 'docker.host')).toEqual(expected);
}); // prettier-ignore

test.each([
  ['tcp://vps:2376', /port 2376 is Docker's port for TLS: name the certificates \(docker\.tls/],
  ['https://vps:2376', /write tcp:\/\/vps:2376, and name the certificates/],
  ['/run/docker.sock', /a socket is written unix:\/\/ and its whole path: unix:\/\/\/run\/docker\.sock/],
  ['npipe:////./pipe/docker_engine', /npipe is not supported/],
  ['ssh://me:secret@vps', /a password has no place in it/],
  ['ssh://-oProxyCommand=x', /expected a user and a host that do not begin with a hyphen/],
  ['vps', /expected unix:\/\/\/path or tcp:\/\/host:port/],
])('%s is refused with what to write', (text, expected) => {
  expect(() => parseEndpoint(text, 'docker.host')).toThrow(expected);
});

test('a socket of a rootless engine or of Podman is found where there is no other', () => {
  const runtime = scratchDir();
  const found = () =>
    resolveEndpoint({}, { HOME: runtime, XDG_RUNTIME_DIR: runtime }, 'docker', runtime).text;
  expect(found()).toBe(`unix://${runtime}/var/run/docker.sock`);
  mkdirSync(join(runtime, 'podman'));
  writeFileSync(join(runtime, 'podman/podman.sock'), '');
  expect(found()).toBe(`unix://${runtime}/podman/podman.sock`);
  writeFileSync(join(runtime, 'docker.sock'), '');
  expect(found()).toBe(`unix://${runtime}/docker.sock`);
});
