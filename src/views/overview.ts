import { banner } from './banner.ts';
import { blindness } from './blindness.ts';
import { containers } from './containers.ts';
import { groups } from './groups.ts';
import { limits } from './limits.ts';
import type { Node } from './node.ts';
import { past } from './past.ts';
import type { Show } from './show.ts';
import { story } from './story.ts';
import { verdictOf } from './verdict.ts';
import type { View } from './view.ts';

/** Everything that is known, in the order in which it is asked for: the verdict, then why, then all the rest. */
export function overview(view: View, show: Show): readonly Node[] {
  return [
    banner(verdictOf(view, show)),
    ...view.incidents.map((incident) => story(incident, show)),
    limits(view, show),
    groups('What differs', view.groups, show),
    containers(view, show),
    blindness(view, show),
    past(view.past, show),
  ];
}
