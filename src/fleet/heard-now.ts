import type { FleetConfig } from '../config/config.ts';
import { type HostHeard } from './hosts.ts';
import { openLink, parsed } from './link.ts';
import { hostOf, namesOf } from './names.ts';
import { heartbeatMessage } from './protocol.ts';

/** How long it is waited for what the broker has, in milliseconds. */
const PATIENCE = 5_000;

/**
 * The last heartbeat of every host that the broker has one of; what is of another version is left out. `heardAt` is by
 * the broker's clock. Throws for people: no broker, no stream, no right to read.
 */
export async function heardNow(config: FleetConfig): Promise<readonly HostHeard[]> {
  const { DeliverPolicy } = await import('./nats.ts');
  const { stream } = namesOf(config.name).heartbeats;
  const link = await openLink(config, false);
  try {
    const { state } = await link.manager.streams.info(stream);
    if (state.messages === 0) return [];
    const consumer = await link.js.consumers.get(stream, { deliver_policy: DeliverPolicy.LastPerSubject });
    const hosts: HostHeard[] = [];
    const messages = await consumer.fetch({ max_messages: state.messages, expires: PATIENCE });
    for await (const { subject, data, time, info } of messages) {
      const message = heartbeatMessage.safeParse(parsed(new TextDecoder().decode(data)));
      const heardAt = time.getTime();
      if (message.success)
        hosts.push({
          host: hostOf(subject),
          heartbeat: message.data,
          heardAt,
          ahead: message.data.at - heardAt,
        });
      if (info.pending === 0) break;
    }
    return hosts;
  } catch (error) {
    throw new Error(`the heartbeats of the fleet cannot be read: ${reasonOf(error, config.host)}`, {
      cause: error,
    });
  } finally {
    await link.close();
  }
}

function reasonOf(error: unknown, host: string): string {
  const said = error instanceof Error ? error.message : String(error);
  if (/permissions? violation/i.test(said))
    return `${host} may only send; ask on a host that may decide (fleet.decide)`;
  return said.includes('stream not found')
    ? 'its streams are not there; quantum-realtime fleet init makes them'
    : said;
}
