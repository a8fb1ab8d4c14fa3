/** What a code may follow, tried before anything else: most lines have none. */
const HAS_CODE = /code|status|err|exit|signal|state|HTTP|\brc\b|[A-Z]-?\d|" \d{3}|(?:^|\D) ?[45]\d\d [A-Z]/i;

/** What a code stands behind: the line is about this one and no other. */
const BEFORE_CODE =
  /(?:\b(?:(?:exit|error|status|response|return|result|http|err|sql|vendor|native)[ _-]?)?(?:code|status|errno|error|exit|exited|signal|sqlstate|rc|HTTP)(?:[ _]?(?:code|status|with|is|of|was|value|response)){0,2}["'’]?[\s:=([{#"']{0,3}-?|\b[A-Z][A-Z0-9]{1,9}-|\b(?:E|ERR|ERR_|WSAE|TS|E_)|HTTP\/(?:[\d.]+|<\*>)["']? |" )$/i;

/** What follows an HTTP status where it is written out. */
const AFTER_STATUS =
  /^ (?:Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Method Not|Conflict|Gone|Payload Too|Unprocessable|Too Many|Client Closed|Internal Server|Not Implemented|Bad Gateway|Service |Gateway Time|Client Error|Server Error)/i;

/** A number with the unit of a size or a length of time: 900 ms and 1.2 s are one thing. */
const NUMBER =
  /[+-]?\d+(?:[.,_]\d+)*(?: ?(?:[kKMGT]?i?B|[mµun]?s|secs?|seconds?|minutes?|mins?|hours?|h|%)(?![\w]))?/g;

/** Numbers masked, with their unit; codes of up to six digits stay, and HTTP statuses that are spelled out. */
export function maskNumbers(text: string): string {
  if (!/\d/.test(text)) return text;
  const mayHold = HAS_CODE.test(text);
  return text.replace(NUMBER, (number: string, at: number) =>
    mayHold && isCode(number, at, text) ? number : '<*>',
  );
}

function isCode(number: string, at: number, text: string): boolean {
  if (!/^-?\d{1,6}$/.test(number)) return false;
  // The dash of ORA-00942 looks like a sign.
  const from = number.startsWith('-') ? at + 1 : at;
  if (BEFORE_CODE.test(text.slice(Math.max(0, at - 24), from))) return true;
  return number.length === 3 && AFTER_STATUS.test(text.slice(at + 3, at + 24));
}
