import type { ReadStream, WriteStream } from 'node:tty';
import type { Screen } from '../../views/terminal/frame.ts';
import type { Colour, Span, Style } from '../../views/terminal/row.ts';
import { asAscii } from './ascii.ts';

/** What the terminal can do. */
export interface Abilities {
  readonly colour: boolean;
  readonly utf8: boolean;
}

/** The whole screen of a terminal, until it is given back. */
export interface Terminal {
  readonly screen: () => Screen;
  /** Writes the rows that differ from those that are there. */
  readonly draw: (rows: readonly (readonly Span[])[]) => void;
  /** Has everything drawn anew. */
  readonly forget: () => void;
  /** Gives the screen back as it was found; may be called again. */
  readonly release: () => void;
}

/** As narrow and as low as it may be; what is smaller shows a part. */
const LEAST: Screen = { width: 40, height: 8 };

/** Alternate screen, no cursor, no line that breaks by itself, and back. Source: xterm's control sequences. */
const TAKE = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const GIVE_BACK = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';

const COLOURS: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 };

/** Takes the screen and the keys. */
export function takeTerminal(input: ReadStream, output: WriteStream, abilities: Abilities): Terminal {
  let drawn: readonly string[] = [];
  let isTaken = true;
  input.setRawMode(true);
  output.write(TAKE);
  return {
    screen: () => ({
      width: Math.max(LEAST.width, output.columns),
      height: Math.max(LEAST.height, output.rows),
    }),
    draw: (rows) => {
      if (!isTaken) return;
      const lines = rows.map((spans) => lineOf(spans, abilities));
      const changed = lines.flatMap((line, index) =>
        line === drawn[index] ? [] : [`\x1b[${index + 1};1H\x1b[0m\x1b[K${line}`],
      );
      drawn = lines;
      if (changed.length > 0) output.write(changed.join(''));
    },
    forget: () => {
      drawn = [];
      output.write('\x1b[2J');
    },
    release: () => {
      if (!isTaken) return;
      isTaken = false;
      input.setRawMode(false);
      output.write(GIVE_BACK);
    },
  };
}

function lineOf(spans: readonly Span[], { colour, utf8 }: Abilities): string {
  return spans.map(({ text, style }) => `${sgr(style, colour)}${utf8 ? text : asAscii(text)}`).join('');
}

function sgr({ colour, bold, dim, reverse }: Style, withColour: boolean): string {
  const codes = [
    0,
    ...(bold === true ? [1] : []),
    ...(dim === true ? [2] : []),
    ...(reverse === true ? [7] : []),
    ...(withColour && colour !== undefined ? [COLOURS[colour]] : []),
  ];
  return `\x1b[${codes.join(';')}m`;
}
