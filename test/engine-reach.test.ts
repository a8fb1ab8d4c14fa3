import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dockerClient } from '../src/streams/docker/client.ts';
import { parseEndpoint, type Endpoint } from '../src/streams/docker/endpoint.ts';
import { probe } from '../src/streams/docker/probe.ts';
import { restartContainers } from '../src/streams/docker/restart-containers.ts';
import type { TlsFiles } from '../src/streams/docker/tls-files.ts';
import { describeEngine, type Engine } from './support/engine.ts';
import { follower } from './support/engine-follow.ts';
import { type Authority, ownAuthority } from './support/own-authority.ts';
import { startSshd, type Sshd } from './support/sshd.ts';
import { scratchDir } from './support/state.ts';

const LINES = 2_000;
const SAY = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "line $i"; done; trap exit TERM; sleep 600 & wait`;

/** Every line of a flood arrives once and in order, and a container there can be restarted. */
async function followsExactly(engine: Engine, endpoint: Endpoint): Promise<void> {
  const following = follower(endpoint);
  const id = await engine.run({ name: 'flood', script: SAY });
  await following.until('all lines', () => following.count('flood') >= LINES, 60_000);
  expect(following.lines.map(({ text }) => text)).toEqual(
    Array.from({ length: LINES }, (_, i) => `line ${i + 1}`),
  );
  expect(following.gaps()).toEqual([]);
  const started = await startedAt(engine, id);
  await restartContainers(() => endpoint, 'flood');
  expect(await startedAt(engine, id)).not.toBe(started);
  following.stop();
  await engine.remove(id);
}

async function startedAt(engine: Engine, id: string): Promise<unknown> {
  const { body } = await engine.api('GET', `/containers/${id}/json`);
  return (JSON.parse(body) as { State: { StartedAt: string } }).State.StartedAt;
}

/** What an operator reads where an engine does not answer. */
async function told(endpoint: Endpoint): Promise<string> {
  const answer = await probe(endpoint, 20_000);
  return answer.ok ? `ok ${answer.version}` : `${answer.reason} | ${answer.remedy}`;
}

/** Certificates of ours and of somebody else, as files. */
function certificates() {
  const [ours, theirs] = [ownAuthority(), ownAuthority()];
  const folder = scratchDir();
  const files = { ca: ours.ca, cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), verify: true };
  writeFileSync(files.cert, ours.cert);
  writeFileSync(files.key, ours.key);
  return { ours, theirs, files };
}

/** TLS in front of the engine's socket that wants a certificate of ours, as dockerd --tlsverify does; its port. */
async function served({ socket }: Engine, { ca, cert, key }: Authority): Promise<number> {
  const options = { cert, key, ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true };
  const server = createServer(options, (near) => {
    const far = connect(socket);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describeEngine('an engine behind TLS that wants a certificate of ours', (engine) => {
  const at = (port: number, tls: TlsFiles, host = 'localhost') =>
    parseEndpoint(`tcp://${host}:${port}`, 'docker.host', tls);

  test('is followed exactly', { timeout: 90_000 }, async () => {
    const { ours, files } = certificates();
    await followsExactly(engine(), at(await served(engine(), ours), files));
  });

  test('each mistake is told in words, with what to do', async () => {
    const { ours, theirs, files } = certificates();
    const port = await served(engine(), ours);
    const withoutOurs = await told(at(port, { ca: ours.ca, verify: true }));
    expect(withoutOurs).toMatch(/does not accept our certificate .* \| Name one .*docker\.tls\.cert/);
    const ofAnother = { ...files, ca: theirs.ca };
    expect(await told(at(port, ofAnother))).toMatch(
      /not signed by an authority that is trusted here .*\| .*docker\.tls\.ca/,
    );
    expect(await told(at(port, files, '127.0.0.1'))).toMatch(/certificate is for another name/);
    expect(await told(at(port, { ...files, cert: '/nowhere/cert.pem' }))).toMatch(
      /\/nowhere\/cert\.pem cannot be read: ENOENT \| Correct the path/,
    );
    expect(await told(at(port, { ...files, key: files.cert }))).toMatch(/certificates cannot be used/);
    expect(await told(at(port, { ...ofAnother, verify: false }))).toMatch(/^ok /);
  });

  test('a renewed certificate is used without a restart', async () => {
    const { ours, files } = certificates();
    const client = dockerClient(at(await served(engine(), ours), files));
    writeFileSync(files.cert, 'not a certificate');
    await expect(client.call('/version')).rejects.toThrow('certificates cannot be used');
    writeFileSync(files.cert, ours.cert);
    expect(await client.call('/version')).toHaveProperty('Version');
    client.close();
  });
});

describeEngine('an engine on another host, by SSH', (engine) => {
  function at({ port, path }: Sshd, socket = engine().socket): Endpoint {
    vi.stubEnv('PATH', path);
    return parseEndpoint(`ssh://localhost:${port}${socket}`, 'docker.host');
  }

  test('is followed exactly through one tunnel', { timeout: 90_000 }, async () => {
    await followsExactly(engine(), at(await startSshd()));
  });

  test(
    'is followed exactly by docker system dial-stdio where forwarding is forbidden',
    { timeout: 90_000 },
    async () => {
      await followsExactly(engine(), at(await startSshd(['AllowStreamLocalForwarding no'])));
    },
  );

  test('each mistake is told in words, with what to do', { timeout: 60_000 }, async () => {
    const sshd = await startSshd();
    const another = await startSshd();
    expect(await told(at(sshd, '/nowhere/docker.sock'))).toMatch(
      /no engine that this user may use listens .* \| Start Docker/,
    );
    const known = readFileSync(sshd.knownHosts);
    writeFileSync(sshd.knownHosts, '');
    expect(await told(at(sshd))).toMatch(/the key of the host is not known here \| Connect once by hand/);
    writeFileSync(
      sshd.knownHosts,
      known
        .toString()
        .replace(
          /(ed25519 )\S+/,
          `$1${readFileSync(another.knownHosts, 'utf8').split(' ')[2]?.trim() ?? ''}`,
        ),
    );
    expect(await told(at(sshd))).toMatch(/shows another key/);
    writeFileSync(sshd.knownHosts, known);
    writeFileSync(sshd.authorizedKeys, '');
    expect(await told(at(sshd))).toMatch(
      /lets this user in with none of its keys .*\| .*ssh-copy-id localhost/,
    );
  });

  test('a name that would be an option is refused before anything runs', () => {
    for (const text of ['ssh://-oProxyCommand=x', 'ssh://-l@host', 'ssh://user:secret@host', 'ssh://']) {
      expect(() => parseEndpoint(text, 'docker.host')).toThrow(/^docker\.host is ssh:/);
    }
  });
});
