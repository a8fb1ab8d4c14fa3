import { of, toArray, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Evidence, Gap, Line, Observation, Origin, Signal } from '../src/model.ts';
import { classify, createEntryStore } from '../src/operators/classify.ts';
import { createClassifier } from '../src/classify/classifier.ts';

const classifier = createClassifier([]);

function origin(container: string, stream: Origin['stream'] = 'stdout'): Origin {
  return { id: `id-${container}`, source: 'docker', container, stream, labels: { app: container } };
}

function line(from: Origin, text: string, at = 1_000): Line {
  return { type: 'line', origin: from, ts: '', at, text };
}

async function through(
  batches: readonly (readonly Observation[])[],
  store = createEntryStore(),
): Promise<Evidence[][]> {
  const emitted = await firstValueFrom(of(...batches).pipe(classify(classifier, store), toArray()));
  return emitted.map((batch) => [...batch]);
}

const said = (batches: Evidence[][]) =>
  batches.flat().map((each) => (each.type === 'signal' ? `${each.container} ${each.kind}` : each.type));

const TRACE = ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', "KeyError: 'sku'"];

describe('classify', () => {
  it('judges with what is known of the image that the source names', async () => {
    const db = origin('db');
    const text = '2026-11-26 10:00:00.123 UTC [12] FATAL:  the database system is starting up';
    expect(said(await through([[line({ ...db, image: 'postgres:16' }, text)]]))).toEqual([]);
    expect(said(await through([[line(db, text)]]))).toEqual(['db critical']);
  });

  it('turns an entry that counts into one signal with its text, fingerprint, labels and rule', async () => {
    const web = origin('web');
    const [[signal]] = (await through([[line(web, '\x1b[31mERROR\x1b[0m order 12 is gone', 5_000)]])) as [
      [Signal],
    ];
    expect(signal).toEqual({
      type: 'signal',
      source: 'docker',
      kind: 'error',
      at: 5_000,
      container: 'web',
      labels: { app: 'web' },
      text: 'ERROR order 12 is gone',
      fingerprint: 'ERROR order <*> is gone',
      rule: 'level token',
    });
  });

  it('passes signals and facts of others in their order, and drops batches with nothing to tell', async () => {
    const web = origin('web');
    const gap: Gap = {
      type: 'gap',
      source: 'docker',
      at: 1,
      container: 'web',
      from: 0,
      to: 1,
      reason: 'rotated',
    };
    const restart: Signal = {
      type: 'signal',
      source: 'docker',
      kind: 'restart',
      at: 1,
      container: 'web',
      labels: {},
      text: 'restarted',
      fingerprint: 'restart',
      rule: 'event',
    };
    const out = await through([
      [line(web, 'INFO fine')],
      [line(web, 'ERROR a'), gap, restart, line(web, 'WARN b')],
    ]);
    expect(out).toHaveLength(1);
    expect(said(out)).toEqual(['web error', 'gap', 'web restart', 'web warning']);
  });

  it('counts two interleaved traces of two containers, and of two streams of one, once each', async () => {
    const [a, b, c] = [origin('a'), origin('b'), origin('a', 'stderr')];
    const batch = TRACE.flatMap((text) => [line(a, text), line(b, text), line(c, text)]);
    expect(said(await through([batch]))).toEqual(['a error', 'b error', 'a error']);
  });

  it('counts two traces back to back as two', async () => {
    const web = origin('web');
    expect(said(await through([[...TRACE, ...TRACE].map((text) => line(web, text))]))).toHaveLength(2);
  });

  it('counts a trace cut by the end of the stream once, also when it goes on after a restart of ours', async () => {
    const before = createEntryStore();
    const first = await through([TRACE.slice(0, 2).map((text) => line(origin('web'), text))], before);
    const saved = JSON.parse(JSON.stringify(before.snapshot())) as ReturnType<typeof before.snapshot>;
    const after = createEntryStore(saved);
    const second = await through([TRACE.slice(2).map((text) => line(origin('web'), text))], after);
    expect(said([...first, ...second])).toEqual(['web error']);
    expect(said(await through([TRACE.slice(2).map((text) => line(origin('web'), text))]))).toEqual([
      'web error',
    ]);
  });

  it('signals a trace at its first line', async () => {
    const out = await through([[line(origin('web'), TRACE[0] ?? '')]]);
    expect(said(out)).toEqual(['web error']);
  });

  it('does not attach a line that comes long after the entry', async () => {
    const web = origin('web');
    const early = [line(web, 'ERROR a', 1_000), line(web, 'java.io.IOException: b', 1_001)];
    const late = [line(web, 'ERROR a', 1_000), line(web, 'java.io.IOException: b', 61_000)];
    expect(said(await through([early]))).toHaveLength(1);
    expect(said(await through([late]))).toHaveLength(2);
  });

  it('counts lines and entries, and forgets a container that is gone', async () => {
    const store = createEntryStore();
    await through([[...TRACE, '', 'INFO x'].map((text) => line(origin('web'), text))], store);
    expect(store.stats).toEqual({ lines: 5, entries: 2 });
    expect(Object.keys(store.snapshot())).toEqual(['id-web stdout']);
    store.forget('id-web');
    expect(store.snapshot()).toEqual({});
  });
});
