import { safeLine } from '../../text/safe-text.ts';
import type { Explained } from './explain.ts';

const TITLES = { opened: 'The message that opens it', escalated: 'A call for a person' } as const;

/** Why each channel gets the messages of an incident or does not, for people. */
export function explanationText({ incident, reason, messages }: Explained): string {
  const lines = [
    `Incident ${incident}: ${reason}`,
    ...messages.flatMap(({ part, severity, channels }) => [
      '',
      `${part === 'escalated' ? TITLES.escalated : TITLES.opened} (${severity})`,
      ...(channels.length === 0 ? ['  no channel is configured: nobody is told'] : []),
      ...channels.map(({ channel, told, why }) => `  ${channel}: ${told ? 'yes' : 'no'}, ${why}`),
      ...(channels.length > 0 && channels.every(({ told }) => !told) ? ['  NOBODY IS TOLD OF IT.'] : []),
    ]),
    '',
    'Whoever was told of an incident is told of its end.',
  ];
  return lines.map((line) => `${safeLine(line)}\n`).join('');
}
