import { fieldsOf, json, pacer, points, type Service, textIn, withBody } from './service.ts';

/** Bots FAQ: no more than one message a second in a chat. sendMessage: 1 to 4096 characters after entities parsing. */
export function telegramService(): Service {
  const wait = pacer(1_000);
  const bad = (description: string, code = 400) => json(code, { ok: false, error_code: code, description });
  return {
    path: '',
    token: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
    to: ['4711'],
    answer(request, at) {
      if (!request.path.startsWith('/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/'))
        return bad('Unauthorized', 401);
      const { chat_id: chat, parse_mode: mode } = fieldsOf(request);
      const text = textIn(request, 'text');
      if (chat === undefined) return bad('Bad Request: chat_id is empty');
      if (chat !== '4711') return bad('Bad Request: chat not found');
      if (text === '') return bad('Bad Request: message text is empty');
      if (mode === 'HTML' && /<(?!\/?(?:b|code)>)/.test(text))
        return bad("Bad Request: can't parse entities: unsupported start tag");
      const shown = text.replaceAll(/<\/?(?:b|code)>/g, '').replaceAll(/&(?:lt|gt|amp);/g, '&');
      if (shown.length > 4_096) return bad('Bad Request: message is too long');
      if (request.path.endsWith('/editMessageText'))
        return json(200, { ok: true, result: { message_id: 7 } });
      const rest = Math.ceil(wait(at) / 1_000);
      if (rest > 0) {
        const said = { ok: false, error_code: 429, description: `Too Many Requests: retry after ${rest}` };
        return json(429, { ...said, parameters: { retry_after: rest } });
      }
      return json(200, { ok: true, result: { message_id: 7, chat: { id: 4_711 } } });
    },
    mutants: [
      {
        breaks: '4,097 characters',
        of: (sent) => withBody(sent, { text: 'x'.repeat(4_097) }),
        answer: 'message is too long',
        verdict: 'refused',
      },
      {
        breaks: 'no text',
        of: (sent) => withBody(sent, { text: undefined }),
        answer: 'message text is empty',
        verdict: 'refused',
      },
      {
        breaks: 'no chat',
        of: (sent) => withBody(sent, { chat_id: undefined }),
        answer: 'chat_id is empty',
        verdict: 'refused',
      },
      {
        breaks: 'an unknown chat',
        of: (sent) => withBody(sent, { chat_id: '1' }),
        answer: 'chat not found',
        verdict: 'disable',
      },
      {
        breaks: 'a tag that is none',
        of: (sent) => withBody(sent, { text: 'a <pid> b' }),
        answer: "can't parse entities",
        verdict: 'refused',
      },
      {
        breaks: 'a wrong token',
        of: (sent) => ({ ...sent, path: '/bot1:no/sendMessage' }),
        answer: 'Unauthorized',
        verdict: 'disable',
      },
    ],
  };
}

/** chat.postMessage: one message a second in a channel; HTTP 200 with ok false for every error but a 429. */
export function slackService(): Service {
  const wait = pacer(1_000);
  const bad = (error: string) => json(200, { ok: false, error });
  return {
    path: '/api',
    token: 'xoxb-110201543-AAHdqTcvCH1vGW',
    to: ['C0123456'],
    answer(request, at) {
      const text = textIn(request, 'text');
      if (request.headers.authorization !== 'Bearer xoxb-110201543-AAHdqTcvCH1vGW')
        return bad('invalid_auth');
      if (fieldsOf(request)['channel'] !== 'C0123456') return bad('channel_not_found');
      if (text === '') return bad('no_text');
      if (text.length > 40_000) return bad('msg_too_long');
      const place = { ok: true, channel: 'C0123456', ts: '1503435956.000247' };
      if (request.path.endsWith('/chat.update')) return json(200, place);
      const rest = Math.ceil(wait(at) / 1_000);
      if (rest > 0) return json(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(rest) });
      return json(200, place);
    },
    mutants: [
      {
        breaks: '40,001 characters',
        of: (sent) => withBody(sent, { text: 'x'.repeat(40_001) }),
        answer: 'msg_too_long',
        verdict: 'refused',
      },
      {
        breaks: 'no text',
        of: (sent) => withBody(sent, { text: undefined }),
        answer: 'no_text',
        verdict: 'refused',
      },
      {
        breaks: 'a channel that is not there',
        of: (sent) => withBody(sent, { channel: 'C9' }),
        answer: 'channel_not_found',
        verdict: 'disable',
      },
      {
        breaks: 'no token',
        of: (sent) => ({ ...sent, headers: {} }),
        answer: 'invalid_auth',
        verdict: 'disable',
      },
    ],
  };
}

