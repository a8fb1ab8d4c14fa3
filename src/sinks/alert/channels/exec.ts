import { accessSync, constants } from 'node:fs';
import { redactKnowing } from '../../text/redact.ts';
import type { AlertChannel, ChannelOptions, ChannelType } from '../alert-channel.ts';
import { messageJson } from '../message-json.ts';
import { programResult, runProgram } from '../run-program.ts';

/** Exit codes of sysexits.h by which a program says that trying again changes nothing. */
const FAULTS = { 64: 'wrong usage', 77: 'not permitted', 78: 'wrong configuration' };

/**
 * A program of the operator's own: the message as JSON on its standard input, started without a shell. Exit 0 has taken
 * it; 64, 77 and 78 say that the channel is wrong; after any other exit it is started again later.
 */
export const exec: ChannelType = {
  type: 'exec',
  matches: () => false,
  address: 'none:',
  protocols: [],
  needs: ['command'],
  create: execChannel,
  probe({ command: [program = ''] }) {
    if (!program.includes('/')) return Promise.resolve({ verdict: 'unknown', said: `${program} is not run` });
    try {
      accessSync(program, constants.X_OK);
      return Promise.resolve({ verdict: 'unknown', said: `${program} is there and can be run` });
    } catch {
      const remedy = 'see whether the file is there, and whether the user of the daemon may run it';
      return Promise.resolve({ verdict: 'refuses', said: `${program} cannot be run`, remedy });
    }
  },
};

function execChannel({ name, command, timeout, token, secret }: ChannelOptions): AlertChannel {
  const secrets = [token, secret];
  const mask = redactKnowing(secrets);
  return {
    name,
    type: 'exec',
    slow: true,
    async send(message) {
      const input = `${JSON.stringify(messageJson(message))}\n`;
      return programResult(
        await runProgram(message, { argv: command, input, timeout, secrets, mask }),
        FAULTS,
      );
    },
  };
}
