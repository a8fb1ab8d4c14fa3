import type { Change, IncidentRecord, Rows, Saved } from './change.ts';
import { type Delivery, deliveryKey, freshDelivery } from './delivery.ts';

/**
 * Everything the store holds, as text, in memory: what is in the database, or would be if it could be written. With
 * it a full disk, or a file that is lost or damaged, costs nothing while the process lives: the database can be
 * written anew at any time. Incidents are in it only until they are on disk.
 */
export interface Image {
  readonly meta: Map<string, string>;
  readonly positions: Map<string, string>;
  readonly entries: Map<string, string>;
  readonly window: Map<number, string>;
  readonly fleet: Map<string, string>;
  readonly deliveries: Map<string, Delivery>;
  readonly incidents: Map<string, IncidentRecord>;
}

/** The difference between two images, serialised once. */
export interface Patch {
  readonly meta: Cells<string>;
  readonly positions: Cells<string>;
  readonly entries: Cells<string>;
  readonly window: Cells<number>;
  readonly fleet: Cells<string>;
  readonly deliveries: readonly DeliveryPatch[];
  readonly incidents: readonly IncidentRecord[];
}

export interface Cells<K extends string | number> {
  readonly put: ReadonlyMap<K, string>;
  readonly drop: readonly K[];
}

/** A delivery to be written; `effect` says whether its effect must be written too, or is there already. */
export interface DeliveryPatch {
  readonly delivery: Delivery;
  readonly effect: boolean;
}

export function emptyImage(): Image {
  return {
    meta: new Map(),
    positions: new Map(),
    entries: new Map(),
    window: new Map(),
    fleet: new Map(),
    deliveries: new Map(),
    incidents: new Map(),
  };
}

/** What `change` alters in `image`: rows whose text stays the same, and deliveries already owed, are left out. */
export function patchOf(change: Change, image: Image): Patch {
  const meta = new Map<string, unknown>();
  if (change.core !== undefined) meta.set('core', change.core);
  if (change.healProcess !== undefined) meta.set('healProcess', change.healProcess);
  // A start is fresh until the core has a state again.
  const drop = change.core === undefined ? [] : ['freshBecause'];
  return {
    meta: cells({ put: meta, drop }, image.meta),
    positions: cells(change.positions, image.positions),
    entries: cells(change.entries, image.entries),
    window: cells(change.window, image.window),
    fleet: cells(change.fleet, image.fleet),
    deliveries: [...newlyOwed(change, image), ...(change.deliveries ?? [])].map((delivery) => ({
      delivery,
      effect: image.deliveries.get(deliveryKey(delivery))?.effect !== delivery.effect,
    })),
    incidents: change.incidents ?? [],
  };
}

/** A patch that leads from nothing to this image. */
export function everything(image: Image): Patch {
  return {
    meta: { put: image.meta, drop: [] },
    positions: { put: image.positions, drop: [] },
    entries: { put: image.entries, drop: [] },
    window: { put: image.window, drop: [] },
    fleet: { put: image.fleet, drop: [] },
    deliveries: [...image.deliveries.values()].map((delivery) => ({ delivery, effect: true })),
    incidents: [...image.incidents.values()],
  };
}

export function isEmpty(patch: Patch): boolean {
  const cells = [patch.meta, patch.positions, patch.entries, patch.window, patch.fleet];
  return (
    cells.every(({ put, drop }) => put.size === 0 && drop.length === 0) &&
    patch.deliveries.length === 0 &&
    patch.incidents.length === 0
  );
}

/** Brings the image up to date. */
export function apply(patch: Patch, image: Image): void {
  applyCells(patch.meta, image.meta);
  applyCells(patch.positions, image.positions);
  applyCells(patch.entries, image.entries);
  applyCells(patch.window, image.window);
  applyCells(patch.fleet, image.fleet);
  for (const { delivery } of patch.deliveries) image.deliveries.set(deliveryKey(delivery), delivery);
  for (const incident of patch.incidents) image.incidents.set(incident.id, incident);
}

/** The same patch with its moment (epoch milliseconds), which `Saved.savedAt` tells. */
export function dated(patch: Patch, now: number): Patch {
  return { ...patch, meta: { ...patch.meta, put: new Map(patch.meta.put).set('savedAt', String(now)) } };
}

/** The parts of an image, parsed. */
export function savedIn(image: Image, savedAt: number): Saved {
  return {
    positions: parsed(image.positions),
    healProcess: parse(image.meta.get('healProcess')),
    entries: parsed(image.entries),
    window: parsed(image.window),
    core: parse(image.meta.get('core')),
    savedAt,
  };
}

function newlyOwed(change: Change, image: Image): readonly Delivery[] {
  return (change.owed ?? []).flatMap(({ effect, channels, at }) =>
    channels
      .filter((channel) => !image.deliveries.has(deliveryKey({ effect, channel })))
      .map((channel) => freshDelivery(effect, channel, at)),
  );
}

function cells<K extends string | number>(rows: Rows<K> = {}, now: ReadonlyMap<K, string>): Cells<K> {
  const given = 'all' in rows ? rows.all : (rows.put ?? new Map<K, unknown>());
  const gone = 'all' in rows ? now.keys() : (rows.drop ?? []);
  const put = new Map<K, string>();
  for (const [key, value] of given) {
    const text = JSON.stringify(value);
    if (now.get(key) !== text) put.set(key, text);
  }
  return { put, drop: [...gone].filter((key) => now.has(key) && !given.has(key)) };
}

function applyCells<K extends string | number>({ put, drop }: Cells<K>, target: Map<K, string>): void {
  for (const key of drop) target.delete(key);
  for (const [key, text] of put) target.set(key, text);
}

/** Rows of an image, parsed. */
export function parsed<K>(texts: ReadonlyMap<K, string>): ReadonlyMap<K, unknown> {
  return new Map([...texts].map(([key, text]) => [key, parse(text)]));
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
