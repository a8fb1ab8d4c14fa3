import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Wraps a text in a style. */
export type Paint = (style: Style, text: string) => string;

/** The output: its colours, and how many columns a line may have (infinite where nothing wraps). */
export interface Canvas {
  readonly paint: Paint;
  readonly columns: number;
}

/** A terminal's colours (`NO_COLOR` and the like are honoured) and width; bare text of any length elsewhere. */
export function canvasOf(stream: NodeJS.WriteStream): Canvas {
  if (!stream.isTTY) return { paint: (_, text) => text, columns: Infinity };
  const paint: Paint = (style, text) => styleText(style, text, { validateStream: false });
  return { paint: stream.hasColors() ? paint : (_, text) => text, columns: stream.columns };
}

/** A text cut to so many columns, and shown to be. */
export function clipped(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, Math.max(0, columns - 1))}…` : text;
}
