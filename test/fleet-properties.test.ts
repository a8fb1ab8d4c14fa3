import fc from 'fast-check';
import { expect, test } from 'vitest';
import { admit, type Admitted, type Marker } from '../src/fleet/admit.ts';
import { leaseOf } from '../src/fleet/lease.ts';
import { type LastMessage, Moved } from '../src/fleet/link.ts';
import { namesOf } from '../src/fleet/names.ts';

/** A bucket as the broker keeps it: one value, compared and set by its number, gone after 15 s. */
class Bucket {
  now = 0;
  #last: (LastMessage & { readonly until: number }) | undefined;
  #seq = 0;

  get value(): LastMessage | undefined {
    return this.#last !== undefined && this.#last.until > this.now ? this.#last : undefined;
  }

  set(payload: string, after: number): number {
    if ((this.value?.seq ?? 0) !== after) throw new Moved();
    this.#seq += 1;
    this.#last = { seq: this.#seq, at: this.now, content: JSON.parse(payload), until: this.now + 15_000 };
    return this.#seq;
  }
}

/** What happens to one of those who want the lease: its request is lost, its answer is lost, or neither. */
const turn = fc.record({
  who: fc.nat(2),
  after: fc.nat(6_000),
  fate: fc.constantFrom('well', 'well', 'well', 'no request', 'no answer'),
});

test('whatever is lost on the way, no two of three have the lease at once, and it is had again once all is well', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 60 }), async (turns) => {
      const bucket = new Bucket();
      let fate = 'well';
      const link = {
        publish: (_: string, payload: string, after: number): Promise<number> => {
          if (fate === 'no request') return Promise.reject(new Error('timeout'));
          return new Promise((resolve) => {
            const seq = bucket.set(payload, after);
            if (fate === 'no answer') throw new Error('timeout');
            resolve(seq);
          });
        },
        last: () => (fate === 'well' ? Promise.resolve(bucket.value) : Promise.reject(new Error('timeout'))),
      };
      const leases = ['a', 'b', 'c'].map((run) => leaseOf(link, namesOf('yard'), run, () => bucket.now));
      const holders = (): number => leases.filter((lease) => lease.isHeld()).length;
      for (const { who, after, fate: next } of turns) {
        bucket.now += after;
        fate = next;
        await leases[who]?.attempt();
        expect(holders()).toBeLessThanOrEqual(1);
      }
      fate = 'well';
      bucket.now += 15_001;
      for (const lease of leases) await lease.attempt();
      expect(holders()).toBe(1);
    }),
    { numRuns: 300 },
  );
});

test('however messages are repeated, cut and lost, what is read is what was sent less what was named as missing', () => {
  const message = fc.record({
    from: fc.integer({ min: 1, max: 60 }),
    length: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
      let known: Marker = { id: 'host', epoch: 1, seq: 0 };
      const read: number[] = [];
      const missing: number[] = [];
      for (const { from, length } of messages) {
        const entries = Array.from({ length }, (_, index) => ({ seq: from + index }));
        const admitted: Admitted<{ readonly seq: number }> = admit(known, { id: 'host', epoch: 1, entries });
        read.push(...admitted.fresh.map(({ seq }) => seq));
        for (const hole of admitted.missing)
          for (let seq = hole.from; seq <= hole.to; seq++) missing.push(seq);
        known = admitted.marker;
      }
      const all = [...read, ...missing].sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: known.seq }, (_, index) => index + 1));
    }),
    { numRuns: 300 },
  );
});
