import { isView } from '../../views/is-view.ts';
import { merged } from '../../views/merge-patch.ts';
import type { View } from '../../views/view.ts';

export interface Followers {
  /** The view, and by how much the daemon's clock is ahead of this one's, in milliseconds. */
  readonly onView: (view: View, offset: number) => void;
  /** Whether the page is live, for people. */
  readonly onState: (text: string) => void;
}

/** Draws at least so often, for what is counted down; milliseconds. */
const EVERY = 1_000;

/** Follows the view for as long as the page is open; a broken connection is taken up again by the browser. */
export function followView({ onView, onState }: Followers): void {
  let view: View | undefined;
  let offset = 0;
  const take = (value: unknown): void => {
    if (!isView(value)) return;
    view = value;
    offset = view.status.at - Date.now();
    onView(view, offset);
  };
  const stream = new EventSource('/v1/changes');
  stream.addEventListener('view', ({ data }) => {
    onState('live');
    take(JSON.parse(String(data)));
  });
  stream.addEventListener('patch', ({ data }) => {
    onState('live');
    take(merged(view, JSON.parse(String(data))));
  });
  stream.addEventListener('gone', () => onState('the daemon does not answer: what you see is old'));
  stream.addEventListener('error', () => onState('connection lost: what you see is old'));
  setInterval(() => {
    if (view !== undefined && stream.readyState !== EventSource.OPEN) onView(view, offset);
  }, EVERY);
}
