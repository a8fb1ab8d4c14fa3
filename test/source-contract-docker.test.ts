import { existsSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { configSchema } from '../src/config/config.ts';
import { dockerSource } from '../src/streams/docker/docker-source.ts';
import { describeEngine, type Engine } from './support/engine.ts';
import { newSocketPath, type Proxy, startProxy } from './support/proxy.ts';
import { sourceContract, type SourceWorld } from './support/source-contract.ts';

/** Says what it finds in the file `next` of its folder, which it then removes. */
const SAY =
  'while :; do if [ -e /gate/next ]; then mv /gate/next /gate/now; cat /gate/now; rm /gate/now; fi; usleep 5000; done';

describeEngine('a real engine', (engine) => {
  sourceContract('docker', () => dockerWorld(engine()));
});

/** One container of an engine that is reached over a socket of its own, which can be taken away. */
async function dockerWorld(engine: Engine): Promise<SourceWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'qt-world-'));
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  const path = newSocketPath();
  let proxy: Proxy | undefined = await startProxy(engine.socket, { path });
  const id = await engine.run({ name, script: SAY, binds: [`${folder}:/gate`] });
  return {
    open: (context, position) =>
      dockerSource(
        { id: 'docker', endpoint: { text: `unix://${path}`, socketPath: path } },
        { ...context, config: configSchema.parse({ containers: { include: [name] } }) },
        position,
      ),
    write: async (lines) => {
      const next = join(folder, 'next');
      writeFileSync(`${next}.new`, lines.map((line) => `${line}\n`).join(''));
      renameSync(`${next}.new`, next);
      while (existsSync(next) || existsSync(join(folder, 'now'))) await wait(5);
    },
    takeAway: async () => {
      await proxy?.close();
      proxy = undefined;
    },
    bringBack: async () => {
      proxy = await startProxy(engine.socket, { path });
    },
    drop: async () => {
      const { body } = await engine.api('GET', `/containers/${id}/json`);
      truncateSync((JSON.parse(body) as { LogPath: string }).LogPath);
    },
    close: async () => {
      await proxy?.close();
      await engine.remove(id);
      rmSync(folder, { recursive: true });
    },
  };
}
