/** What a fleet's things are called at the broker: subjects, streams, buckets. Names are parts without dots. */
export interface FleetNames {
  readonly evidence: Stored;
  readonly incidents: Stored;
  readonly heartbeats: Stored;
  /** Bucket of the lease: who decides. */
  readonly lease: string;
  /** Bucket of what the decider has decided so far. */
  readonly decided: string;
}

/** A stream with one subject a host. */
export interface Stored {
  readonly stream: string;
  readonly subject: (host: string) => string;
}

/** The names of a fleet's things, from the name of the fleet. */
export function namesOf(fleet: string): FleetNames {
  const stored = (kind: string): Stored => ({
    stream: `qt_${fleet}_${kind}`,
    subject: (host) => `qt.${fleet}.${kind}.${host}`,
  });
  return {
    evidence: stored('ev'),
    incidents: stored('inc'),
    heartbeats: stored('hb'),
    lease: `qt_${fleet}_lease`,
    decided: `qt_${fleet}_decided`,
  };
}

/** The host that a subject of a fleet belongs to: its last part. */
export function hostOf(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
