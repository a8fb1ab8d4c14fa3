import { plain } from '../classify/display.ts';
import type { Fact, Signal } from '../model.ts';
import { display } from '../text/display.ts';
import { safeLine } from '../text/safe-text.ts';

/** Longest text that is shown and stored for one signal, in UTF-16 units. */
const SHOWN = 2_000;

/** How much is looked at for secrets: enough that one which the cut goes through is still seen whole. */
const READ = 2 * SHOWN;

/**
 * A log line as signals carry it, and with them the window, incidents and everything that is told: as a terminal would
 * leave it, without control characters and secrets, trimmed, cut to 2,000 characters with an ellipsis.
 */
export function signalText(line: string): string {
  const shown = safeLine(plain(line).slice(0, READ)).trim();
  if (shown.length <= SHOWN) return shown;
  return `${shown
    .slice(0, SHOWN)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}

/** What no line has told: names of containers and reasons of engines are foreign text too. */
export function safeObservation(observation: Signal | Fact): Signal | Fact {
  switch (observation.type) {
    case 'signal': {
      const { container, text, fingerprint } = observation;
      return {
        ...observation,
        container: display(container),
        text: signalText(text),
        fingerprint: safeLine(fingerprint),
      };
    }
    case 'container':
      return { ...observation, container: display(observation.container) };
    case 'setup':
      return {
        ...observation,
        container: display(observation.container),
        parts: Object.fromEntries(
          Object.entries(observation.parts).map(([name, value]) => [safeLine(name), safeLine(value)]),
        ),
      };
    case 'gap':
      return {
        ...observation,
        container: display(observation.container),
        reason: safeLine(observation.reason),
      };
    case 'coverage':
      return {
        ...observation,
        unread: observation.unread.map(display),
        reason: safeLine(observation.reason),
      };
  }
}
