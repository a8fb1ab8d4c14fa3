import { format, resolveConfig } from 'prettier';
import { configSchema } from '../../src/config/config.ts';
import type { Effect } from '../../src/model.ts';
import { alertChannels } from '../../src/sinks/alert/alert-channels.ts';
import { messageStyle } from '../../src/sinks/alert/alert-text.ts';
import { foldMessage } from '../../src/sinks/alert/fold-message.ts';
import { httpClient } from '../../src/sinks/alert/http-client.ts';
import { Play } from '../incident/play.ts';
import { startWebhookReceiver, type ReceivedRequest } from './webhook-receiver.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const HEAL = { heal: { command: ['/opt/heal.sh'] } };

/** A database that lost its data, which the web server before it complains about. */
const GONE = 'FATAL: database "shop" does not exist';

function failing(settings: object = HEAL): Play {
  return new Play(settings)
    .container(0, 'shop_db', 'running')
    .container(0, 'web', 'running')
    .signals(MINUTE, 'critical', 'shop_db', GONE, 7)
    .signals(MINUTE, 'error', 'web', 'order 17 not stored: no database', 3)
    .until(2 * MINUTE);
}

function again(second: number, play: Play): Play {
  return play
    .until(second)
    .signals(second, 'critical', 'shop_db', GONE, 6)
    .until(second + 10);
}

function blind(play: Play): Play {
  play.until(MINUTE);
  const away = {
    type: 'coverage',
    source: 'docker',
    blind: true,
    unread: [],
    reason: 'connection refused',
  } as const;
  return play.feed({ ...away, at: play.state.now }, play.state.now).until(3 * MINUTE);
}

/** What can happen, and the alert that tells it. */
const TOLD: readonly (readonly [title: string, alert: () => Effect])[] = [
  ['A limit is reached and a heal starts', () => failing().alert('opened')],
  ['A limit is reached and no heal is configured', () => failing({}).alert('opened')],
  [
    'The heal has ended well',
    () =>
      failing()
        .healed(2 * MINUTE)
        .alert('heal'),
  ],
  [
    'The heal has failed',
    () =>
      failing()
        .healed(2 * MINUTE, 'failed')
        .alert('heal'),
  ],
  [
    'The heal cannot be run',
    () =>
      failing()
        .healed(2 * MINUTE, 'broken')
        .alert('escalated'),
  ],
  [
    'Something new in an open incident',
    () =>
      failing()
        .healed(2 * MINUTE)
        .until(5 * MINUTE)
        .signals(5 * MINUTE, 'error', 'web', 'checkout failed: no route to shop_db', 50)
        .until(7 * MINUTE)
        .alert('news'),
  ],
  ['It is back after a recovery', () => again(25 * MINUTE, failing().healed(2 * MINUTE)).alert('reopened')],
  [
    'Heals did not help: a person is called',
    () => {
      const play = again(5 * MINUTE, failing({ ...HEAL, incident: { maxAttempts: 1 } }).healed(2 * MINUTE));
      return play.until(7 * MINUTE).alert('escalated');
    },
  ],
  [
    'Nobody has taken it on for four hours',
    () => {
      const play = again(5 * MINUTE, failing({ ...HEAL, incident: { maxAttempts: 1 } }).healed(2 * MINUTE));
      for (let at = 20 * MINUTE; at < 4 * HOUR; at += 20 * MINUTE)
        play.signals(at, 'critical', 'shop_db', GONE, 6);
      return play.until(5 * HOUR).alert('reminder');
    },
  ],
  [
    'It is over',
    () =>
      failing()
        .healed(2 * MINUTE)
        .until(20 * MINUTE)
        .alert('resolved'),
  ],
  [
    'A container is down',
    () =>
      well()
        .container(MINUTE, 'web', 'exited', { exitCode: 137, outOfMemory: true })
        .until(3 * MINUTE)
        .alert('opened'),
  ],
  [
    'A container is unhealthy',
    () =>
      well()
        .container(MINUTE, 'web', 'running', { healthy: false })
        .until(5 * MINUTE)
        .alert('opened'),
  ],
  ['The Docker Engine is away', () => blind(well()).alert('opened')],
  [
    'Nothing on the host logs anything',
    () =>
      new Play()
        .signals(0, 'critical', 'host:silence', 'no container of this host has logged anything for 1h')
        .until(10)
        .alert('opened'),
  ],
];

/** Two containers run, and nothing is wrong. */
function well(): Play {
  return new Play(HEAL).container(0, 'shop_db', 'running').container(0, 'web', 'running');
}

/** Settings of one channel, and how its receiver shows what it got: title and text as far as it parts them. */
interface Shown {
  readonly title: string;
  readonly alerts: (origin: string) => object;
  readonly text: (request: ReceivedRequest) => string;
}

