/** Characters that take two cells of a terminal. Source: Unicode Standard Annex #11, wide and fullwidth. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{20000}-\u{3fffd}]/u;
/** Characters that are put onto the one before and take no cell. */
const NONE = /[\p{Mn}\p{Me}]/u;
const PLAIN = /^[\x20-\x7e]*$/;

/** How many cells of a terminal a text takes that `display` has made fit for it. */
export function cells(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let sum = 0;
  for (const character of text) sum += cellsOf(character);
  return sum;
}

/** The text in so many cells, its end replaced by an ellipsis if it takes more. */
export function cutToCells(text: string, room: number): string {
  if (cells(text) <= room) return text;
  let cut = '';
  let taken = 0;
  for (const character of text) {
    taken += cellsOf(character);
    if (taken > room - 1) break;
    cut += character;
  }
  return room < 1 ? '' : `${cut}…`;
}

/** The text as lines of at most so many cells, parted between words where that is possible. None is dropped. */
export function wrapToCells(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (cells(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (cells(line) > room) {
      const head = beginning(line, room);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** As much of the beginning as fits, and one character at least. */
function beginning(text: string, room: number): string {
  let head = '';
  let taken = 0;
  for (const character of text) {
    taken += cellsOf(character);
    if (taken > room && head !== '') break;
    head += character;
  }
  return head;
}

function cellsOf(character: string): number {
  if (NONE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
