import { join } from 'node:path';
import { format } from 'date-fns/format';
import type { Digest } from '../../learning/digest.ts';
import { makeFolder } from '../../make-folder.ts';
import { digestHeadline, digestParts } from '../text/digest-text.ts';
import { appendOnce } from './append-once.ts';
import { findTexts } from './find-texts.ts';
import { inline, localTimestamp } from './report-section.ts';

/**
 * Appends a digest to the weekly report of the day `at`, unless the folder's report of that day has it; what others wrote
 * there stays as it is. Resolves with the file, and whether it was written now; rejects with the file system's error.
 */
export async function appendDigest(
  { dir, title }: { readonly dir: string; readonly title: string },
  digest: Digest,
  at: number,
): Promise<{ readonly path: string; readonly isNew: boolean }> {
  makeFolder(dir);
  const path = join(dir, `WEEKLY_HEALTH_REPORT_${format(at, 'yyyy-MM-dd')}.md`);
  const marker = digestMarker(digest);
  if ((await findTexts(path, [marker])).has(marker)) return { path, isNew: false };
  const head = `# ${title}\n\n**Generated:** ${localTimestamp(at)}\n`;
  await appendOnce(path, digestSection(digest, at), head);
  return { path, isNew: true };
}

/** The section, from the rule above it to its marker, which stands last. */
function digestSection(digest: Digest, at: number): string {
  const parts = digestParts(digest).flatMap(({ title, rows }) => [
    '',
    `#### ${title}`,
    '',
    ...rows.map((row) => `- ${inline(row, 600)}`),
  ]);
  return [
    ...['', '---', '', `### 📅 Week ${digest.week.name}`, ''],
    ...[`**Timestamp:** ${localTimestamp(at)}  `, inline(digestHeadline(digest)), ...parts],
    ...['', digestMarker(digest), ''],
  ].join('\n');
}

function digestMarker({ week }: Digest): string {
  return `<!-- digest:${week.name} -->`;
}
