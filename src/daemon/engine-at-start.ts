import type { Config } from '../config/config.ts';
import { type Endpoint, resolveEndpoint } from '../streams/docker/endpoint.ts';
import { probe } from '../streams/docker/probe.ts';
import { UsageError } from '../usage.ts';

/** The engine's endpoint by the settings. Throws a UsageError for one that is none. */
export function endpointOf(config: Config): Endpoint {
  try {
    return resolveEndpoint(config.docker.host);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Whether an engine is there; if not, people are told why and what to do. */
export async function answers(endpoint: Endpoint): Promise<boolean> {
  const found = await probe(endpoint);
  if (!found.ok) process.stderr.write(`No Docker Engine: ${found.reason}\n${found.remedy}\n`);
  return found.ok;
}
