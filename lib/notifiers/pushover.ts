import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { address, token } from './address.ts'
import { cut, plain, textOf } from './markup.ts'
import { messageOf } from './message.ts'
import { send } from './send.ts'

const config = z
  .strictObject({
    user_key: token.describe('Key of the user or group'),
    token: token.describe('Token of the application'),
    url: address.default('https://api.pushover.net/1/messages.json').describe('Address of the API'),
  })
  .describe('Phones of a user or group, by Pushover')
export type PushoverConfig = z.output<typeof config>

/** Pushover takes 250 characters of a title, 1,024 of a message and 512 of an address. */
const TITLE_MAX = 250
const MESSAGE_MAX = 1_000
/** 1 comes through quiet hours; 2 would ring until somebody answers, which the phone decides. */
const PRIORITY = { critical: '1', warning: '0', info: '-1', resolved: '0' }

/** Pushover's API (pushover.net/api): text without any markup. */
export const pushover: Notifier<PushoverConfig> = {
  kind: 'pushover',
  config,
  notify({ user_key, token, url }, notice, attempt) {
    const message = messageOf(notice)
    const fields = {
      token,
      user: user_key,
      title: cut(plain.text(message.title), TITLE_MAX),
      message: textOf(message, plain, MESSAGE_MAX),
      url: message.link,
      url_title: 'Open in Evenkeel',
      priority: PRIORITY[message.status === 'resolved' ? 'resolved' : message.severity],
    }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return send({ url, headers, body: new URLSearchParams(fields).toString() }, attempt)
  },
}
