import { workerData } from 'node:worker_threads';
import { isQuickInfo } from '../classify/quick.ts';
import { lineSkimmer } from '../streams/saved/skimmed-lines.ts';
import { SkimSlots } from './skim-slots.ts';

/** A thread that skims the chunks which others put into the shared memory it is given, until it is told to stop. */
if (!(workerData instanceof SharedArrayBuffer)) throw new TypeError('expected the shared memory');
const slots = new SkimSlots(workerData);
const skim = lineSkimmer(isQuickInfo);
for (let slot = slots.takeNext(); slot !== undefined; slot = slots.takeNext())
  slots.finish(slot, skim(slots.bytes(slot), slots.found(slot)));
