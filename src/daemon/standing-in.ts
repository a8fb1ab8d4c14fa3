import type { CoreState } from '../incidents/state.ts';
import type { Standing } from '../sinks/alert/routing/page-unattended.ts';

/** How incidents stand in what the core knows when it is asked; an escalation is a call for somebody already. */
export function standingIn(core: () => CoreState): Standing {
  return (id) => {
    const found = Object.values(core().keys).find(({ incident }) => incident?.id === id)?.incident;
    if (found === undefined || found.state === 'resolved' || found.acknowledged) return 'none';
    const isLeft = found.state === 'holding' || (found.state === 'verifying' && found.passive);
    return isLeft ? 'unattended' : 'open';
  };
}
