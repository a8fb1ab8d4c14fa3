import { expect, test } from 'vitest';
import { controlRoutes, type Operations } from '../src/control/routes.ts';

/** The answer to an acknowledgement while these incidents are open, and what was acknowledged. */
async function ack(open: readonly string[], input: object) {
  const acknowledged: string[] = [];
  const operations = {
    status: () => ({ incidents: open.map((id) => ({ id })) }),
    ack: (id: string) => acknowledged.push(id),
    containers: () => ['db', 'shop/web'],
  } as unknown as Operations;
  const answer = await controlRoutes(operations)['POST /ack']?.(input);
  return { status: answer?.status ?? 200, body: JSON.stringify(answer?.body), acknowledged };
}

test.each([
  ['the only one, unnamed', ['A-1'], {}, 'A-1'],
  ['by its beginning', ['A-1', 'B-1'], { incident: 'B' }, 'B-1'],
  ['whose id begins another one', ['A-1', 'A-10'], { incident: 'A-1' }, 'A-1'],
  ['with a container that is gone for good', ['A-1'], { gone: 'shop/web' }, 'A-1'],
])('an incident is acknowledged: %s', async (_, open, input, id) => {
  expect(await ack(open, input)).toMatchObject({ status: 200, acknowledged: [id] });
});

test.each([
  ['none is open', [], {}, 'no incident is open'],
  ['none is meant', ['A-1', 'B-1'], {}, 'several incidents are open, name one: A-1, B-1'],
  ['two begin so', ['A-1', 'A-2', 'B-1'], { incident: 'A' }, 'name one: A-1, A-2'],
  [
    'nobody knows what is said to be gone',
    ['A-1'],
    { gone: 'web' },
    'no container is known as web; there are: db, shop/web',
  ],
  ['none begins so', ['A-1'], { incident: 'C' }, 'no open incident is called C; open: A-1'],
])('nothing is acknowledged where %s', async (_, open, input, reason) => {
  const answer = await ack(open, input);
  expect(answer).toMatchObject({ status: 409, acknowledged: [] });
  expect(answer.body).toContain(reason);
});
