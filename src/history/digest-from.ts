import { type Digest, digestOf } from '../learning/digest.ts';
import type { Week } from '../learning/week.ts';
import { pastIncidents } from './past-incidents.ts';
import { readPast } from './read-past.ts';

/** The digest of a week, by the history and the incidents of a state directory. Throws where there is no history. */
export function digestFrom(dir: string, week: Week): Digest {
  const { before, from, until } = week;
  const { messages } = readPast(dir, from, until);
  return digestOf(week, { ...readPast(dir, before, until), messages }, pastIncidents(dir, from, until));
}
