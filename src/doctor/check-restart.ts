import { request } from 'node:http';
import { beyondRestart } from '../config/beyond-restart.ts';
import type { Config } from '../config/config.ts';
import { reasonOf } from '../streams/docker/client.ts';
import type { Endpoint } from '../streams/docker/endpoint.ts';
import { dockerEngines } from '../streams/docker/engines.ts';
import { fault, type Finding, ok, warning } from './finding.ts';

const CHECK = 'heal';
const TIMEOUT = 5_000;

/** An id that no container has: requesting its restart restarts nothing. */
const NOBODY = '0'.repeat(64);

/** Whether the engine, or a proxy before it, lets us restart containers: `heal.action: restart` needs that. */
export async function checkRestart(config: Config): Promise<readonly Finding[]> {
  const engines = await Promise.all(dockerEngines(config).map(({ endpoint }) => checkEngine(endpoint)));
  const unhealed = beyondRestart(config);
  return [
    ...engines.flat(),
    ...(unhealed === undefined
      ? []
      : [warning(CHECK, unhealed, 'set heal.command to a program that restarts them too')]),
  ];
}

async function checkEngine(endpoint: Endpoint): Promise<readonly Finding[]> {
  let status: number;
  try {
    status = await askToRestartNobody(endpoint);
  } catch (error) {
    const remedy = 'see the fault of docker above';
    return [fault(CHECK, `whether containers may be restarted cannot be asked: ${reasonOf(error)}`, remedy)];
  }
  return status === 404
    ? [ok(CHECK, 'restarts the containers to blame, and may')]
    : [
        fault(
          CHECK,
          `restarts the containers to blame, but POST /containers/ID/restart is denied (HTTP ${status})`,
          'let the proxy pass it (Tecnativa: POST=1 ALLOW_RESTARTS=1), or set heal.command to a program that may',
        ),
      ];
}

async function askToRestartNobody({ socketPath, host: name, port }: Endpoint): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const where = socketPath === undefined ? { host: name, port } : { socketPath };
  const asked = request(
    { ...where, method: 'POST', path: `/containers/${NOBODY}/restart`, timeout: TIMEOUT, agent: false },
    (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    },
  );
  asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT / 1_000} s`)));
  asked.on('error', reject);
  asked.end();
  return promise;
}
