import type { Effect, Outcome } from '../model.ts';

/** An effect as status shows it: asked for, and what became of it once that is known. */
export interface RecentEffect {
  readonly id: string;
  readonly kind: Effect['kind'];
  readonly at: number;
  readonly ended?: number;
  readonly ok?: boolean;
  readonly detail?: string;
}

const SHOWN = 20;

/** The last effects of this process, oldest first. */
export interface RecentEffects {
  readonly asked: (effects: readonly Effect[]) => void;
  readonly heard: (outcome: Outcome) => void;
  readonly list: () => readonly RecentEffect[];
}

export function recentEffects(): RecentEffects {
  let shown: readonly RecentEffect[] = [];
  return {
    asked: (effects) => {
      if (effects.length > 0)
        shown = [...shown, ...effects.map(({ id, kind, at }) => ({ id, kind, at }))].slice(-SHOWN);
    },
    heard: ({ effect, kind, at, ok, detail }) => {
      const known = shown.find((other) => other.id === effect && other.kind === kind);
      const ended = { id: effect, kind, at: known?.at ?? at, ended: at, ok, detail };
      shown =
        known === undefined
          ? [...shown, ended].slice(-SHOWN)
          : shown.map((other) => (other === known ? ended : other));
    },
    list: () => shown,
  };
}
