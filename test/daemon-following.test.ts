import { VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { firstFollowing, followingText } from '../src/daemon/first-following.ts';
import type { FollowedStatus, SourceStatus } from '../src/streams/source.ts';

const followed = (name: string, phase: FollowedStatus['phase'] = 'following'): FollowedStatus => ({
  id: name, name, container: name, image: '', driver: 'json-file', phase, lines: 0, lag: 0, warnings: [],
}); // prettier-ignore

function source(id: string, kind: string, containers: readonly FollowedStatus[], known = true): SourceStatus {
  return {
    id,
    kind,
    endpoint: id,
    connection: { state: known ? 'up' : 'connecting', since: 0 },
    coverage: known
      ? { type: 'coverage', at: 0, source: id, blind: false, unread: [], reason: '' }
      : undefined,
    containers,
    gaps: [],
    restarts: [],
    heardAt: 0,
  };
}

test('what is followed is logged once for each source, as soon as it is known', () => {
  const clock = new VirtualTimeScheduler();
  const said: string[] = [];
  const docker = source(
    'docker',
    'docker',
    ['b', 'a'].map((name) => followed(name)),
  );
  const found = () => [docker, source('files', 'files', [followed('nginx')], clock.now() >= 3_000)];
  firstFollowing(found, clock, { info: (_, text) => said.push(`${clock.now()} ${text}`) }).subscribe();
  clock.flush();
  expect(said).toEqual([
    '500 docker: following 2 containers: a, b',
    '3000 files: following 1 file group: nginx',
  ]);
});

test('stopped and unreadable containers are named apart, those that are gone not at all', () => {
  const containers = [
    followed('web'),
    followed('late', 'catching up'),
    followed('job', 'stopped'),
    followed('mute', 'unreadable'),
    followed('past', 'gone'),
  ];
  expect(followingText(source('docker', 'docker', containers), false)).toBe(
    'following 2 containers: late, web; stopped: job; cannot be read: mute',
  );
  expect(followingText(source('docker', 'docker', []), false)).toBe(
    'following no container yet; each is followed as soon as it is there',
  );
  const many = Array.from({ length: 14 }, (_, n) => followed(`c${String(n).padStart(2, '0')}`));
  expect(followingText(source('docker', 'docker', many), false)).toMatch(
    /^following 14 containers: c00, .*, c11 and 2 more$/,
  );
});
