import { z } from 'zod'
import { browserAnswer, browsersAnswer } from '../../model/answers/browser.ts'
import { anything } from '../../model/answers/shape.ts'
import { id } from '../http/inputs.ts'
import { iso } from '../http/iso.ts'
import { operation } from '../http/operation.ts'
import type { Runtime } from '../runtime.ts'
import type { Browser } from './browsers.ts'

const tag = 'Alerts'
/** The point of a P-256 key, uncompressed, and a secret of 16 bytes (RFC 8291). */
const bytesOf = (count: number, what: string) =>
  z
    .string()
    .max(200)
    .refine((text) => /^[\w-]+$/.test(text) && Buffer.from(text, 'base64url').length === count, { error: what })

const browserView = ({ id, at }: Pick<Browser, 'id' | 'at'>) => ({ id, at: iso(at) })
const receiversOf = ({ config }: Runtime) =>
  config.receivers.filter(({ channels }) => channels.some(({ kind }) => kind === 'webpush')).map(({ name }) => name)

export const browserOperations = [
  operation({
    method: 'GET',
    path: 'browsers',
    role: 'viewer',
    summary: "One's own browsers that are subscribed to notices, and what a browser needs to subscribe",
    tag,
    answer: browsersAnswer,
    run: ({ runtime, identity }) => ({
      key: runtime.browsers.keys().publicKey,
      receivers: receiversOf(runtime),
      items: runtime.browsers.of(identity!).map(browserView),
    }),
  }),
  operation({
    method: 'POST',
    path: 'browsers',
    role: 'viewer',
    touches: 'nothing',
    audit: { what: 'browser-subscribed', answer: ['id'] },
    summary: 'Subscribes a browser to notices (Web Push): of receivers that have the channel `webpush`',
    tag,
    body: z.strictObject({
      endpoint: z.url({ protocol: /^https?$/, error: 'an https address' }).max(2_000),
      keys: z.strictObject({
        p256dh: bytesOf(65, 'a key of 65 bytes in base64url'),
        auth: bytesOf(16, 'a secret of 16 bytes in base64url'),
      }),
    }),
    answer: browserAnswer,
    status: 201,
    problems: ['invalid', 'not_allowed'],
    run: ({ runtime, body, identity }) => browserView(runtime.browsers.subscribe(body, identity!)),
  }),
  operation({
    method: 'DELETE',
    path: 'browsers/{id}',
    role: 'viewer',
    touches: 'nothing',
    audit: { what: 'browser-unsubscribed' },
    summary: "Ends the subscription of one's own browser",
    tag,
    params: id,
    answer: anything,
    status: 204,
    problems: ['not_found'],
    run: ({ runtime, params, identity }) => runtime.browsers.unsubscribe(params.id, identity!),
  }),
]
