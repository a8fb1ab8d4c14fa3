import type { Outcome } from '../../model.ts';
import { counted } from '../../text/plain.ts';
import { type Canvas, clipped, type Paint } from './canvas.ts';
import type { Received } from './discord-stand-in.ts';
import type { DemoRun } from './story.ts';
import { causes, timeline } from './timeline.ts';

/** How a demo ended. `seconds` of the present; `difference` from the reference story, if there is one. */
export interface Ending {
  readonly run: DemoRun;
  readonly seconds: number;
  readonly reportPath: string;
  readonly difference: string | undefined;
}

/** What the demo is about to do. */
export function printIntroduction({ paint }: Canvas): string {
  return [
    paint('bold', '  An hour of a trading host, through the pipeline that runs live'),
    paint('dim', '  Messages go to a server on this machine that plays Discord.'),
    paint('dim', '  The heal command is a sample that only tells what it would do. The report is real.'),
    '',
    '',
  ].join('\n');
}

/** What Discord's stand-in received, quoted as it came; of an edit the first line, since the rest is repetition. */
export function printReceived({ method, stamp, content, body }: Received, canvas: Canvas): string {
  if (method === 'PATCH')
    return quoted('Discord received an edit of the first message', body.split('\n')[0] ?? '', canvas);
  const told = [content, body].filter((part) => part !== '').join('\n\n');
  return quoted(
    `Discord received a message${stamp === '' ? '' : ` of ${stamp.slice(11, 19)}`}`,
    told,
    canvas,
  );
}

/** What the heal command printed; nothing for other effects. */
export function printHeal({ kind, output = '', exitCode }: Outcome, canvas: Canvas): string {
  if (kind !== 'heal') return '';
  return quoted(
    `The heal command ended with exit code ${exitCode ?? 'unknown'}; it said`,
    output.trimEnd(),
    canvas,
  );
}

/** The whole story on one screen: what happened when, what it was, what was done for real, and where the report is. */
export function printStory({ run, seconds, reportPath, difference }: Ending, canvas: Canvas): string {
  const { paint } = canvas;
  const { replay, performed, received } = run;
  const edits = received.filter(({ method }) => method === 'PATCH').length;
  const heals = performed
    .filter(({ effect }) => effect.kind === 'heal')
    .map(
      ({ outcome, took }) =>
        `exit code ${outcome.exitCode ?? 'unknown'} after ${(took / 1_000).toFixed(1)} s (the story takes it to last 30 s)`,
    );
  const facts = [
    ['Discord', `${counted(received.length - edits, 'message')}, ${counted(edits, 'edit')}`],
    ...heals.map((heal) => ['Heal', heal]),
    ['Report', reportPath],
  ];
  return [
    paint(
      'bold',
      `  ${replay.containers} containers, ${replay.lines} lines, one hour, in ${seconds.toFixed(1)} s`,
    ),
    '',
    ...timeline(run, canvas),
    '',
    ...causes(run, canvas),
    ...facts.map(([name = '', value = '']) => `  ${paint('dim', name.padEnd(9))}${value}`),
    '',
    difference === undefined
      ? `  ${paint('green', '✔ This is the story expected of the session.')}`
      : `  ${paint('red', `✘ The story differs from the one expected: ${difference}`)}`,
    '',
  ].join('\n');
}

function quoted(heading: string, text: string, { paint, columns }: Canvas): string {
  const bar = paint('dim', '  │');
  const lines = text
    .split('\n')
    .map((line) => `${bar} ${emphasised(clipped(line, columns - 4), paint)}`.trimEnd());
  return [`  ${paint('cyan', heading)}`, ...lines, '', ''].join('\n');
}

/** Markdown's bold as the terminal shows it. */
const emphasised = (line: string, paint: Paint) =>
  line.replaceAll(/\*\*(.+?)\*\*/g, (_, inner: string) => paint('bold', inner));
