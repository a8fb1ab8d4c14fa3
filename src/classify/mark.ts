/**
 * Where the piece of text that decided begins and ends. Written by the scanners just before they return, read only
 * when somebody asks for the evidence: returning it would allocate on every line.
 */
export const mark = { start: 0, end: 0 };

/** Notes the deciding piece and passes the verdict on. */
export function marked(value: number, start: number, end: number): number {
  mark.start = start;
  mark.end = end;
  return value;
}
