import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NotificationType } from '../../../model.ts';
import { cutText } from '../../text/cut-text.ts';
import { redactKnowing } from '../../text/redact.ts';
import type { AlertChannel, ChannelOptions, ChannelType, ProbeResult } from '../alert-channel.ts';
import { textOf } from '../field-of.ts';
import { overHttp } from '../http-channel.ts';
import { programResult, runProgram } from '../run-program.ts';
import { shortText, withoutEmphasis, wholeText } from '../whole-text.ts';

const TEXT = 30_000;
const PLAIN = 500;
/** What Python takes on a host where this program may use a tenth of a core, in milliseconds. */
const TIMEOUT = 60_000;
/** Exit codes of the command that no later try would change. */
const FAULTS = { 2: 'it does not know its arguments', 3: 'no address of the file has the tag' };

const KINDS: Readonly<Record<NotificationType, 'info' | 'success' | 'warning' | 'failure'>> = {
  opened: 'failure',
  heal: 'info',
  news: 'failure',
  reopened: 'failure',
  escalated: 'failure',
  reminder: 'warning',
  resolved: 'success',
  note: 'info',
};

/** The API of an Apprise server, `https://HOST/notify/KEY`; `to` are tags. */
const api = overHttp({
  type: 'apprise',
  matches: (url) => /^\/notify\/[^/]+\/?$/.test(url.pathname),
  compose(message, { url, to }, plain) {
    const body = JSON.stringify({
      title: cutText(message.title, PLAIN),
      body: plain ? cutText(shortText(message), PLAIN) : cutText(wholeText(message), TEXT),
      type: KINDS[message.effect.part],
      format: plain ? 'text' : 'markdown',
      ...(to.length > 0 && { tag: to.join(',') }),
    });
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
  },
  isOwn: (body) => textOf(body, 'error') !== '',
  question: ({ url }) => ({
    method: 'GET',
    url: new URL('/status', url),
    means: (status) => (status === 200 ? 'unknown' : 'refuses'),
    asked: 'GET of /status',
  }),
});

/**
 * Apprise, and by it more than a hundred services: its API server, or with a `file:` address its command, which is given
 * that file of addresses. Addresses are never among arguments, where every user of the host could read them.
 */
export const apprise: ChannelType = {
  ...api,
  protocols: ['http:', 'https:', 'file:'],
  create: (options) => (options.url.protocol === 'file:' ? commandChannel(options) : api.create(options)),
  probe: (options) =>
    options.url.protocol === 'file:'
      ? Promise.resolve(lookAt(fileURLToPath(options.url)))
      : api.probe(options),
};

function commandChannel({ name, url, to }: ChannelOptions): AlertChannel {
  const file = fileURLToPath(url);
  const mask = redactKnowing([]);
  return {
    name,
    type: 'apprise',
    slow: true,
    async send(message) {
      const { verdict, said, remedy = '' } = lookAt(file);
      if (verdict === 'refuses')
        return {
          verdict: 'disable',
          detail: `${said}: ${remedy}`,
          remoteId: '',
          uncertain: false,
          channelWide: true,
        };
      // Among the arguments a title could be read by every user of the host: it is the first line of the body.
      const argv = ['apprise', '--config', file, '--notification-type', KINDS[message.effect.part]];
      const tags = to.flatMap((tag) => ['--tag', tag]);
      const input = cutText(withoutEmphasis(`${message.title}\n\n${wholeText(message)}`), TEXT);
      const run = { argv: [...argv, ...tags], input, timeout: TIMEOUT, secrets: [], mask };
      return programResult(await runProgram(message, run), FAULTS);
    },
  };
}

/** Whether the file of addresses can be used: whoever may write to it decides where messages go. */
function lookAt(file: string): ProbeResult {
  try {
    const { mode, uid } = statSync(file);
    if ((mode & 0o022) !== 0 || (uid !== 0 && uid !== process.getuid?.()))
      return {
        verdict: 'refuses',
        said: `others may write to ${file}`,
        remedy: `chown it to the user of the daemon or root, and chmod go-w`,
      };
    return { verdict: 'unknown', said: `${file} is there` };
  } catch {
    return {
      verdict: 'refuses',
      said: `${file} cannot be read`,
      remedy: 'set the path of the file, as file:///etc/NAME',
    };
  }
}
