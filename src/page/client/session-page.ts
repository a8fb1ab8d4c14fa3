import type { Node as Piece } from '../../views/node.ts';
import { session } from '../../views/session.ts';
import type { SessionView, Tried, TriedSettings } from '../../views/session-view.ts';
import { LIMIT_NAMES, limitSteps, toQuery, windowSteps } from '../../views/settings-steps.ts';
import { inLocalTime } from '../../views/show.ts';

/** A saved session, and what other limits would have meant, as its sliders are moved. */
export async function sessionPage(draw: (pieces: readonly Piece[]) => void): Promise<void> {
  const view: unknown = await (await fetch('/v1/view')).json();
  if (!isSession(view)) return;
  document.title = view.name;
  let settings: TriedSettings = view.configured.settings;
  let isAsking = false;
  const show = (tried: Tried): void => draw(session(view, tried, inLocalTime(Date.now()), settings));
  show(view.configured);

  /** One question at a time, the last of them about where the sliders have come to rest. */
  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      for (let asked: TriedSettings | undefined; asked !== settings;) {
        asked = settings;
        const answer = await fetch(`/v1/what-if?${toQuery(asked)}`);
        const tried: unknown = answer.ok ? await answer.json() : undefined;
        if (isTried(tried)) show(tried);
      }
    } finally {
      isAsking = false;
    }
  }

  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    const own = view.configured.settings;
    const name = LIMIT_NAMES.find((one) => one === target.name);
    const step = target.valueAsNumber;
    settings =
      name === undefined
        ? { ...settings, window: windowSteps(own.window)[step] ?? own.window }
        : { ...settings, [name]: limitSteps(own[name])[step] ?? own[name] };
    void ask();
  });
}

function isSession(value: unknown): value is SessionView {
  return typeof value === 'object' && value !== null && 'configured' in value;
}

function isTried(value: unknown): value is Tried {
  return typeof value === 'object' && value !== null && 'incidents' in value;
}
