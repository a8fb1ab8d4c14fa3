import { type CommandEntry, everyCommand, type OptionEntry } from './command-tree.ts';

/** What the page says beside the commands. */
export interface ManPageParts {
  readonly version: string;
  /** In seconds since 1970: the date of the page. */
  readonly at: number;
}

/** The manual page of section 1, in the man macros, from the commands and their help. */
export function manPage(tree: CommandEntry, { version, at }: ManPageParts): string {
  const date = new Date(at * 1_000).toISOString().slice(0, 10);
  const commands = everyCommand(tree).filter(
    ({ path, commands: below }) => path.length > 0 && below.length === 0,
  );
  return [
    `.TH QUANTUM\\-REALTIME 1 ${date} "quantum\\-realtime ${version}" "User Commands"`,
    '.SH NAME',
    'quantum\\-realtime \\- follows the logs of containers and acts when something goes wrong',
    '.SH SYNOPSIS',
    '.B quantum\\-realtime',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(tree.description),
    'A limit that is reached within the last hour opens one incident: one alert, one report, one guarded heal.',
    '.SH COMMANDS',
    ...commands.flatMap(({ path, takes, description, options }) => [
      '.SS',
      `.B ${text(path.join(' '))}${takes.length === 0 ? '' : `\n.I ${text(takes.join(' '))}`}`,
      '.PP',
      text(sentence(description)),
      ...options.flatMap(optionLines),
    ]),
    '.SH EXIT STATUS',
    ...['0|fine', '1|a fault', '2|wrong usage or configuration', '3|an expectation was not met'].flatMap(
      (row) => {
        const [code = '', meaning = ''] = row.split('|');
        return ['.TP', `.B ${code}`, meaning];
      },
    ),
    '.SH FILES',
    ...[
      ['/etc/quantum-realtime/environment', 'settings and secrets of the service, one NAME=value a line'],
      ['/var/lib/quantum-realtime', 'what the service has to remember'],
    ].flatMap(([path = '', meaning = '']) => ['.TP', `.I ${text(path)}`, text(meaning)]),
    '.SH SEE ALSO',
    '.BR systemctl (1),',
    '.BR journalctl (1),',
    '.BR docker (1)',
    '',
  ].join('\n');
}

function optionLines({ spellings, value, description }: OptionEntry): readonly string[] {
  const names = spellings.map((name) => `\\fB${text(name)}\\fR`).join(', ');
  return ['.TP', `${names}${value === undefined ? '' : ` \\fI${text(value)}\\fR`}`, text(description)];
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;
}

/** Text as troff wants it: no macro at the start of a line, backslashes and hyphens as they are. */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^([.'])/gm, '\\&$1');
}
