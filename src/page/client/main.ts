import { h, type Node as Piece } from '../../views/node.ts';
import { followView } from './follow-view.ts';
import { patchChildren } from './patch.ts';
import { enterForm } from './enter.ts';
import { incidentPage } from './incident-page.ts';
import { sessionPage } from './session-page.ts';
import { inLocalTime } from '../../views/show.ts';
import { overview } from '../../views/overview.ts';

/** What the page is made of: the element that holds it, and the line that says whether it is live. */
const main = document.querySelector('main');
const live = document.querySelector('#live');

if (main !== null && live !== null) void begin(main, live);

/** Shows what the address asks for; without a session the form that asks for the code. */
async function begin(place: Element, state: Element): Promise<void> {
  const draw = (pieces: readonly Piece[]): void => patchChildren(place, pieces);
  if (!(await entered(draw))) return;
  if (place.getAttribute('data-shows') === 'session') {
    await sessionPage(draw);
    return;
  }
  const id = /^\/incidents\/(.+)$/.exec(location.pathname)?.[1];
  if (id !== undefined) {
    draw(await incidentPage(id));
    return;
  }
  followView({
    onView: (view, offset) => {
      const show = inLocalTime(Date.now() + offset);
      draw(overview(view, show));
      document.title = `${view.incidents.length === 0 ? 'quiet' : 'incident'} · ${view.host}`;
    },
    onState: (text) => patchChildren(state, [text]),
  });
}

/** Whether there is a session; the code may stand behind the `#` of the address, which is never sent anywhere by itself. */
async function entered(draw: (pieces: readonly Piece[]) => void): Promise<boolean> {
  const code = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  if (code !== '' && (await enter(code))) return true;
  if ((await fetch('/v1/session')).ok) return true;
  const { promise, resolve } = Promise.withResolvers<true>();
  draw([enterForm('')]);
  addEventListener('submit', (event) => {
    event.preventDefault();
    const field = document.querySelector('input');
    void enter(field?.value ?? '').then((ok) => {
      if (ok) resolve(true);
      else draw([enterForm('That is not the code, or it has been used. A new one stands in the terminal.')]);
    });
  });
  await promise;
  draw([h('p', {}, 'Loading…')]);
  return true;
}

async function enter(code: string): Promise<boolean> {
  return (await fetch('/enter', { method: 'POST', body: code.trim() })).ok;
}
