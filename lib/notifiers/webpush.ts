import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Attempt, Notifier, Outcome, PushSubscription } from '../model/notifier.ts'
import { eachOf } from './each.ts'
import { bytes, cut, plain, textOf } from './markup.ts'
import { type Message, messageOf } from './message.ts'
import { refused } from './outcome.ts'
import { type Sent, send } from './send.ts'

const config = z.strictObject({}).describe('The browsers that people have subscribed on the page *Alerts*, also while no page is open')
export type WebpushConfig = z.output<typeof config>

/** Push services take 4,096 bytes, encrypted and padded, and keep them this long for a browser that is off. */
const TEXT_MAX = 2_000
const LIVES_S = 86_400
/** All of them: a push service that hangs must not hold up those of others. */
const AT_ONCE = 200

const key = ({ endpoint }: PushSubscription): string => createHash('sha256').update(endpoint).digest('hex').slice(0, 16)

/** The encrypted request; null where the browser's key is none. A service keeps one message of a topic: a second try takes the place of the first. */
async function requestTo(
  subscription: PushSubscription,
  message: Message,
  contact: string,
  { id, browsers }: Attempt,
): Promise<Sent | null> {
  const { default: push } = await import('web-push')
  const text = textOf(message, plain, TEXT_MAX, bytes)
  const shown = { title: plain.text(cut(message.title, 200)), body: text, path: new URL(message.link).pathname, tag: id }
  const options = {
    vapidDetails: { subject: contact, ...browsers.keys() },
    TTL: LIVES_S,
    urgency: message.severity === 'critical' ? ('high' as const) : ('normal' as const),
    topic: id.replaceAll('-', '').slice(0, 32),
  }
  try {
    const { endpoint, headers, body } = push.generateRequestDetails(subscription, JSON.stringify(shown), options)
    const texts = Object.entries(headers as Record<string, unknown>).map(([name, value]) => [name.toLowerCase(), String(value)])
    const { 'content-length': _, ...own } = Object.fromEntries(texts) as Record<string, string>
    return { url: endpoint, headers: own, body: new Uint8Array(body) }
  } catch {
    return null
  }
}

/** One browser. 404 and 410 say that the subscription is no more (RFC 8030, 7.3): nothing is left to do. */
async function toBrowser(subscription: PushSubscription, message: Message, contact: string, attempt: Attempt): Promise<Outcome> {
  const request = await requestTo(subscription, message, contact, attempt)
  const outcome = request ? await send(request, attempt) : refused('a key that is none')
  if (request && outcome.answer !== 'HTTP 404' && outcome.answer !== 'HTTP 410') return outcome
  attempt.browsers.gone(subscription.endpoint)
  return { delivered: true, retry: false, answer: outcome.answer }
}

/** Web Push (RFC 8030, encrypted by RFC 8291): public/sw.js shows it, with the page closed too. */
export const webpush: Notifier<WebpushConfig> = {
  kind: 'webpush',
  config,
  async notify(_config, notice, attempt) {
    const subscriptions = attempt.browsers.list()
    if (subscriptions.length === 0) return refused('No browser is subscribed.')
    const message = messageOf(notice)
    // RFC 8292 wants an address at which a push service could complain.
    const contact = notice.externalUrl.startsWith('https:') ? notice.externalUrl : 'mailto:evenkeel@example.com'
    const request = (one: PushSubscription) => toBrowser(one, message, contact, attempt)
    const outcome = await eachOf(subscriptions, attempt, { key, request, atOnce: AT_ONCE })
    return attempt.browsers.list().length > 0 ? outcome : refused(`${outcome.answer}: every subscription has ended.`)
  },
}
