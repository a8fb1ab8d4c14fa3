import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import { openLink } from '../../fleet/link.ts';
import { isLocal, serverFiles } from '../../fleet/server-files.ts';
import { lookAtStreams, makeStreams, wantedStreams } from '../../fleet/streams.ts';
import { UsageError } from '../../usage.ts';
import type { InitFlags } from '../fleet.ts';
import { print } from '../print.ts';

/** Makes the files of a server, or the streams at one. Throws a `UsageError` for what is missing, else what went wrong. */
export async function initFleet(flags: InitFlags, { fleet }: Config): Promise<void> {
  if (flags.files !== undefined) {
    writeFiles(flags.files, flags, fleet.name);
    return;
  }
  if (fleet.url === '') throw new UsageError('no fleet is configured: set fleet.url (QT_FLEET_URL)');
  const wanted = wantedStreams(fleet.name, Math.max(0, ...fleet.rules.map(({ window }) => window)));
  const link = await openLink({ ...fleet, ...(flags.key !== undefined && as('admin', flags.key)) }, false);
  try {
    const made =
      flags.print === true
        ? await lookAtStreams(link.manager, wanted)
        : await makeStreams(link.manager, wanted);
    for (const { name, state, differs } of made)
      print(
        `${state.padEnd(8)} ${name}${differs.length === 0 ? '' : ` (other than wanted: ${differs.join(', ')})`}\n`,
      );
    const foreign = made.filter(({ state }) => state === 'foreign');
    if (foreign.length > 0)
      throw new Error(
        `${foreign.map(({ name }) => name).join(', ')}: made otherwise, and left as it is. Remove it, or choose another fleet.name.`,
      );
  } finally {
    await link.close();
  }
}

/** Whoever makes the streams has an inbox of its own, as every host has. */
function as(host: string, credentials: string) {
  return { host, credentials };
}

/** Files that are there are never replaced: their keys are in use. */
function writeFiles(dir: string, { host = [], decider = [], listen }: InitFlags, fleet: string): void {
  const wrong = [...host, ...decider].find((name) => !/^[A-Za-z0-9][\w-]{0,63}$/.test(name));
  if (wrong !== undefined)
    throw new UsageError(`--host: expected letters, digits, dashes and underscores, found "${wrong}"`);
  const hosts = [...new Set([...host, ...decider])];
  if (hosts.length === 0) throw new UsageError('--host: expected the names of the hosts');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files = serverFiles({ fleet, hosts, deciders: decider, listen, store: join(resolve(dir), 'store') });
  const there = files.filter(({ name }) => existsSync(join(dir, name)));
  if (there.length > 0)
    throw new Error(
      `${there.map(({ name }) => join(dir, name)).join(', ')}: already there, and left as it is`,
    );
  for (const { name, content, secret } of files) {
    writeFileSync(join(dir, name), content, { mode: secret ? 0o600 : 0o644, flag: 'wx' });
    print(`${join(dir, name)}\n`);
  }
  if (!isLocal(listen))
    print(`\nPut the server's certificate beside them: ${dir}/server.pem and ${dir}/server-key.pem.\n`);
}
