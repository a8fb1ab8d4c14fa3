import type { JsMsg } from '@nats-io/jetstream';
import { firstValueFrom, merge, type Observable, type SchedulerLike, timer } from 'rxjs';
import type { Link } from './link.ts';

/** It is looked this often, in milliseconds, whether the stream still is the one that is being read. */
const LOOK = 5_000;

/** Where reading begins: behind a number of a stream that was made at a moment; undefined: at its beginning. */
export interface From {
  readonly created: string;
  readonly seq: number;
}

export interface Follow {
  readonly link: Link;
  readonly stream: string;
  readonly from: From | undefined;
  /** Only the last message of each subject of what is there, and then whatever comes. */
  readonly lastOnly?: boolean;
  readonly take: (message: JsMsg, created: string) => void;
  readonly clock: SchedulerLike;
  readonly stop$: Observable<unknown>;
}

/**
 * Reads a stream in order, over interruptions of the connection, until `stop$`, or until the stream is not the one any
 * more that it was (made anew, emptied): then it resolves, and whoever calls it begins at the beginning. Throws what the
 * broker says.
 */
export async function follow({ link, stream, from, lastOnly, take, clock, stop$ }: Follow): Promise<void> {
  const { DeliverPolicy } = await import('./nats.ts');
  const { created, state } = await link.manager.streams.info(stream);
  const isSame = from?.created === created && from.seq <= state.last_seq;
  const first = isSame ? from.seq + 1 : 1;
  const consumer = await link.js.consumers.get(
    stream,
    lastOnly === true
      ? { deliver_policy: DeliverPolicy.LastPerSubject }
      : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: first },
  );
  const messages = await consumer.consume();
  let last = first - 1;
  const over = new AbortController();
  const ended = (async () => {
    for await (const message of messages) {
      if (over.signal.aborted) break;
      last = message.seq;
      take(message, created);
    }
  })();
  try {
    for (;;) {
      const why = await Promise.race([
        ended.then(() => 'ended' as const),
        firstValueFrom(merge(timer(LOOK, clock), stop$), { defaultValue: 'stop' }),
      ]);
      if (why === 'ended' || why === 'stop' || why === undefined) return;
      const now = await link.manager.streams.info(stream);
      if (now.created !== created || now.state.last_seq < last) return;
    }
  } finally {
    over.abort();
    void messages.close().catch(() => undefined);
  }
}
