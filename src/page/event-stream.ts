/** One of the Server-Sent Events. */
export interface ServerSentEvent {
  readonly name: string;
  readonly data: string;
}

/** An event of more characters is none of ours. */
const LONGEST = 32 * 1_024 * 1_024;

/** Cuts text that arrives in pieces into events; throws for one that never ends. */
export function eventCutter(onEvent: (event: ServerSentEvent) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    rest += piece;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const fields = new Map(
        rest
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
      );
      rest = rest.slice(end + 2);
      onEvent({ name: fields.get('event') ?? 'message', data: fields.get('data') ?? '' });
    }
    if (rest.length > LONGEST) throw new Error('an event without an end');
  };
}
