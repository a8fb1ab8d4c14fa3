import { printError } from './print.ts';

/** Writes an HTML file that is made of the page's style sheet, and says where on standard error: output may be JSON. */
export async function writeHtml(file: string, made: (style: string) => string): Promise<void> {
  const [{ pageFiles }, { styleIn }, { writeFileSync }] = await Promise.all([
    import('../page/page-files.ts'),
    import('../page/assets.ts'),
    import('node:fs'),
  ]);
  writeFileSync(file, made(styleIn(pageFiles())));
  printError(`Written: ${file}\n`);
}
