import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { attempt, type Got, HOSTILE, noticeOf, type Play, type Receiver, startReceiver } from '../../test/receiver.ts'
import type { AnyNotifier } from '../model/notifier.ts'
import { notifiers } from './registry.ts'

/** What is known of each HTTP channel: how it is configured, what its service answers, and how that service reads what it was sent. */
type Case = {
  config(url: string): Record<string, unknown>
  ok: Play
  request: { method?: string; path: string; headers?: Record<string, string> }
  /** The texts of a request as the service shows them, its own markup taken away. */
  shown(got: Got): string
  /** What the service would read as a call, a link or markup, were it sent. */
  never?: RegExp
  /** The size of a request in the service's own measure, and its limit. */
  size(got: Got): [number, number][]
  /** Several requests for a notice of several findings. */
  each?: true
}

const SECRET = 'sesame-0123456789'
// biome-ignore lint/suspicious/noExplicitAny: bodies of fifteen services.
const json = ({ body }: Got): any => JSON.parse(body)
const unhtml = (text: string) =>
  text
    .replace(/<br>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
const unslack = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const CASES: Record<string, Case> = {
  slack: {
    config: (url) => ({ url: `${url}/services/${SECRET}` }),
    ok: { status: 200, body: 'ok' },
    request: { path: `/services/${SECRET}` },
    shown: (got) => `${unslack(json(got).text)}\n${unslack(json(got).blocks.flatMap((block: { text?: { text: string } }) => block.text?.text ?? []).join('\n'))}`, // biome-ignore format: one line
    never: /<!|<http:\/\/evil/,
    size: (got) => [
      [json(got).blocks.length, 50],
      [json(got).text.length, 4_000],
      ...json(got).blocks.map((block: { text?: { text: string } }) => [block.text?.text.length ?? 0, 3_000]),
    ],
  },
  discord: {
    config: (url) => ({ webhook_url: `${url}/api/webhooks/1/${SECRET}` }),
    ok: { status: 204 },
    request: { path: `/api/webhooks/1/${SECRET}` },
    shown: (got) => `${json(got).content}\n${json(got).embeds[0].description}`.replace(/\\([^0-9A-Za-z\s])/g, '$1'),
    never: /(^|[^\\])[@`~|]|http:\/\/evil|\]\(/,
    size: (got) => [
      [json(got).content.length, 2_000],
      [json(got).embeds[0].description.length, 4_096],
    ],
  },
  telegram: {
    config: (url) => ({ bot_token: `1:${SECRET}`, chat_id: '-100123', api_url: `${url}/tg/` }),
    ok: { status: 200, body: '{"ok":true,"result":{"message_id":1}}' },
    request: { path: `/tg/bot1:${SECRET}/sendMessage` },
    shown: (got) => unhtml(json(got).text),
    never: /<a href="http:\/\/evil/,
    size: (got) => [[unhtml(json(got).text).length, 4_096]],
  },
  pagerduty: {
    config: (url) => ({ routing_key: SECRET, url: `${url}/v2/enqueue` }),
    ok: { status: 202, body: '{"status":"success","message":"Event processed","dedup_key":"f0"}' },
    request: { path: '/v2/enqueue' },
    shown: (got) => json(got).payload.summary,
    size: (got) => [
      [json(got).payload.summary.length, 1_024],
      [got.body.length, 512_000],
    ],
    each: true,
  },
  webhook: {
    config: (url) => ({ url: `${url}/${SECRET}`, headers: { 'X-Token': SECRET } }),
    ok: { status: 200 },
    request: { path: `/${SECRET}`, headers: { 'x-token': SECRET } },
    shown: (got) =>
      json(got)
        .alerts.map((alert: { annotations: { summary: string } }) => alert.annotations.summary)
        .join('\n'),
    size: (got) => [[json(got).alerts.length, 30]],
  },
  msteams: {
    config: (url) => ({ webhook_url: `${url}/workflows/${SECRET}?sig=${SECRET}` }),
    ok: { status: 202 },
    request: { path: `/workflows/${SECRET}?sig=${SECRET}` },
    // Runs of text know no Markdown, so what is shown is what was sent; nothing else of a card may hold text from outside.
    shown: (got) =>
      json(got)
        .attachments[0].content.body.flatMap((block: { type: string; inlines: { text: string }[] }) => {
          expect(block.type).toBe('RichTextBlock')
          return block.inlines.map(({ text }) => text)
        })
        .join('\n'),
    size: (got) => [[Buffer.byteLength(got.body), 28_000]],
  },
  googlechat: {
    config: (url) => ({ url: `${url}/v1/spaces/AAA/messages?key=k&token=${SECRET}` }),
    ok: { status: 200, body: '{"name":"spaces/AAA/messages/1"}' },
    request: { path: `/v1/spaces/AAA/messages?key=k&token=${SECRET}`, headers: { 'content-type': 'application/json; charset=UTF-8' } },
    shown: (got) => {
      expect(json(got).text).toBeUndefined()
      const { header, sections } = json(got).cardsV2[0].card
      const paragraphs = sections.map(
        ({ widgets: [{ textParagraph }] }: { widgets: [{ textParagraph: { text: string } }] }) => textParagraph.text,
      )
      return `${header.title}\n${unhtml(paragraphs.join('\n'))}`
    },
    never: /<users|<a href="http:\/\/evil/,
    size: (got) => [
      [Buffer.byteLength(got.body), 32_000],
      [json(got).cardsV2[0].card.sections.length, 100],
    ],
  },
  opsgenie: {
    config: (url) => ({ api_key: SECRET, api_url: url }),
    ok: { status: 202, body: '{"result":"Request will be processed","requestId":"r"}' },
    request: { path: '/v2/alerts', headers: { authorization: `GenieKey ${SECRET}` } },
    shown: (got) => `${json(got).message}\n${json(got).description}`,
    size: (got) => [
      [json(got).message.length, 130],
      [json(got).alias.length, 512],
      [json(got).entity.length, 512],
      [json(got).description.length, 15_000],
    ],
    each: true,
  },
  pushover: {
    config: (url) => ({ user_key: SECRET, token: SECRET, url: `${url}/1/messages.json` }),
    ok: { status: 200, body: '{"status":1,"request":"r"}' },
    request: { path: '/1/messages.json', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    shown: (got) => ['title', 'message', 'url'].map((field) => new URLSearchParams(got.body).get(field)).join('\n'),
    size: (got) => [
      [new URLSearchParams(got.body).get('title')!.length, 250],
      [new URLSearchParams(got.body).get('message')!.length, 1_024],
    ],
  },
  ntfy: {
    config: (url) => ({ url: `${url}/my-topic`, token: SECRET }),
    ok: { status: 200, body: '{"id":"1","event":"message"}' },
    request: {
      path: '/my-topic',
      headers: { authorization: `Bearer ${SECRET}`, priority: '4', click: 'https://keel.example/findings/f0' },
    },
    shown: ({ headers, body }) => `${headers.title}\n${body}`,
    size: (got) => [[Buffer.byteLength(got.body), 4_096]],
  },
  gotify: {
    config: (url) => ({ url: `${url}/gotify`, token: SECRET }),
    ok: { status: 200, body: '{"id":1}' },
    request: { path: '/gotify/message', headers: { 'x-gotify-key': SECRET } },
    shown: (got) => {
      expect(json(got).extras['client::display'].contentType).toBe('text/plain')
      return `${json(got).title}\n${json(got).message}`
    },
    size: (got) => [[json(got).message.length, 20_000]],
  },
  matrix: {
    config: (url) => ({ homeserver: url, room: '!id:server', token: SECRET }),
    ok: { status: 200, body: '{"event_id":"$1"}' },
    request: {
      method: 'PUT',
      path: `/_matrix/client/v3/rooms/!id%3Aserver/send/m.room.message/${attempt().id}`,
      headers: { authorization: `Bearer ${SECRET}` },
    },
    shown: (got) => {
      expect(json(got)).toMatchObject({ msgtype: 'm.text', format: 'org.matrix.custom.html', 'm.mentions': {} })
      return unhtml(json(got).formatted_body)
    },
    never: /<a href="http:\/\/evil/,
    size: (got) => [[Buffer.byteLength(got.body), 60_000]],
  },
  alertmanager: {
    config: (url) => ({ url: `${url}/am` }),
    ok: { status: 200 },
    request: { path: '/am/api/v2/alerts' },
    shown: (got) =>
      json(got)
        .map((alert: { annotations: { summary: string } }) => alert.annotations.summary)
        .join('\n'),
    size: (got) => [[json(got).length, 30]],
  },
}

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.close())
beforeEach(() => {
  receiver.got.length = 0
})

const BY_MAIL_OR_BROWSER = ['email', 'webpush']
test('every channel over HTTP has a case', () => {
  const kinds = notifiers.map(({ kind }) => kind).filter((kind) => !BY_MAIL_OR_BROWSER.includes(kind))
  expect(Object.keys(CASES).sort()).toEqual(kinds.sort())
})

describe.each(Object.entries(CASES))('%s', (kind, { config, ok, request, shown, never, size, each }) => {
  const notifier = () => notifiers.find((one) => one.kind === kind) as AnyNotifier
  const settings = () => notifier().config.parse(config(receiver.url))
  const sent = (notice = noticeOf(), signal = AbortSignal.timeout(5_000)) => notifier().notify(settings(), notice, attempt({ signal }))
  const one = noticeOf(['product:1'])

  test('sends the documented request, which says what, since when, how bad, where, and what would mend it', async () => {
    receiver.always(ok)
    expect(await sent(one)).toMatchObject({ delivered: true, retry: false })
    const [got] = receiver.got as [Got]
    expect(receiver.got).toHaveLength(1)
    expect(got).toMatchObject({ method: request.method ?? 'POST', path: request.path })
    expect(got.headers).toMatchObject(request.headers ?? {})
    const said = unhtml(JSON.stringify([shown(got), got.body]).replace(/\\+/g, ''))
    for (const part of ['cache/hot-key', 'product:1', 'warning', '/findings/f0', '120 reads a second', 'split it in four'])
      expect(said).toContain(part)
    expect(said).toMatch(/2026-11-26.21:40:05/)
  })

  test('shows every name as it was typed, and calls, links and formats nothing of it', async () => {
    receiver.always(ok)
    for (const name of HOSTILE) await sent(noticeOf([name]))
    const all = receiver.got.map(shown).join('\n')
    for (const name of HOSTILE) expect(all).toContain(name)
    // What a service shows where it knows no HTML is no markup to it.
    const read = (body: string) => stringsOf({ ...JSON.parse(body), body: null }).map((text) => text.replaceAll(/<?https:\/\/keel\S*/g, ''))
    if (never) expect(receiver.got.flatMap(({ body }) => read(body)).filter((text) => never.test(text))).toEqual([])
  })

  test('keeps thirty findings within its limits, also of names that grow by escaping', async () => {
    receiver.always(ok)
    await sent(noticeOf(Array.from({ length: 30 }, (_, index) => `${index}${'<&*@'.repeat(100)}`)))
    for (const got of receiver.got) for (const [is, limit] of size(got)) expect(is).toBeLessThanOrEqual(limit)
    expect(receiver.got).toHaveLength(each ? 30 : 1)
  })

  test.each<[Play, object]>([
    [{ status: 400 }, { delivered: false, retry: false, answer: 'HTTP 400' }],
    [
      { status: 404, body: SECRET },
      { delivered: false, retry: false },
    ],
    [
      { status: 302, headers: { location: '/elsewhere' } },
      { delivered: false, retry: false },
    ],
    [{ status: 408 }, { delivered: false, retry: true }],
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { delivered: false, retry: true, waitMs: 7_000 },
    ],
    [
      { status: 500, body: SECRET },
      { delivered: false, retry: true, answer: 'HTTP 500' },
    ],
    [
      { status: 503, headers: { 'retry-after': '11' } },
      { delivered: false, retry: true, waitMs: 11_000 },
    ],
    ['reset', { delivered: false, retry: true }],
    ['garbage', { delivered: false, retry: true }],
  ])('after %j: %j', async (play, outcome) => {
    receiver.play(play)
    const got = await sent(one)
    expect(got).toMatchObject(outcome)
    expect(JSON.stringify(got)).not.toContain(SECRET)
    expect(receiver.got).toHaveLength(1)
  })

  test('gives up a try at its deadline', async () => {
    receiver.play('hang')
    expect(await sent(one, AbortSignal.timeout(100))).toMatchObject({ delivered: false, retry: true, answer: 'no answer in time' })
  })
})

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return value && typeof value === 'object' ? Object.values(value).flatMap(stringsOf) : []
}

describe('services that say it in the body', () => {
  const telegram = (play: Play) => {
    receiver.play(play)
    const notifier = notifiers.find(({ kind }) => kind === 'telegram')!
    return notifier.notify(notifier.config.parse(CASES.telegram!.config(receiver.url)), noticeOf(['x']), attempt())
  }
  test.each<[Play, object]>([
    [
      { status: 200, body: '{"ok":false,"error_code":400,"description":"chat not found"}' },
      { delivered: false, retry: false },
    ],
    [
      { status: 200, body: '{"ok":false}' },
      { delivered: false, retry: true },
    ],
    [
      { status: 200, body: '<html>' },
      { delivered: false, retry: true },
    ],
    [
      { status: 429, body: '{"ok":false,"error_code":429,"parameters":{"retry_after":5}}' },
      { delivered: false, retry: true, waitMs: 5_000 },
    ],
    [
      { status: 429, body: '{"retry_after":1.5}' },
      { retry: true, waitMs: 1_500 },
    ],
    [
      { status: 429, body: '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}' },
      { retry: true, waitMs: 2_500 },
    ],
    [{ status: 429, body: 'null' }, { retry: true }],
  ])('%j', async (play, outcome) => {
    expect(await telegram(play)).toMatchObject(outcome)
  })
})
