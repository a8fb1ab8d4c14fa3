/** Sequences by which a terminal is steered: colours, cursor, titles, clipboard, images. */
const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]+/g;
/** Zero-width and direction-changing characters, by which text is made to look like what it is not; line separators. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;
const STEERING = new RegExp(`[\\x7f-\\x9f]|${INVISIBLE.source}`, 'gu');
/** Most text, of which nothing has to be taken away. */
const HARMLESS = /^[\t\x20-\x7e\xa0-\xac\xae-\u02ff]*$/;

/**
 * Foreign text made fit for a terminal, a file or JSON: one line without escape sequences, control characters (a run of
 * them is a space; tabs stay), invisible and direction-changing characters, and with lone surrogates replaced. All
 * text from logs, labels, names, engines and receivers passes here before it is shown or stored. The same string when
 * there is nothing to take away.
 */
export function display(text: string): string {
  if (HARMLESS.test(text)) return text;
  return withoutEscapes(text).replace(INVISIBLE, '').replace(CONTROL, ' ').toWellFormed();
}

/** Text of several lines, each made fit on its own. */
export function displayLines(text: string): string {
  return HARMLESS.test(text) ? text : text.split(/\r?\n/).map(display).join('\n');
}

/** JSON with the same characters escaped instead, for data that has to come back as it was. */
export function escapeJson(json: string): string {
  return HARMLESS.test(json) ? json : json.replace(STEERING, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** The text without the sequences by which a terminal is steered. */
export function withoutEscapes(text: string): string {
  return text.includes('\x1b') || text.includes('\x9b') ? text.replace(ESCAPES, '') : text;
}
