import type { Chunk, ChunkSkimmer, SkimAhead } from '../streams/saved/skim-ahead.ts';
import { lineSkimmer } from '../streams/saved/skimmed-lines.ts';
import type { Skim } from '../streams/skim.ts';
import { CAPACITY, SkimSlots, SLOTS } from './skim-slots.ts';

/** Threads that skim. They have to be closed. */
export interface SkimWorkers extends SkimAhead {
  close(): void;
}

/** So many bytes are skimmed without threads: a small input is done before they have started. */
const WORTHWHILE = 64 * 1024 * 1024;

/** A smaller chunk is skimmed sooner than handed over. */
const SMALLEST = 4 * 1024;

/** So many chunks of one file wait at most; no more are handed over before a quarter is left, since waking costs. */
const DEEPEST = 16;

/** So many milliseconds are waited for a worker that has begun with a chunk: it may have lost the processor. */
const PATIENCE = 20;

/** The program is one folder of JavaScript once it is built. */
const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './skim-worker.ts' : './skim-worker.js',
  import.meta.url,
);

/** A chunk that has been handed over; `lines` once it was skimmed here instead, while another one was waited for. */
interface Submitted {
  readonly slot: number;
  lines?: number;
}

/**
 * So many threads that skim with the built-in rules, which `skim` must be too, started with the chunk that makes them
 * worth it. What they have not begun with when it is needed is left to the caller, who also takes the newest from them
 * rather than wait for the oldest: nothing depends on a thread, not even on one that has died.
 */
export function skimWorkers(count: number, skim: Skim, worthwhile = WORTHWHILE): SkimWorkers {
  const skimLines = lineSkimmer(skim);
  const free = Array.from({ length: SLOTS }, (_, slot) => SLOTS - 1 - slot);
  /** Slots that a worker was still at when they were given back. */
  let lagging: readonly number[] = [];
  const submitted: Submitted[] = [];
  let slots: SkimSlots | undefined;
  let seen = 0;
  let files = 0;
  let isClosed = false;
  return { forFile, close };

  function forFile(): ChunkSkimmer {
    files++;
    let waiting = 0;
    let isFilling = true;
    let isOpen = true;
    return {
      hasRoom() {
        const most = Math.min(DEEPEST, Math.ceil(SLOTS / files));
        isFilling = waiting < most && (isFilling || waiting <= most / 4);
        return slots !== undefined && free.length > 0 && isFilling;
      },
      submit(bytes) {
        seen += bytes.length;
        if (seen >= worthwhile) slots ??= start();
        if (slots === undefined || bytes.length < SMALLEST || bytes.length > CAPACITY) return undefined;
        const slot = free.pop();
        if (slot === undefined) return undefined;
        waiting++;
        return submit(slots, slot, bytes, () => {
          waiting--;
        });
      },
      close() {
        if (isOpen) files--;
        isOpen = false;
      },
    };
  }

  function submit(shared: SkimSlots, slot: number, source: Buffer, released: () => void): Chunk {
    const own: Submitted = { slot };
    const bytes = shared.bytes(slot, source.length);
    source.copy(bytes);
    shared.queue(slot, source.length);
    submitted.push(own);
    return {
      bytes,
      skimmed() {
        if (own.lines === undefined && shared.unqueue(slot)) return undefined;
        let lines = own.lines ?? shared.result(slot, 0);
        while (lines === undefined && helped(shared)) lines = shared.result(slot, 0);
        lines ??= shared.result(slot, PATIENCE);
        return lines === undefined || lines < 0 ? undefined : { ...shared.found(slot), lines };
      },
      release() {
        released();
        submitted.splice(submitted.indexOf(own), 1);
        const left: number[] = [];
        for (const one of [slot, ...lagging]) (shared.free(one) ? free : left).push(one);
        lagging = left;
      },
    };
  }

  /** Skims the newest chunk that no worker has begun with; false if there is none. */
  function helped(shared: SkimSlots): boolean {
    const newest = submitted.findLast(({ slot, lines }) => lines === undefined && shared.unqueue(slot));
    if (newest === undefined) return false;
    newest.lines = skimLines(shared.bytes(newest.slot), shared.found(newest.slot));
    return true;
  }

  function start(): SkimSlots | undefined {
    if (isClosed || count < 1) return undefined;
    const shared = new SkimSlots();
    // Loaded with the first input that is worth it.
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    for (let i = 0; i < count; i++) {
      const worker = new Worker(PROGRAM, { workerData: shared.memory, resourceLimits: LIMITS });
      // Without it everything is done all the same.
      worker.on('error', () => undefined);
      worker.unref();
    }
    return shared;
  }

  function close(): void {
    isClosed = true;
    slots?.stop();
    slots = undefined;
  }
}

/** Megabytes: what a worker needs lies in the shared memory. */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 };
