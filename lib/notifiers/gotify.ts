import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { address, token } from './address.ts'
import { cut, plain, textOf } from './markup.ts'
import { messageOf } from './message.ts'
import { below, send } from './send.ts'

const config = z
  .strictObject({
    url: address.describe('Address of the server'),
    token: token.describe('Token of the application'),
  })
  .describe('An application of Gotify')
export type GotifyConfig = z.output<typeof config>

const TEXT_MAX = 10_000
/** From 8 on a phone rings, from 4 on it makes a sound. */
const PRIORITY = { critical: 8, warning: 5, info: 2, resolved: 4 }

/** Gotify's messages (gotify.net/api-docs#/message/createMessage), shown as plain text. */
export const gotify: Notifier<GotifyConfig> = {
  kind: 'gotify',
  config,
  notify({ url, token }, notice, attempt) {
    const message = messageOf(notice)
    const body = {
      title: plain.text(cut(message.title, 250)),
      message: textOf(message, plain, TEXT_MAX),
      priority: PRIORITY[message.status === 'resolved' ? 'resolved' : message.severity],
      extras: { 'client::display': { contentType: 'text/plain' }, 'client::notification': { click: { url: message.link } } },
    }
    return send({ url: below(url, '/message'), headers: { 'x-gotify-key': token }, body: JSON.stringify(body) }, attempt)
  },
}
