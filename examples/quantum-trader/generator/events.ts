import { CONTAINERS, DIED, END, RELOADED, RESTARTED, START, type Container } from './plan.ts';
import { random } from './random.ts';

const IMAGES: Readonly<Record<Container, string>> = {
  quantum_postgres: 'postgres:16.4',
  quantum_ai_engine: 'quantum/ai-engine:2025.12.14',
  quantum_nginx: 'nginx:1.27.3',
  quantum_redis: 'redis:7.4.1',
  quantum_gateway: 'quantum/gateway:4.2.1',
  quantum_api: 'quantum/api:4.2.1',
  quantum_risk: 'quantum/risk:2.9.0',
  quantum_executor: 'quantum/executor:1.18.3',
};

/** What Docker's `/events` told in that hour (API 1.41), one object a line, in order of time. */
export function events(seed: string): readonly string[] {
  const chance = random(`${seed}:events`);
  const ids = Object.fromEntries(CONTAINERS.map((name) => [name, chance.hex(64)]));
  const network = chance.hex(64);
  const told: { readonly at: number; readonly text: string }[] = [];

  const nanos = (at: number) => `${at}${String(chance.int(10_000, 989_999)).padStart(6, '0')}`;
  const tell = (at: number, event: object) => {
    const time = { scope: 'local', time: Math.floor(at / 1_000), timeNano: 0 };
    told.push({ at, text: JSON.stringify({ ...event, ...time }).replace(/0\}$/, `${nanos(at)}}`) });
  };
  const container = (
    at: number,
    name: Container,
    action: string,
    more: Readonly<Record<string, string>> = {},
  ) => {
    const id = ids[name];
    const image = IMAGES[name];
    const labels =
      name === 'quantum_nginx' ? { maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>' } : {};
    const Actor = { ID: id, Attributes: { ...more, image, ...labels, name } };
    tell(at, { status: action, id, from: image, Type: 'container', Action: action, Actor });
  };
  const attachment = (at: number, action: string) => {
    const Attributes = { container: ids['quantum_postgres'], name: 'quantum_default', type: 'bridge' };
    tell(at, { Type: 'network', Action: action, Actor: { ID: network, Attributes } });
  };
  const probe = (at: number) => {
    const execID = chance.hex(64);
    const command = '/bin/sh -c pg_isready -U postgres';
    container(at, 'quantum_postgres', `exec_create: ${command}`, { execID });
    container(at + 1, 'quantum_postgres', `exec_start: ${command}`, { execID });
    container(at + 74, 'quantum_postgres', 'exec_die', { execID, exitCode: '0' });
  };

  for (let at = START + 12_400; at < DIED; at += 60_100) probe(at);
  container(DIED, 'quantum_postgres', 'die', { exitCode: '2' });
  attachment(DIED + 31, 'disconnect');
  attachment(RESTARTED - 88, 'connect');
  container(RESTARTED, 'quantum_postgres', 'start');
  for (let at = RESTARTED + 60_100; at < END; at += 60_100) probe(at);
  container(RESTARTED + 60_179, 'quantum_postgres', 'health_status: healthy');
  container(RELOADED, 'quantum_nginx', 'kill', { signal: '1' });

  return told.toSorted((a, b) => a.at - b.at).map(({ text }) => text);
}
