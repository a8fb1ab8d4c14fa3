import { configSchema } from '../src/config/config.ts';
import { followJournal } from '../src/streams/journald/follow-journal.ts';
import { HOST_JOURNAL } from '../src/streams/journald/journalctl.ts';
import { describeJournal, journalWorld } from './support/journal-world.ts';
import { host } from './support/read-journal.ts';
import { sourceContract } from './support/source-contract.ts';

describeJournal('journald', () => {
  sourceContract('journald', async () => {
    const world = await journalWorld();
    const config = configSchema.parse({ sources: { journald: { units: ['api'] } } });
    await world.write([{ MESSAGE: 'of another unit', _SYSTEMD_UNIT: 'other.service' }]);
    return {
      open: (context, position) =>
        followJournal(
          { units: ['api'], journalctl: { ...HOST_JOURNAL, source: world.source }, host },
          { ...context, config },
          position,
        ),
      write: (lines) => world.write(lines.map((MESSAGE) => ({ MESSAGE }))),
      takeAway: () => world.hide(),
      bringBack: () => world.show(),
      drop: () => world.drop(),
      close: () => world.close(),
    };
  });
});
