import { expect, test } from 'vitest';
import { restartContainers } from '../src/streams/docker/restart-containers.ts';
import { describeEngine, type Engine } from './support/engine.ts';
import { follower } from './support/engine-follow.ts';

const TICK = 'i=0; while :; do i=$((i+1)); echo "tick $i"; sleep 0.1; done';

describeEngine('this engine', (here) => {
  describeEngine('and another one', (vps) => {
    test('a container is restarted on the engine that its identity names', async () => {
      const engines = [here(), vps()];
      const ids = await Promise.all(
        engines.map((engine) => engine.run({ name: 'same', script: 'sleep 600' })),
      );
      const starts = () => Promise.all(engines.map((engine, i) => startedAt(engine, ids[i] ?? '')));
      const endpointOf = (source: string) =>
        ({ docker: here().endpoint, 'docker:vps': vps().endpoint })[source];
      const [before, farBefore] = await starts();
      await restartContainers(endpointOf, 'docker:vps:same');
      const [still, farAfter] = await starts();
      expect(still).toBe(before);
      expect(farAfter).not.toBe(farBefore);
      await restartContainers(endpointOf, 'same');
      const [after, farStill] = await starts();
      expect(after).not.toBe(before);
      expect(farStill).toBe(farAfter);
      const elsewhere = restartContainers(endpointOf, 'journald:same.service');
      await expect(elsewhere).rejects.toThrow('no container of a configured Docker Engine');
      await Promise.all(engines.map((engine, i) => engine.remove(ids[i] ?? '')));
    });

    test('are two sources: one goes away, the other goes on, and each of two equal names is its own', async () => {
      const near = follower(here().endpoint);
      const far = follower(vps().endpoint, { id: 'docker:vps' });
      await Promise.all([here(), vps()].map((engine) => engine.run({ name: 'api', script: TICK })));
      await near.until('lines', () => near.count('api') > 3);
      await far.until('lines', () => far.count('docker:vps:api') > 3);
      await near.until('read', () => near.coverage.at(-1)?.blind === false);
      await far.until('read', () => far.coverage.at(-1)?.blind === false);
      expect(far.lines[0]?.origin).toMatchObject({ source: 'docker:vps', image: 'busybox' });
      expect(far.source.status()).toMatchObject({ id: 'docker:vps', endpoint: vps().endpoint.text });

      await vps().kill9();
      await far.until('blind', () => far.coverage.at(-1)?.blind === true);
      const before = near.count('api');
      await near.until('more lines', () => near.count('api') > before + 10);
      expect(near.coverage).toMatchObject([{ source: 'docker', blind: false, unread: [] }]);
      expect(far.coverage.at(-1)).toMatchObject({ source: 'docker:vps', unread: [] });
      expect(far.source.status().connection.state).toBe('down');
      expect(near.source.status().connection.state).toBe('up');
      const said = far.log.filter((line) => line.includes('cannot be reached'));
      expect(said).toEqual([expect.stringContaining('"source":"docker:vps"')]);

      await vps().boot();
      await far.until('back', () => far.coverage.at(-1)?.blind === false, 40_000);
      near.stop();
      far.stop();
    }, 90_000);
  });
});

async function startedAt(engine: Engine, id: string): Promise<string> {
  const { body } = await engine.api('GET', `/containers/${id}/json`);
  return (JSON.parse(body) as { State: { StartedAt: string } }).State.StartedAt;
}