/** Incoming webhooks: a text (or attachments) of at most 16,383 characters in one post. */
export function mattermostService(): Service {
  const bad = (id: string, message: string, status = 400) =>
    json(status, { id: `web.incoming_webhook.${id}.app_error`, message, status_code: status });
  return {
    path: '/hooks/xxx1generatedkey1xxx1234567',
    token: '',
    to: [],
    answer(request) {
      const text = textIn(request, 'text');
      if (!request.path.startsWith('/hooks/xxx1generatedkey1xxx1234567'))
        return bad('invalid', 'Invalid webhook.', 404);
      if (text === '') return bad('text', 'No text specified.');
      if (points(text) > 16_383) return bad('text_length', 'Maximum text length is 16383 characters.');
      if (/@(?:all|channel|here)\b/.test(text)) return bad('permissions', 'A log line called everybody.');
      return { status: 200, body: 'ok' };
    },
    mutants: [
      {
        breaks: '16,384 characters',
        of: (sent) => withBody(sent, { text: 'x'.repeat(16_384) }),
        answer: 'Maximum text length',
        verdict: 'refused',
      },
      {
        breaks: 'no text',
        of: (sent) => withBody(sent, { text: undefined }),
        answer: 'No text specified',
        verdict: 'refused',
      },
      {
        breaks: 'a mention of everybody',
        of: (sent) => withBody(sent, { text: 'x @all y' }),
        answer: 'called everybody',
        verdict: 'refused',
      },
      {
        breaks: 'a webhook that is gone',
        of: (sent) => ({ ...sent, path: '/hooks/other' }),
        answer: 'Invalid webhook',
        verdict: 'disable',
      },
    ],
  };
}

/** Webhooks in Teams: a message of at most 28 KB, four requests a second, adaptive cards only. */
export function teamsService(): Service {
  const wait = pacer(250);
  const bad = (status: number, code: string, message: string) => json(status, { error: { code, message } });
  return {
    path: '/workflows/1/triggers/manual/paths/invoke?sig=Tok3n',
    token: '',
    to: [],
    answer(request, at) {
      const { type, attachments } = fieldsOf(request);
      if (!request.path.includes('sig=Tok3n'))
        return bad(401, 'DirectApiAuthorizationRequired', 'The request has no signature.');
      if (type !== 'message' || !JSON.stringify(attachments ?? '').includes('"type":"AdaptiveCard"'))
        return bad(400, 'TriggerInputSchemaMismatch', 'The input body is no card.');
      if (Buffer.byteLength(request.body) > 28 * 1_024)
        return bad(413, 'RequestEntityTooLarge', 'The card is too large.');
      if (wait(at) > 0) return bad(429, 'TooManyRequests', 'Rate limit is exceeded. Try again later.');
      return { status: 202 };
    },
    mutants: [
      {
        breaks: 'more than 28 KB',
        of: (sent) => withBody(sent, { summary: 'x'.repeat(28 * 1_024) }),
        answer: 'too large',
        verdict: 'refused',
      },
      {
        breaks: 'no card',
        of: (sent) => withBody(sent, { attachments: undefined }),
        answer: 'no card',
        verdict: 'refused',
      },
      {
        breaks: 'no signature',
        of: (sent) => ({ ...sent, path: '/workflows/1' }),
        answer: 'no signature',
        verdict: 'disable',
      },
    ],
  };
}

/** Client-server API: an event of at most 65,536 bytes; M_LIMIT_EXCEEDED with retry_after_ms; the transaction id is in the path. */
export function matrixService(): Service {
  const bad = (status: number, errcode: string, error: string) => json(status, { errcode, error });
  return {
    path: '',
    token: 'syt_AAHdqTcvCH1vGW',
    to: ['!room:example.org'],
    answer(request) {
      const [, place, event] =
        /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/m\.room\.message\/(.+)$/.exec(request.path) ?? [];
      if (request.headers.authorization !== 'Bearer syt_AAHdqTcvCH1vGW')
        return bad(401, 'M_UNKNOWN_TOKEN', 'Invalid access token passed.');
      if (request.method !== 'PUT' || event === undefined)
        return bad(404, 'M_UNRECOGNIZED', 'Unrecognized request');
      if (place !== encodeURIComponent('!room:example.org'))
        return bad(403, 'M_FORBIDDEN', 'You are not joined to this room.');
      if (textIn(request, 'msgtype') === '') return bad(400, 'M_BAD_JSON', 'msgtype is missing');
      // The server adds sender, room, id, hashes and signatures to what it is given.
      if (Buffer.byteLength(request.body) > 65_536 - 2_048) return bad(413, 'M_TOO_LARGE', 'event too large');
      return json(200, { event_id: '$YUwRidLecu:example.org' });
    },
    mutants: [
      {
        breaks: 'an event of 64 KB',
        of: (sent) => withBody(sent, { body: 'x'.repeat(65_536) }),
        answer: 'M_TOO_LARGE',
        verdict: 'refused',
      },
      {
        breaks: 'no msgtype',
        of: (sent) => withBody(sent, { msgtype: undefined }),
        answer: 'M_BAD_JSON',
        verdict: 'refused',
      },
      {
        breaks: 'another room',
        of: (sent) => ({ ...sent, path: sent.path.replace('room%3A', 'x%3A') }),
        answer: 'M_FORBIDDEN',
        verdict: 'disable',
      },
      {
        breaks: 'no token',
        of: (sent) => ({ ...sent, headers: {} }),
        answer: 'M_UNKNOWN_TOKEN',
        verdict: 'disable',
      },
    ],
  };
}