const CHANNELS: readonly Shown[] = [
  {
    title: 'Discord, by QT_ALERT_WEBHOOK alone (classic)',
    alerts: (origin) => ({ webhook: `${origin}/api/webhooks/1/token` }),
    text: discordText,
  },
  {
    title: 'Discord, one of several channels',
    alerts: (origin) => ({ channels: [{ url: `${origin}/api/webhooks/1/token` }] }),
    text: discordText,
  },
  {
    title: 'Slack',
    alerts: (origin) => ({ channels: [{ type: 'slack', url: `${origin}/services/T0/B0/x` }] }),
    text: (request) => field(request, 'text'),
  },
  {
    title: 'ntfy; Pushover and Gotify likewise',
    alerts: (origin) => ({ channels: [{ type: 'ntfy', url: `${origin}/topic` }] }),
    text: (request) => `${field(request, 'title')}\n${field(request, 'message')}`,
  },
  {
    title: 'generic: the text',
    alerts: (origin) => ({ channels: [{ type: 'generic', url: `${origin}/hook` }] }),
    text: (request) => field(request, 'data', 'text'),
  },
];

/** Characters that a locked phone shows. */
const LOCK_SCREEN = 120;

/** The page, from real runs of the core on a virtual clock, sent through the real channels to a receiver on loopback. */
export async function messagesPage(): Promise<string> {
  await using receiver = await startWebhookReceiver();
  const parts: string[] = [INTRODUCTION];
  for (const [title, alert] of TOLD) {
    const effect = alert();
    const sent = [];
    for (const channel of CHANNELS) sent.push({ channel, text: await textOf(channel, effect, receiver) });
    parts.push(`## ${title}`);
    parts.push(
      '| on a locked phone | first 120 characters |\n| --- | --- |\n' +
        sent
          .map(({ channel, text }) => `| ${channel.title} | ${cell(plain(text).slice(0, LOCK_SCREEN))} |`)
          .join('\n'),
    );
    for (const { channel, text } of [...sent.slice(0, 1), ...sent.slice(3, 4)])
      parts.push(`Whole, ${channel.title}:`, fenced(text));
  }
  const options = await resolveConfig('docs/messages.md', { editorconfig: true });
  return await format(parts.join('\n\n'), { ...options, parser: 'markdown' });
}

const INTRODUCTION = `# Messages

What is sent for each part of an incident's life. Written by \`npm run messages\` from real runs, and held by a test; the host is
called \`vm\`. The first 120 characters, which a locked phone shows, say where, what, and whether you must act.

With \`alerts.channels\` the first line is where and what. Where \`QT_ALERT_WEBHOOK\` (or \`alerts.webhook\`) is all that is set, it is
that of the monitor that this program replaces, and the second line says where and what.`;

async function textOf(
  { alerts, text }: Shown,
  effect: Effect,
  receiver: Awaited<ReturnType<typeof startWebhookReceiver>>,
): Promise<string> {
  const config = configSchema.parse({ alerts: alerts(receiver.origin) });
  const client = httpClient(config.alerts);
  try {
    const [channel] = alertChannels(config.alerts, client);
    const delivery = {
      effect,
      channel: 'x',
      state: 'pending',
      attempts: 0,
      since: effect.at,
      nextAt: effect.at,
      detail: '',
      remoteId: '',
    } as const;
    const message = foldMessage(
      { form: 'single', deliveries: [delivery] },
      { name: 'vm', style: messageStyle(config.alerts), at: effect.at, opened: undefined },
    );
    await channel?.send(message);
    const request = receiver.requests.at(-1);
    if (request === undefined) throw new Error('nothing arrived');
    return text(request);
  } finally {
    await client.destroy();
  }
}

function discordText(request: ReceivedRequest): string {
  const embed = field(request, 'embeds', '0', 'description');
  return [field(request, 'content'), embed, field(request, 'embeds', '0', 'footer', 'text')]
    .filter((part) => part !== '')
    .join('\n\n');
}

function field({ json }: ReceivedRequest, ...path: readonly string[]): string {
  const found = path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
    json,
  );
  return typeof found === 'string' ? found : '';
}

/** As a notification shows it: without marks of emphasis. */
function plain(markdown: string): string {
  return markdown.replaceAll('**', '').replace(/(^|\s)\*([^*\n]+)\*/g, '$1$2');
}

function cell(text: string): string {
  return text.trim().replaceAll('|', '\\|').replaceAll(/\n+/g, ' ⏎ ');
}

function fenced(text: string): string {
  return `\`\`\`\`text\n${text}\n\`\`\`\``;
}
