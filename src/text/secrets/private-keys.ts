import { MASK } from './mask.ts';

const BEGIN = /-{4,5} ?BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const END = /-{4,5} ?END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const SHOWN = `-----PRIVATE KEY ${MASK}-----`;

/** A line of a body, as it stands or with line breaks written out. */
const BODY = /(?:^|[\n ]|\\n)[A-Za-z0-9+/=]{1,100}(?:\r?\n|\\n|\\r\\n| )?$/;
/** A body's widths are 64 (PEM), 70 (OpenSSH) and 76 (MIME); a short last line tells itself by its padding only. */
const BODY_LINE = /^(?:[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{70}|[A-Za-z0-9+/]{76}|[A-Za-z0-9+/]{10,74}={1,2})$/;

const LONGEST_WORD = 76;

const PUTTY = /(Private-Lines: \d{1,3}(?:\r?\n|\\n))(?:[A-Za-z0-9+/=]{1,100}(?:\r?\n|\\n|$))+/g;
const JWK_PART = /("(?:d|p|q|dp|dq|qi|k)"\s{0,4}:\s{0,4}")[A-Za-z0-9_=-]{1,2000}/g;

/**
 * Private keys of every notation: from the first marker to the last, whatever headers stand in between, and to the end
 * of the text if there is no last one; what stands before a last one whose first one is missing; a single line of a
 * body as far as it can be told.
 */
export function maskPrivateKeys(text: string): string {
  let rest = text;
  if (rest.includes('PRIVATE KEY')) rest = maskBodyBefore(maskBlocks(rest));
  if (rest.includes('Private-Lines')) rest = rest.replace(PUTTY, `$1${MASK}\n`);
  if (rest.includes('"kty"')) rest = rest.replace(JWK_PART, `$1${MASK}`);
  return rest.includes('\n') ? rest.split('\n').map(maskBodyLine).join('\n') : maskBodyLine(rest);
}

function maskBlocks(text: string): string {
  const out: string[] = [];
  let from = 0;
  const ends = text.matchAll(END);
  for (const { index } of text.matchAll(BEGIN)) {
    if (index < from) continue;
    out.push(text.slice(from, index), SHOWN);
    const end = ends.find((marker) => marker.index > index);
    if (end === undefined) return out.join('');
    from = end.index + end[0].length;
  }
  return from === 0 ? text : out.join('') + text.slice(from);
}

function maskBodyBefore(text: string): string {
  const out: string[] = [];
  let from = 0;
  for (const { index, 0: marker } of text.matchAll(END)) {
    let start = index;
    for (;;) {
      const line = BODY.exec(text.slice(Math.max(from, start - 110), start));
      if (line === null) break;
      const lead = /^(?:\\n|[\n ])/.exec(line[0])?.[0].length ?? 0;
      start -= line[0].length - lead;
      if (lead === 0) break;
    }
    out.push(text.slice(from, start), SHOWN);
    from = index + marker.length;
  }
  return from === 0 ? text : out.join('') + text.slice(from);
}

/** The last word of a line, which is all of it or stands behind a prefix, if it may be a line of a body. */
function maskBodyLine(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  let start = end;
  while (start > 0 && end - start <= LONGEST_WORD && !' |\t'.includes(line.charAt(start - 1))) start--;
  if (end - start < 12 || end - start > LONGEST_WORD) return line;
  const word = line.slice(start, end);
  const mixed = BODY_LINE.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
  return mixed ? line.slice(0, start) + MASK + line.slice(end) : line;
}
