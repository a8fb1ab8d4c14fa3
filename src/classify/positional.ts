import { isDigit } from './chars.ts';
import { ERROR, INFO, NONE, SYSLOG, WARNING } from './levels.ts';
import { marked } from './mark.ts';
import { found } from './rules.ts';

const PRIORITY = Array.from({ length: 8 }, (_, level) => found('syslog priority', level));
const DEVICE = Array.from({ length: 8 }, (_, level) => found('network device severity', level));
const SYMBOL = Array.from({ length: 8 }, (_, level) => found('symbol', level));
const ACCESS = found('access log', INFO);

/** `<34>` at the start of a syslog datagram or a kernel line: the severity is the number modulo eight. */
export function priorityLevel(text: string, at: number): number {
  let i = at + 1;
  let number = 0;
  while (isDigit(text.charCodeAt(i)) && i < at + 4) number = number * 10 + text.charCodeAt(i++) - 48;
  if (i === at + 1 || text.charCodeAt(i) !== 62 || number > 191) return 0;
  return marked(PRIORITY[SYSLOG[number & 7] ?? NONE] ?? 0, at, i + 1);
}

const NUMBERED = /\[\d+:([0-7]) {2,}\d+\] /y;

/** ngIRCd: `[1:3    0] x`, with a severity of syslog's between process and connection. */
export function numberedLevel(text: string, at: number): number {
  NUMBERED.lastIndex = at;
  const match = NUMBERED.exec(text);
  return match === null ? 0 : marked(PRIORITY[SYSLOG[Number(match[1])] ?? NONE] ?? 0, at, NUMBERED.lastIndex);
}

const DEVICE_TAG =
  /%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*?-([0-7])-[A-Z0-9_]+(?=:)|%*\d*[A-Z][A-Z0-9_]*\/([0-7])\/[A-Z][A-Z0-9_]+(?=[:([])|%([0-7])\|\d+\.\d+\|[A-Z_]+\|/y;

/**
 * Cisco and compatible devices `%LINK-3-UPDOWN:`, Huawei `%%01IFNET/3/LINK_STATE(l):`, H3C `SHELL/5/SHELL_LOGIN:`, and
 * librdkafka `%3|1732615200.123|FAIL|`.
 */
export function deviceLevel(text: string, at: number): number {
  DEVICE_TAG.lastIndex = at;
  const match = DEVICE_TAG.exec(text);
  if (match === null) return 0;
  return marked(
    DEVICE[SYSLOG[Number(match[1] ?? match[2] ?? match[3])] ?? NONE] ?? 0,
    at,
    DEVICE_TAG.lastIndex,
  );
}

const TAGGED = /(?:Em|Al|Cr|Er|Wa|No|In|Db)\((\d{1,3})\)/y;

/** ESXi 8: `Wa(180) vmkwarning:`, the syslog priority with two letters of its severity. */
export function taggedPriority(text: string, at: number): number {
  TAGGED.lastIndex = at;
  const number = Number(TAGGED.exec(text)?.[1]);
  return number > 191 || Number.isNaN(number)
    ? 0
    : marked(PRIORITY[SYSLOG[number & 7] ?? NONE] ?? 0, at, TAGGED.lastIndex);
}

const CEPH = /^\S{19,32} [0-9a-f]{6,16} +-1 /;

/** Ceph's daemons: a priority of -1 after the thread is an error, numbers from 0 up are degrees of detail. */
export function cephLevel(text: string, from: number, at: number): number {
  return CEPH.test(text.slice(from, from + 64)) ? marked(SYMBOL[ERROR] ?? 0, at, at + 2) : 0;
}

const REDIS = /\d+:[CMSX] \d\d \w{3} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)? ([.*#-]) /y;

/** Redis and Valkey: `1:M 01 Jan 2024 00:00:00.000 # …`, where `#` is a warning and `.`, `-`, `*` are below it. */
export function redisLevel(text: string, at: number): number {
  REDIS.lastIndex = at;
  const match = REDIS.exec(text);
  if (match === null) return 0;
  return marked(SYMBOL[match[1] === '#' ? WARNING : INFO] ?? 0, REDIS.lastIndex - 2, REDIS.lastIndex - 1);
}

const REQUEST = /["'](?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|PRI|-)(?: |")/y;

/** A quoted HTTP request line: an access log, which records what clients did, not what went wrong. */
export function requestLine(text: string, at: number): number {
  const code = text.charCodeAt(at + 1);
  if (code !== 45 && (code < 65 || code > 90)) return 0;
  REQUEST.lastIndex = at;
  return REQUEST.test(text) && !isFailure(text, at) ? marked(ACCESS, at, REQUEST.lastIndex) : 0;
}

const FAILING =
  /\b(?:panic|exception|error|failed|failure|fatal|crash(?:ed)?|unhandled|traceback)\b[^"]{0,80}$/i;
const FAILED =
  /^[^"]{0,60}?(?:\bfailed\b|#<[A-Z]|\b[A-Za-z]*(?:[Ee]rror|[Ee]xception)\b|: nil\b|\btimed out\b|\bpanic\b|\brefused\b|\baborted\b)/;

/** Whether the request is only quoted to tell what went wrong with it: an access log has its status behind it. */
function isFailure(text: string, at: number): boolean {
  // The place an access log has it in.
  if (text.startsWith('] ', at - 2)) return false;
  const close = text.indexOf(text.charAt(at), at + 1);
  if (close < 0) return false;
  const rest = text.slice(close + 1, close + 100);
  return (
    !/^,? \d{3}\b/.test(rest) && (FAILED.test(rest) || FAILING.test(text.slice(Math.max(0, at - 100), at)))
  );
}

/** `[i]`, `[✓]`, `[!]`, `[✗]` at the beginning of a line: installers, Pi-hole. */
export function markLevel(text: string, at: number): number {
  if (!text.startsWith('] ', at + 2)) return 0;
  const mark = text.charAt(at + 1);
  const level = mark === 'i' ? INFO : mark === '!' ? WARNING : NONE;
  return level === NONE ? symbolLevel(text, at + 1) : marked(SYMBOL[level] ?? 0, at, at + 3);
}

/** Marks that stand for a level before the text: consola, signale, Next.js, systemd-like check marks. */
export function symbolLevel(text: string, at: number): number {
  const code = text.charCodeAt(at);
  switch (code) {
    case 0x2716: // ✖
    case 0x2717: // ✗
    case 0x2718: // ✘
    case 0x274c: // ❌
    case 0x2a2f: // ⨯
      return marked(SYMBOL[ERROR] ?? 0, at, at + 1);
    case 0x26a0: // ⚠
      return marked(SYMBOL[WARNING] ?? 0, at, at + 1);
    case 0x2139: // ℹ
    case 0x2714: // ✔
    case 0x2713: // ✓
    case 0x2705: // ✅
      return marked(SYMBOL[INFO] ?? 0, at, at + 1);
    default:
      return 0;
  }
}
