import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { address, token } from './address.ts'
import { bytes, cut, plain, textOf } from './markup.ts'
import { messageOf } from './message.ts'
import { send } from './send.ts'

const config = z
  .strictObject({
    url: address.describe('Address of the server with the topic, `https://ntfy.sh/my-topic`'),
    token: token.optional().describe('Access token'),
  })
  .describe('A topic of ntfy')
export type NtfyConfig = z.output<typeof config>

/** ntfy makes an attachment of what is longer than 4,096 bytes. */
const BYTES_MAX = 4_000
const PRIORITY = { critical: '5', warning: '4', info: '2', resolved: '3' }
const TAG = { critical: 'rotating_light', warning: 'warning', info: 'information_source', resolved: 'white_check_mark' }

/** A header is ASCII: other text goes as RFC 2047 has it, which ntfy reads. */
const header = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`)

/** ntfy's publishing (docs.ntfy.sh/publish): the message is the body, without any markup, the rest are headers. */
export const ntfy: Notifier<NtfyConfig> = {
  kind: 'ntfy',
  config,
  notify({ url, token }, notice, attempt) {
    const message = messageOf(notice)
    const level = message.status === 'resolved' ? 'resolved' : message.severity
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      title: header(plain.text(cut(message.title, 200))),
      priority: PRIORITY[level],
      tags: TAG[level],
      click: new URL(message.link).href,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    return send({ url, headers, body: textOf(message, plain, BYTES_MAX, bytes) }, attempt)
  },
}
