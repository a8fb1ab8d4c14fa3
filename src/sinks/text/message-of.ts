/** Date and time at the head of a line, with what loggers put right behind it. */
const TIMESTAMP =
  /^[[(]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?UTC| ?[+-]\d\d:?\d\d)?[\])]?(?: \[\d+\])?(?: -|:)? */;
const JSON_MESSAGE = /"(?:msg|event)"\s*:\s*"((?:[^"\\]|\\.)+)"/;
const JSON_ERROR = /"(?:message|error|err)"\s*:\s*"((?:[^"\\]|\\.)+)"/;
const LOGFMT_MESSAGE = /(?:^|\s)msg=(?:"((?:[^"\\]|\\.)+)"|(\S+))/;
const LOGFMT_ERROR = /(?:^|\s)(?:error|err)=(?:"((?:[^"\\]|\\.)+)"|(\S+))/;

/**
 * The message of a log line without what its logger put around it: message and error of a structured line, and no
 * timestamp. For alerts that are read on a phone; reports quote the line as it was.
 */
export function messageOf(line: string): string {
  const text = line.trim();
  if (text.startsWith('{')) return joined(JSON_MESSAGE.exec(text), JSON_ERROR.exec(text)) || text;
  const message = LOGFMT_MESSAGE.exec(text);
  if (message !== null) return joined(message, LOGFMT_ERROR.exec(text));
  return text.replace(TIMESTAMP, '') || text;
}

function joined(...found: readonly (RegExpExecArray | null)[]): string {
  const texts = found.map((match) =>
    (match?.[1] ?? match?.[2] ?? '').replace(/\\(["\\/])/g, '$1').replace(/\\[nrt]/g, ' '),
  );
  return [...new Set(texts)].filter((text) => text !== '').join(': ');
}
