/** A loss between two moments, epoch milliseconds. */
export interface Loss {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** Gaps of one container no further apart than this (milliseconds) are one. */
const SAME_GAP = 5_000;

/** Joins the losses of one container that are close together and of one kind, so that many small ones are one gap. */
export interface GapJoiner {
  add(loss: Loss): void;
  /** Emits the one that is held. */
  flush(): void;
  /** The one that is held: found, and not emitted yet. */
  readonly held: Loss | undefined;
}

export function gapJoiner(emit: (loss: Loss) => void, saved?: Loss): GapJoiner {
  let held = saved;
  return {
    add: (loss) => {
      if (held?.reason === loss.reason && loss.from <= held.to + SAME_GAP) {
        held = { ...held, to: Math.max(held.to, loss.to) };
        return;
      }
      flush();
      held = loss;
    },
    flush,
    get held() {
      return held;
    },
  };

  function flush(): void {
    if (held === undefined) return;
    const loss = held;
    held = undefined;
    emit(loss);
  }
}
