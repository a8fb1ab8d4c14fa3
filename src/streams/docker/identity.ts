const PROJECT = 'com.docker.compose.project';
const SERVICE = 'com.docker.compose.service';
const NUMBER = 'com.docker.compose.container-number';
const TASK = 'com.docker.swarm.task.name';

type Labels = Readonly<Record<string, string>>;

/** What swarm calls a task: its service, its slot (or, of a global service, the node), and the task's own id. */
const TASK_NAME = /^(.+)\.(\d+|[0-9a-z]{25})\.[0-9a-z]{25}$/;

/**
 * The identity of a container, which outlives its id: the same after it has been recreated. It is the container's
 * name, as an operator types it (`quantum_postgres`), with two exceptions. Where Compose made up the name
 * (`shop-web-1`, `shop_web_1`), it is `shop/web`, and `shop/web/2` for the second replica; while Compose replaces
 * a container it gives one of the two a name such as `0123456789ab_shop-web-1`, and the prefix is no part of it. A task
 * of swarm is its service with its slot, `shop_web.2`, or the service alone where it runs once on every node.
 */
export function identity(name: string, labels: Labels): string {
  const plain = name.replace(/^\//, '');
  const task = TASK_NAME.exec(labels[TASK] ?? plain);
  if (task !== null) return slotOf(task);
  const project = labels[PROJECT];
  const service = labels[SERVICE];
  if (project === undefined || service === undefined) return plain;
  const settled = plain.replace(/^[0-9a-f]{12}_/, '');
  for (const separator of ['-', '_']) {
    const stem = `${project}${separator}${service}${separator}`;
    const replica = settled.startsWith(stem) ? replicaOf(settled.slice(stem.length), labels) : undefined;
    if (replica !== undefined) return `${project}/${service}${replica === '1' ? '' : `/${replica}`}`;
  }
  return settled;
}

/** Whether a container is a task of swarm, which never starts one again but makes another for its slot. */
export function isTask(name: string, labels: Labels): boolean {
  return TASK_NAME.test(labels[TASK] ?? name);
}

function slotOf([, service = '', slot = '']: RegExpExecArray): string {
  return /^\d+$/.test(slot) ? `${service}.${slot}` : service;
}

/** The number that ends a name; Compose 1.23 wrote twelve digits behind it. Only its own label tells them from a name. */
function replicaOf(ending: string, labels: Labels): string | undefined {
  const replica = /^(\d+)(?:_[0-9a-f]{12})?$/.exec(ending);
  const number = replica?.[1];
  return replica?.[0] === number || labels[NUMBER] === number ? number : undefined;
}
