import { asyncScheduler } from 'rxjs';
import { configSchema } from '../../src/config/config.ts';
import { commandHeal } from '../../src/sinks/heal/actions/command.ts';
import { effect, OPENED, story } from './effects.ts';

/**
 * Runs one heal through `systemd-run` and prints how it ended as JSON, for a machine that systemd has booted.
 * Arguments: the attempt's id, its time limit in milliseconds, and the command.
 */
const [id = '', timeout = '', ...command] = process.argv.slice(2);
const { heal } = configSchema.parse({
  heal: { command, runner: 'systemd-run', timeout: Number(timeout), killGrace: 1_000, env: { EXTRA: 'yes' } },
});
const sink = commandHeal({ config: heal, clock: asyncScheduler, env: process.env, secrets: [] });
const attempt = { attempt: 1, id, started: OPENED };
const asked = effect({ kind: 'heal', id, story: story({ state: 'healing', heals: [attempt] }) });
const run = await sink.start(asked, () => undefined);
console.log(JSON.stringify(await run.ended));
