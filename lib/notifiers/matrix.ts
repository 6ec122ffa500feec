import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { address, token } from './address.ts'
import { matrixHtml, plain, textOf } from './markup.ts'
import { messageOf } from './message.ts'
import { below, send } from './send.ts'

const config = z
  .strictObject({
    homeserver: address.describe('Address of the homeserver'),
    room: z
      .string()
      .regex(/^![^\s\p{Cc}]+$/u, 'the id of a room, `!id:server`')
      .describe('Its id, `!id:server`'),
    token: token.describe('Access token of a user who is in it'),
  })
  .describe('A room of Matrix')
export type MatrixConfig = z.output<typeof config>

/** Matrix takes events of 65,536 bytes; the text is in it twice. */
const TEXT_MAX = 10_000

/**
 * Matrix's client-server API (spec.matrix.org, "PUT /rooms/{roomId}/send"). The transaction id is the delivery's, so that a try whose answer was
 * lost makes no second message. An empty `m.mentions` says that the text calls nobody.
 */
export const matrix: Notifier<MatrixConfig> = {
  kind: 'matrix',
  config,
  notify({ homeserver, room, token }, notice, attempt) {
    const message = messageOf(notice)
    const body = {
      msgtype: 'm.text',
      body: `${plain.text(message.title)}\n\n${textOf(message, plain, TEXT_MAX)}`,
      format: 'org.matrix.custom.html',
      formatted_body: `<strong>${matrixHtml.text(message.title)}</strong><br><br>${textOf(message, matrixHtml, TEXT_MAX * 2)}`,
      'm.mentions': {},
    }
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${attempt.id}`
    const headers = { authorization: `Bearer ${token}` }
    return send({ url: below(homeserver, path), method: 'PUT', headers, body: JSON.stringify(body) }, attempt)
  },
}
