import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { hook } from './address.ts'
import { bytes, fitting, html, itemText } from './markup.ts'
import { type Item, type Message, messageOf } from './message.ts'
import { send } from './send.ts'

const config = z.strictObject({ url: hook.describe('The address of the webhook') }).describe('A space of Google Chat')
export type GooglechatConfig = z.output<typeof config>

/** Google Chat takes messages of 32 KB. */
const BYTES_MAX = 30_000

/** A card's paragraphs are a little HTML, in which nobody can be called; a message's text has no way to escape `<users/all>`. */
function card({ heading, link }: Message, items: Item[], left: number): string {
  const more = left > 0 ? [`… and ${left} more: ${html.link(link)}`] : []
  const paragraphs = [...items.map((item) => itemText(item, html)), ...more]
  const sections = paragraphs.map((text) => ({ widgets: [{ textParagraph: { text } }] }))
  return JSON.stringify({ cardsV2: [{ cardId: 'notice', card: { header: { title: heading }, sections } }] })
}

/** Google Chat's webhooks (developers.google.com/workspace/chat/quickstart/webhooks). */
export const googlechat: Notifier<GooglechatConfig> = {
  kind: 'googlechat',
  config,
  notify({ url }, notice, attempt) {
    const message = messageOf(notice)
    const body = fitting(message.items, (items, left) => card(message, items, left), BYTES_MAX, bytes)
    return send({ url, headers: { 'content-type': 'application/json; charset=UTF-8' }, body }, attempt)
  },
}
