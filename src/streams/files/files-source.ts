import { Observable, ReplaySubject } from 'rxjs';
import type { Coverage, Gap, Observation } from '../../model.ts';
import { batch } from '../batch.ts';
import { delay } from '../delay.ts';
import { skimRecords } from '../skim.ts';
import type { Connection, Position, Source, SourceContext, SourceKind } from '../source.ts';
import { coverageOf } from './coverage.ts';
import { fetchPast } from './fetch-past.ts';
import { type FileGroup, fileGroup } from './file-group.ts';
import { parsePosition, positionOf } from './file-position.ts';
import { pathMatcher, type PathPattern, pathPattern } from './find-files.ts';
import { FILES } from './file-set.ts';
import { ownFiles } from './own-files.ts';

/** How often it is looked whether everything is being read, in milliseconds. */
const LOOK_EVERY = 1_000;

/** So many gaps are kept for status. */
const SHOWN = 100;

/** One group of the settings, its paths understood. */
interface Group {
  readonly name: string;
  readonly patterns: readonly PathPattern[];
  readonly excluded: (path: string) => boolean;
}

/** Log files of this host: one source for all groups, each group a container. */
export const filesSources: SourceKind = {
  kind: FILES,
  configured({ sources }) {
    if (sources.files.length === 0) return [];
    const groups = sources.files.map(({ name, paths, exclude }) => ({
      name,
      patterns: paths.map(pathPattern),
      excluded: pathMatcher(exclude),
    }));
    return [
      {
        id: FILES,
        open: (context, position) => filesSource(groups, context, position),
        fetchPast: (request) => fetchPast(groups, request),
      },
    ];
  },
};

function filesSource(groups: readonly Group[], context: SourceContext, position?: Position): Source {
  const { clock } = context;
  const gaps: Gap[] = [];
  const coverage$ = new ReplaySubject<Coverage>(1);
  let running: ReturnType<typeof start> | undefined;
  let coverage: Coverage | undefined;
  const openedAt = clock.now();
  return {
    id: FILES,
    batches$: new Observable((subscriber) => {
      if (running !== undefined) throw new Error('the source of files is for one subscriber');
      running = start((observations) => subscriber.next(observations));
      return running.stop;
    }),
    flush: () => running?.flush(),
    position: () => running?.position() ?? position ?? { parts: {} },
    coverage$: coverage$.asObservable(),
    status: () => ({
      id: FILES,
      kind: FILES,
      endpoint: groups.flatMap(({ patterns }) => patterns.map(({ text }) => text)).join(', '),
      connection: connection(),
      coverage,
      containers: running?.containers() ?? [],
      gaps: [...gaps],
      restarts: [],
      heardAt: Math.max(openedAt, ...(running?.containers() ?? []).map(({ lastLineAt }) => lastLineAt ?? 0)),
    }),
  };

  function start(emit: (observations: readonly Observation[]) => void) {
    const closing = new AbortController();
    const { signal } = closing;
    const gathered = batch(emit, clock);
    const saved = parsePosition(position);
    const following: FileGroup[] = groups.map((group) =>
      fileGroup(
        {
          group: group.name,
          patterns: group.patterns,
          excluded: group.excluded,
          isOwn: ownFiles(context.config),
          ...gathered,
          skim: skimRecords(context.skim ?? (() => false)),
          tellGap,
          readerOf: (key) =>
            following.find((other) => other.name !== group.name && other.has(key))?.container,
          clock,
          signal,
        },
        [...saved.files].filter(([, file]) => file.group === group.name),
        saved.begun.includes(group.name),
      ),
    );
    void look();
    return {
      flush: () => gathered.flush(),
      position: () =>
        positionOf({
          files: new Map(following.flatMap((group) => [...group.positions()])),
          begun: following.filter(({ begun }) => begun).map(({ name }) => name),
        }),
      containers: () => following.map((group) => group.status()),
      stop: () => {
        closing.abort();
        gathered.close();
      },
    };

    async function look(): Promise<void> {
      while (!signal.aborted) {
        await delay(LOOK_EVERY, clock, signal);
        if (following.every((group) => group.looked()))
          tellCoverage(
            coverageOf(
              following.map((group) => ({ container: group.container, trouble: group.trouble() })),
              clock.now(),
            ),
          );
      }
    }

    function tellGap(gap: Gap): void {
      const { container, from, to, reason } = gap;
      context.log.warn({ container, from, to, reason }, 'lines are missing');
      gaps.push(gap);
      if (gaps.length > SHOWN) gaps.shift();
      gathered.push(gap);
    }
  }

  function tellCoverage(found: Coverage | undefined): void {
    if (found === undefined || (coverage?.reason === found.reason && coverage.blind === found.blind)) return;
    if (found.reason !== '')
      context.log.warn({ reason: found.reason }, 'not everything that can be read is being read');
    else if (coverage !== undefined) context.log.info({}, 'everything is being read again');
    coverage = found;
    coverage$.next(found);
  }

  function connection(): Connection {
    if (coverage === undefined) return { state: 'connecting', since: openedAt };
    const { blind, at, reason } = coverage;
    return blind ? { state: 'down', since: at, reason } : { state: 'up', since: at };
  }
}
