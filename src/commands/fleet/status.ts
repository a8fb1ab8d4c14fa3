import type { Config } from '../../config/config.ts';
import { heardNow } from '../../fleet/heard-now.ts';
import { roomOn } from '../../control/table.ts';
import { UsageError } from '../../usage.ts';
import { print, printJson } from '../print.ts';
import { fleetShown, fleetText } from './fleet-text.ts';

/** Shows the hosts of a fleet as they are now, from their last heartbeats. Throws what is wrong, for people. */
export async function showFleet({ fleet }: Config, json: boolean): Promise<void> {
  if (fleet.url === '') throw new UsageError('no fleet is configured: set fleet.url (QT_FLEET_URL)');
  const hosts = await heardNow(fleet);
  const shown = fleetShown(fleet.name, hosts, Date.now());
  if (json) printJson(shown);
  else print(fleetText(shown, roomOn(process.stdout, 100)));
}
