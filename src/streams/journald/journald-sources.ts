import type { SourceKind } from '../source.ts';
import { followJournal } from './follow-journal.ts';
import { JOURNALD } from './unit-run.ts';

/** The journal of systemd: one source, whatever units are asked for. */
export const journaldSources: SourceKind = {
  kind: JOURNALD,
  configured({ sources: { journald } }) {
    if (journald === false) return [];
    const { units } = journald;
    return [{ id: JOURNALD, open: (context, position) => followJournal({ units }, context, position) }];
  },
};
