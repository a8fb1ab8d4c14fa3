import type { SchedulerLike } from 'rxjs';
import type { Delivery, Outbox } from '../../state/delivery.ts';
import { REPORT_CHANNEL } from '../outbox.ts';
import { retryLater, type RetryPolicy } from '../retry.ts';
import type { Log } from '../../log.ts';
import type { Settled, Worker } from '../worker.ts';
import type { ReportSink } from './report-sink.ts';

export interface DeliverReportsOptions extends RetryPolicy {
  readonly report: ReportSink;
  /** Names of the alert channels: the report lists the messages that could not be delivered to them. */
  readonly alertChannels: readonly string[];
  readonly outbox: Omit<Outbox, 'add'>;
  readonly clock: SchedulerLike;
  readonly log: Log;
  readonly reportSettled: Settled;
}

/**
 * The worker for report sections: one section an attempt, strictly in order, since they belong to few files and a
 * file system that refuses one refuses all.
 */
export function deliverReports(options: DeliverReportsOptions): Worker {
  const { report, outbox, clock, log } = options;

  const head = (): Delivery | undefined =>
    outbox.unsent().find((row) => row.effect.kind === 'report' && row.channel === REPORT_CHANNEL);

  async function write(row: Delivery): Promise<void> {
    const { effect } = row;
    const earlier = outbox
      .of(effect.story.incident, REPORT_CHANNEL)
      .filter((other) => other.state === 'sent')
      .map((other) => other.effect);
    const undelivered = options.alertChannels.flatMap((name) =>
      outbox
        .of(effect.story.incident, name)
        .filter((other) => other.state === 'dead')
        .map((other) => `"${other.effect.part}" to ${name}: ${other.detail}`),
    );
    const detail = await report.append(effect, earlier, undelivered).then(() => undefined, reasonOf);
    if (detail === undefined) {
      outbox.save([{ ...row, state: 'sent', attempts: row.attempts + 1, detail: 'written' }]);
      options.reportSettled(effect, true, 'written');
      return;
    }
    const later = retryLater(row, { detail, uncertain: false }, clock.now(), options);
    outbox.save([later]);
    log.error({ effect: effect.id, detail, nextAt: later.nextAt }, 'report section not written');
    if (later.state === 'dead') options.reportSettled(effect, false, detail);
  }

  return {
    async attempt() {
      const row = head();
      if (row !== undefined && row.nextAt <= clock.now()) await write(row);
    },
    nextDue: () => head()?.nextAt ?? Infinity,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
