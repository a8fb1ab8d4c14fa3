import type { SendStatus } from './alert-channel.ts';
import { transportFault } from './transport-fault.ts';

/** Why a letter was not taken, by the answer of its server or the fault of the connection. */
export interface MailFault {
  readonly verdict: Exclude<SendStatus, 'sent'>;
  readonly said: string;
  readonly remedy: string;
  /** The server itself has answered. */
  readonly answered: boolean;
  /** The letter was handed over, and no answer came. */
  readonly uncertain: boolean;
}

/** Answers about us and not about the letter (RFC 5321, RFC 4954): who we are, that we may send, whom to. */
const ABOUT_US = new Set([530, 534, 535, 538, 550, 551, 553]);

/** Reads an error of the mail library. 4xx: later. 5xx: never, for this letter or for this channel. */
export function mailFault(error: unknown): MailFault {
  if (codeOf(error) === 'ETLS')
    return { ...LATER, verdict: 'disable', said: 'no TLS: the server offers no STARTTLS', remedy: TLS };
  const code = numberIn(error, 'responseCode');
  if (code === undefined) {
    const { said, remedy } = transportFault(asRaised(error));
    return { ...LATER, said, remedy, uncertain: textIn(error, 'command') === 'DATA' };
  }
  const said = `SMTP ${code}: ${textIn(error, 'response')
    .replace(/^\d{3}[ -]/, '')
    .slice(0, 300)}`;
  const verdict = code < 500 ? 'retry' : ABOUT_US.has(code) ? 'disable' : 'refused';
  const remedy = code < 500 ? 'the server has a fault of its own, or asks to wait: try again later' : ADDRESS;
  return { verdict, said, remedy, answered: true, uncertain: false };
}

const LATER = { verdict: 'retry', answered: false, uncertain: false } as const;
const ADDRESS =
  'see whether user, password, sender and addresses are right, and whether the server may send for them';
const TLS = 'a password is sent over TLS only: use smtps://, or a server that offers STARTTLS';

/** The error as the socket raised it, which the library renames. */
function asRaised(error: unknown): unknown {
  const code = textIn(error, 'originalCode');
  return code === '' ? error : Object.assign(new Error(code), { code });
}

function codeOf(error: unknown): string {
  return textIn(error, 'code');
}

function textIn(error: unknown, name: string): string {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : '';
}

function numberIn(error: unknown, name: string): number | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === 'number' ? value : undefined;
}
