import { isDigit } from './chars.ts';
import { ERROR, INFO, WARNING } from './levels.ts';
import { marked } from './mark.ts';
import { found } from './rules.ts';

const ANSWER = Array.from({ length: 8 }, (_, level) => found('answer of a market', level));

/** A FIX message, whatever stands for its separator (FIX 4.0 to 5.0, FIXT.1.1), and the fields that tell how it went. */
const FIX = /\b8=FIXT?\.\d/;
const SEPARATOR = '[\u0001|;^ A]';
const TYPE = new RegExp(`${SEPARATOR}35=([A-Za-z0-9]{1,2})(?=${SEPARATOR})`);
const REFUSED = new RegExp(`${SEPARATOR}(?:39|150)=8(?=${SEPARATOR})`);

/**
 * The level of a FIX message: a session reject (35=3), a business reject (j), a refused cancellation (9) and an order
 * that was rejected (39=8 or 150=8) are errors, any other is information, whatever its text says. 0: it is none.
 */
export function fixLevel(text: string): number {
  const begin = FIX.exec(text);
  if (begin === null) return 0;
  const type = TYPE.exec(text);
  const kind = type?.[1] ?? '';
  const refused = kind === '8' ? REFUSED.exec(text) : null;
  const bad = refused ?? (kind === '3' || kind === 'j' || kind === '9' ? type : null);
  const from = bad ?? begin;
  return marked(ANSWER[bad === null ? INFO : ERROR] ?? 0, from.index, from.index + from[0].length);
}

/** What the interfaces of Interactive Brokers print before each message, the good ones too: `Error 2104, reqId -1:`. */
const CODED =
  /\b(?:error|warning)(?: (\d{3,5}), reqId -?\d+:| -?\d{1,10} (\d{3,5}),? (?=[A-Z])|\.? Id: ?-?\d+,? (?:Error ?)?Code: ?(\d{3,5}),? )/i;

/** Whether the message that begins at `body` may begin as such a one does behind its level. */
export function isCoded(text: string, body: number): boolean {
  const code = text.charCodeAt(body);
  return code === 45 || code === 69 || isDigit(code);
}

/** Data farms (2100 to 2169), the connection that is restored (1101, 1102), and what only informs of an order. */
const NOTICE = /^(?:21[0-6]\d|110[12]|202|399|10167)$/;
const BROKEN = /\b(?:broken|lost|disconnected|cancell?ed|delayed|will not)\b/i;

/**
 * The level of such a message by its code, as the interface's documentation has it: notices are information, or
 * warnings where something is broken. 0: it is none, or its code is that of an error.
 */
export function brokerLevel(text: string): number {
  const match = CODED.exec(text);
  if (match === null) return 0;
  const code = match[1] ?? match[2] ?? match[3] ?? '';
  if (!NOTICE.test(code)) return 0;
  const level = code.startsWith('110') || !BROKEN.test(text) ? INFO : WARNING;
  return marked(ANSWER[level] ?? 0, match.index, match.index + match[0].length);
}
