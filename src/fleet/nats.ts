/**
 * What is used of the client of the broker, to be imported where a fleet is configured and not before: it takes memory.
 * By name, since a bundle knows nothing of what a CommonJS module passes on from another.
 */
export { DeliverPolicy, jetstream, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
export { connect, credsAuthenticator, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
