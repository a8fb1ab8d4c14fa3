import type { ChannelType } from '../alert-channel.ts';
import { discord } from './discord.ts';
import { generic } from './generic.ts';
import { ntfy } from './ntfy.ts';
import { slack } from './slack.ts';

/** All that `alerts.channels[].type` may name, tried in this order for an address: the last one matches every address. */
export const CHANNEL_TYPES: readonly ChannelType[] = [discord, slack, ntfy, generic];

/** The type of channel for an address: the one named, else the first that matches it. */
export function channelType(url: URL, named?: string): ChannelType {
  return (
    CHANNEL_TYPES.find(({ type, matches }) => (named === undefined ? matches(url) : type === named)) ??
    generic
  );
}
