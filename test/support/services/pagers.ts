import { fieldsOf, json, points, type Service, textIn, withBody } from './service.ts';

/** API reference: message 1,024 characters, title 250; priority 2 with retry (30 s or more) and expire (10,800 s or less). */
export function pushoverService(): Service {
  const bad = (errors: string, more: object = {}) =>
    json(400, { ...more, errors: [errors], status: 0, request: '647d2300-702c-4b38-8b2f-d56326ae460b' });
  return {
    path: '/1/messages.json',
    token: 'azGDORePK8gMaC0QOYAMyEEuzJnyUi',
    to: ['uQiRzpo4DXghDmr9QzzfQu27cmVRsG'],
    answer(request) {
      const { token, user, priority, retry, expire } = fieldsOf(request);
      if (token !== 'azGDORePK8gMaC0QOYAMyEEuzJnyUi')
        return bad('application token is invalid', { token: 'invalid' });
      if (user !== 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG')
        return bad('user identifier is not a valid user', { user: 'invalid' });
      if (textIn(request, 'message') === '') return bad('message cannot be blank');
      if (points(textIn(request, 'message')) > 1_024) return bad('message is too long');
      if (points(textIn(request, 'title')) > 250) return bad('title is too long');
      if (priority === 2 && !(Number(retry) >= 30 && Number(expire) <= 10_800))
        return bad('retry and expire are required');
      return json(200, { status: 1, request: '647d2300-702c-4b38-8b2f-d56326ae460b' });
    },
    mutants: [
      {
        breaks: '1,025 characters',
        of: (sent) => withBody(sent, { message: 'ü'.repeat(1_025) }),
        answer: 'message is too long',
        verdict: 'refused',
      },
      {
        breaks: 'a title of 251',
        of: (sent) => withBody(sent, { title: 'x'.repeat(251) }),
        answer: 'title is too long',
        verdict: 'refused',
      },
      {
        breaks: 'no message',
        of: (sent) => withBody(sent, { message: undefined }),
        answer: 'cannot be blank',
        verdict: 'refused',
      },
      {
        breaks: 'an emergency without retry',
        of: (sent) => withBody(sent, { priority: 2, retry: undefined }),
        answer: 'retry and expire',
        verdict: 'refused',
      },
      {
        breaks: 'no user',
        of: (sent) => withBody(sent, { user: undefined }),
        answer: 'user identifier',
        verdict: 'disable',
      },
      {
        breaks: 'no application',
        of: (sent) => withBody(sent, { token: 'x' }),
        answer: 'application token',
        verdict: 'disable',
      },
    ],
  };
}

/** Events API v2 (PD-CEF): summary 1,024 characters, dedup_key 255, source and severity required, an event of 512 KB. */
export function pagerdutyService(): Service {
  const bad = (error: string) =>
    json(400, { status: 'invalid event', message: 'Event object is invalid', errors: [error] });
  return {
    path: '/v2/enqueue',
    token: 'e93facc04764012d7bfb002500d5d1a6',
    to: [],
    answer(request) {
      const { routing_key: key, event_action: action, payload, dedup_key: dedup } = fieldsOf(request);
      const { summary, source, severity } = (payload ?? {}) as Record<string, unknown>;
      if (String(key).length !== 32)
        return bad("Length of 'routing_key' is incorrect (should be 32 characters)");
      if (Buffer.byteLength(request.body) > 512 * 1_024)
        return json(413, { status: 'invalid event', message: 'Event is too large', errors: [] });
      if (!['trigger', 'acknowledge', 'resolve'].includes(String(action)))
        return bad("'event_action' is missing or blank");
      if (typeof dedup !== 'string' || dedup === '' || dedup.length > 255)
        return bad("'dedup_key' must be at most 255 characters");
      if (typeof summary !== 'string' || summary === '') return bad("'payload.summary' is missing or blank");
      if (points(summary) > 1_024) return bad("'payload.summary' must be at most 1024 characters");
      if (typeof source !== 'string' || source === '') return bad("'payload.source' is missing or blank");
      if (!['critical', 'error', 'warning', 'info'].includes(String(severity)))
        return bad("'payload.severity' is invalid");
      return json(202, { status: 'success', message: 'Event processed', dedup_key: dedup });
    },
    mutants: [
      ...[
        { breaks: 'a summary of 1,025', change: { summary: 'x'.repeat(1_025) }, answer: 'at most 1024' },
        { breaks: 'no source', change: { source: undefined }, answer: 'payload.source' },
        { breaks: 'no severity of theirs', change: { severity: 'page' }, answer: 'payload.severity' },
      ].map(({ breaks, change, answer }) => ({
        breaks,
        of: (sent: Parameters<typeof withBody>[0]) =>
          withBody(sent, { payload: { summary: 'x', source: 'h', severity: 'error', ...change } }),
        answer,
        verdict: 'refused' as const,
      })),
      {
        breaks: 'a key of 256',
        of: (sent) => withBody(sent, { dedup_key: 'x'.repeat(256) }),
        answer: 'dedup_key',
        verdict: 'refused',
      },
      {
        breaks: 'an event of 512 KB',
        of: (sent) => withBody(sent, { links: 'x'.repeat(512 * 1_024) }),
        answer: 'too large',
        verdict: 'refused',
      },
      {
        breaks: 'a routing key that is none',
        of: (sent) => withBody(sent, { routing_key: 'x' }),
        answer: 'routing_key',
        verdict: 'disable',
      },
    ],
  };
}

/** Alert API: message 130 characters, alias 512, description 15,000, note 25,000, source 100; 202 with a request id. */
export function opsgenieService(): Service {
  const request_ = { took: 0.1, requestId: '43a29c5c-3dbf-4fa4-9c26-f4f71023e120' };
  const bad = (name: string, message: string) =>
    json(422, {
      message: 'Request body is not processable. Please check the errors.',
      errors: { [name]: message },
      ...request_,
    });
  return {
    path: '/v2/alerts',
    token: 'eb243592-faa2-4ba2-a551-1afdf565c889',
    to: [],
    answer(request) {
      if (request.headers.authorization !== 'GenieKey eb243592-faa2-4ba2-a551-1afdf565c889')
        return json(403, { message: 'Could not authenticate', ...request_ });
      const isNew = request.path === '/v2/alerts';
      if (!isNew && !/^\/v2\/alerts\/[^/]+\/(?:close|notes)\?identifierType=alias$/.test(request.path))
        return json(404, { message: 'No such endpoint', ...request_ });
      if (isNew && textIn(request, 'message') === '') return bad('message', 'Message can not be empty.');
      if (!isNew && request.path.includes('/notes') && textIn(request, 'note') === '')
        return bad('note', 'Note can not be empty.');
      for (const [name, most] of [
        ['message', 130],
        ['alias', 512],
        ['description', 15_000],
        ['note', 25_000],
        ['source', 100],
      ] as const)
        if (points(textIn(request, name)) > most)
          return bad(name, `${name} can not be longer than ${most} characters.`);
      if (isNew && !/^P[1-5]$/.test(textIn(request, 'priority')))
        return bad('priority', 'Priority is not valid.');
      return json(202, { result: 'Request will be processed', ...request_ });
    },
    mutants: [
      ...(
        [
          ['message', 130],
          ['alias', 512],
          ['description', 15_000],
          ['note', 25_000],
          ['source', 100],
        ] as const
      ).map(([name, most]) => ({
        breaks: `a ${name} of ${most + 1}`,
        of: (sent: Parameters<typeof withBody>[0]) => withBody(sent, { [name]: 'x'.repeat(most + 1) }),
        answer: `can not be longer than ${most}`,
        verdict: 'refused' as const,
      })),
      {
        breaks: 'no message',
        of: (sent) => withBody(sent, { message: undefined }),
        answer: 'can not be empty',
        verdict: 'refused',
      },
      {
        breaks: 'no key',
        of: (sent) => ({ ...sent, headers: {} }),
        answer: 'Could not authenticate',
        verdict: 'disable',
      },
    ],
  };
}

/** Gotify's server: a message is required, and the key of an application. */
export function gotifyService(): Service {
  const bad = (errorCode: number, error: string, errorDescription: string) =>
    json(errorCode, { error, errorCode, errorDescription });
  return {
    path: '/message',
    token: 'AWp9p3rVwzE5TTx',
    to: [],
    answer(request) {
      if (request.headers['x-gotify-key'] !== 'AWp9p3rVwzE5TTx')
        return bad(
          401,
          'Unauthorized',
          'you need to provide a valid access token or user credentials to access this api',
        );
      if (textIn(request, 'message') === '') return bad(400, 'Bad Request', "Field 'message' is required");
      if (!Number.isInteger(fieldsOf(request)['priority']))
        return bad(400, 'Bad Request', "Field 'priority' is no number");
      return json(200, { id: 25, appid: 5, date: '2018-02-27T19:36:10Z' });
    },
    mutants: [
      {
        breaks: 'no message',
        of: (sent) => withBody(sent, { message: undefined }),
        answer: "Field 'message' is required",
        verdict: 'refused',
      },
      {
        breaks: 'no key',
        of: (sent) => ({ ...sent, headers: {} }),
        answer: 'valid access token',
        verdict: 'disable',
      },
    ],
  };
}
