import type { ChannelType } from '../alert-channel.ts';
import { discord } from './discord.ts';
import { generic } from './generic.ts';
import { ntfy } from './ntfy.ts';
import { slack } from './slack.ts';

/** All that `alerts.channels[].type` may name. An address is asked for in this order: the last takes every one. */
export const CHANNEL_TYPES: readonly ChannelType[] = [discord, slack, ntfy, generic];

/** What speaks to an address: the type that is named, else the first that the address looks like. */
export function channelType(url: URL, named?: string): ChannelType {
  return (
    CHANNEL_TYPES.find(({ type, matches }) => (named === undefined ? matches(url) : type === named)) ??
    generic
  );
}
