/** After so many reads that failed inside the log itself it is called unreadable; trying goes on. */
const UNREADABLE_AFTER = 3;

/** Once a read has failed, this many of the newest records are requested; after each further failure an eighth of that. */
const FIRST_LIMIT = 65_536;

/**
 * How far back reads of one log may go. A crash or a full disk leaves stored logs with damage that ends every read that
 * comes to it; what was written afterwards can still be read, by asking for fewer and fewer of the newest records.
 */
export class DamageLimit {
  /** The most records to ask for; Infinity while no damage is known. */
  records = Infinity;
  #failures = 0;

  /** A read has failed inside the log. */
  fail(): void {
    this.records = this.records === Infinity ? FIRST_LIMIT : Math.max(1, Math.floor(this.records / 8));
    this.#failures++;
  }

  /** Reads go well: a damage that is met later is a new one. */
  reset(): void {
    this.records = Infinity;
    this.#failures = 0;
  }

  get isUnreadable(): boolean {
    return this.#failures >= UNREADABLE_AFTER;
  }

  /** Whether the latest failure was the one by which it is called unreadable, so that this is said once. */
  get isNewlyUnreadable(): boolean {
    return this.#failures === UNREADABLE_AFTER;
  }
}
