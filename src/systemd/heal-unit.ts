/** With what the names of the transient units begin that heals run in. */
export const HEAL_UNIT = 'quantum-realtime-heal-';
