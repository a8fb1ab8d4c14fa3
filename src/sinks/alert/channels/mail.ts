import { hostname } from 'node:os';
import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';
import { cutText } from '../../text/cut-text.ts';
import { redactKnowing } from '../../text/redact.ts';
import type { AlertChannel, ChannelOptions, ChannelType, Message, SendResult } from '../alert-channel.ts';
import { mailFault } from '../mail-fault.ts';
import { shortText, withoutEmphasis, wholeText } from '../whole-text.ts';

/** A subject is one line that inboxes show the beginning of. */
const SUBJECT = 200;
const TEXT = 50_000;

/**
 * Mail, by an SMTP server: `smtp://USER:PASSWORD@HOST:587` (with STARTTLS, which is insisted upon as soon as there is a
 * password) or `smtps://`. All messages of an incident are one thread. The library is loaded by the first message.
 */
export const mail: ChannelType = {
  type: 'mail',
  matches: (url) => /^smtps?:$/.test(url.protocol),
  protocols: ['smtp:', 'smtps:'],
  needs: ['from', 'to'],
  create: mailChannel,
  async probe(options) {
    const conceal = redactKnowing([options.url.href, decodeURIComponent(options.url.password)]);
    const transport = await transportTo(options);
    try {
      await transport.verify();
      return { verdict: 'takes', said: 'it lets us in' };
    } catch (error) {
      const { said, remedy, answered } = mailFault(error);
      return { verdict: answered ? 'refuses' : 'silent', said: conceal(said), remedy };
    } finally {
      transport.close();
    }
  },
};

function mailChannel(options: ChannelOptions): AlertChannel {
  const conceal = redactKnowing([options.url.href, decodeURIComponent(options.url.password)]);
  const attempt = async (message: Message, plain: boolean): Promise<SendResult> => {
    const transport = await transportTo(options);
    const overdue = setTimeout(() => transport.close(), options.timeout);
    try {
      const { accepted, rejected, response } = await transport.sendMail(letter(message, options, plain));
      const some =
        rejected.length === 0
          ? ''
          : `; ${rejected.length} of ${accepted.length + rejected.length} addresses were refused`;
      return { ...CERTAIN, verdict: 'sent', detail: conceal(`${response.slice(0, 3)}${some}`) };
    } catch (error) {
      const { verdict, said, uncertain } = mailFault(error);
      return { ...CERTAIN, verdict, detail: conceal(said), uncertain, channelWide: verdict !== 'refused' };
    } finally {
      clearTimeout(overdue);
      transport.close();
    }
  };
  return {
    name: options.name,
    type: 'mail',
    async send(message) {
      const result = await attempt(message, false);
      if (result.verdict !== 'refused') return result;
      const second = await attempt(message, true);
      if (second.verdict !== 'sent') return result;
      return {
        ...second,
        detail: `sent short and plain, since the full message was refused: ${result.detail}`,
      };
    },
  };
}

const CERTAIN = { remoteId: '', uncertain: false, channelWide: false } as const;

async function transportTo({ url, timeout, ca }: ChannelOptions) {
  const { createTransport } = await import('nodemailer');
  const secure = url.protocol === 'smtps:';
  const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  const { authorities } = await import('../authorities.ts');
  const settings: SMTPTransportOptions = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    ...(auth.user !== '' && { auth, requireTLS: !secure }),
    // Without a password TLS is a chance that is taken: the letter would go in the clear otherwise.
    tls: {
      ...(ca !== '' && { ca: await authorities(ca) }),
      rejectUnauthorized: secure || auth.user !== '' || ca !== '',
    },
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
  };
  return createTransport(settings);
}

/** Priority by its part; what belongs together by its references, under the same host whatever the sender is. */
function letter(message: Message, { from, to }: ChannelOptions, plain: boolean) {
  const { part, story } = message.effect;
  const own = (id: string): string => `<${id.replace(/[^\w.-]+/g, '.')}@${hostname()}.quantum-realtime>`;
  const first = own(`${story.incident}:opened`);
  const isFirst = part === 'opened';
  const text = plain ? shortText(message) : cutText(withoutEmphasis(wholeText(message)), TEXT);
  return {
    from,
    to: [...to],
    subject: cutText(message.title.replaceAll(/\s+/g, ' '), SUBJECT),
    messageId: own(message.id),
    ...(!isFirst && { inReplyTo: first, references: [first] }),
    ...(part === 'escalated' && { priority: 'high' as const }),
    headers: { 'auto-submitted': 'auto-generated', 'x-incident': story.incident },
    text,
    ...(!plain && { html: asHtml(cutText(wholeText(message), TEXT)) }),
  };
}

function asHtml(markdown: string): string {
  const inner = markdown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/\*\*([^*\n]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/`([^`\n]+)`/g, '<code>$1</code>')
    .replaceAll('\n', '<br>\n');
  return `<div style="font-family:sans-serif;line-height:1.5">${inner}</div>`;
}
