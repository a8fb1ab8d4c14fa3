import { join } from 'node:path';
import { makeFolder } from '../../make-folder.ts';
import { format } from 'date-fns/format';
import type { Effect } from '../../model.ts';
import { appendOnce } from './append-once.ts';
import { findTexts } from './find-texts.ts';
import { journalLine } from './journal-line.ts';
import { localTimestamp, reportSection, sectionMarker } from './report-section.ts';

/** Where report sections go. Rejects with the file system's error, which contains no secret. */
export interface ReportSink {
  /**
   * Writes one section, unless it is there. `earlier` are the sections of the same incident that came before: once
   * the incident is escalated or resolved, those that have gone missing, because another program has rewritten the
   * file, are written again. `undelivered` are the messages of the incident that were given up, with the reason.
   */
  append(effect: Effect, earlier: readonly Effect[], undelivered?: readonly string[]): Promise<void>;
}

/** `dir` is made if it is missing; `title` is the first line of a new report. */
export interface MarkdownReportOptions {
  readonly dir: string;
  readonly title: string;
}

/** One line an incident event, for machines, beside the reports. */
const JOURNAL = 'incidents.jsonl';

/** Reports as Markdown, a file a day by the local date on which the incident opened, and `incidents.jsonl`. */
export function markdownReport(options: MarkdownReportOptions): ReportSink {
  return {
    async append(effect, earlier, undelivered = []) {
      makeFolder(options.dir);
      await appendToJournal(join(options.dir, JOURNAL), effect);
      const path = reportPath(options.dir, effect);
      const closing = effect.part === 'resolved' || effect.part === 'escalated';
      const wanted = closing ? [...earlier, effect] : [effect];
      const present = await findTexts(path, wanted.map(sectionMarker));
      const head = `# ${options.title}\n\n**Generated:** ${localTimestamp(effect.at)}\n`;
      for (const section of wanted) {
        if (!present.has(sectionMarker(section)))
          await appendOnce(path, reportSection(section, undelivered), head);
      }
    },
  };
}

/** The file that an incident's sections are in. */
export function reportPath(dir: string, effect: Effect): string {
  return join(dir, `WEEKLY_HEALTH_REPORT_${format(effect.story.openedAt, 'yyyy-MM-dd')}.md`);
}

async function appendToJournal(path: string, effect: Effect): Promise<void> {
  const line = journalLine(effect);
  const key = line.slice(0, line.indexOf(',') + 1);
  const present = await findTexts(path, [key]);
  if (!present.has(key)) await appendOnce(path, `${line}\n`);
}
