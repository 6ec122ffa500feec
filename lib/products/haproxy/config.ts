import { z } from 'zod'
import { path, url } from '../../model/marks.ts'
import { accessLog } from '../accessLog/place.ts'
import { parseSocketAddress, type SocketAddress, socketAddressText } from '../exchange.ts'
import { targetKeys } from '../targetKeys.ts'

const socket = z.string().refine((text) => parseSocketAddress(text) !== null, {
  message: 'tcp://HOST:PORT, unix:/PATH or /PATH, as in `stats socket` of haproxy.cfg',
})

const stats = z.string().refine((text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), {
  message: 'the statistics page as http://[USER:PASSWORD@]HOST:PORT/PATH',
})

/** HAProxy: the admin socket reads everything and sets weights; the statistics page alone reads; the file tells hashes and weights. */
export const haproxyConfig = z
  .strictObject({
    ...targetKeys('haproxy'),
    socket: url(socket)
      .optional()
      .describe(
        'The admin socket (`stats socket`) as `tcp://HOST:PORT` or `unix:/PATH`: reads, and sets weights and states. `socket` or `stats` is required',
      ),
    stats: url(stats).optional().describe('The statistics page, `http://[USER:PASSWORD@]HOST:PORT/PATH`: reads only'),
    config: path('the path of haproxy.cfg')
      .optional()
      .describe('haproxy.cfg, or the folder of its `*.cfg`. Read for what statistics lack: hash types, weights in the file. Never written'),
    accessLog: accessLog(
      'A JSON log of requests, for the references of caches behind it: `syslog://HOST:PORT`, where Evenkeel listens (UDP), or `file:///PATH`, which it follows',
    ),
  })
  .refine((config) => config.socket !== undefined || config.stats !== undefined, {
    path: ['socket'],
    message: 'needs `socket` (the admin socket: reads and tunes) or `stats` (the statistics page: reads)',
  })

export type HaproxyConfig = z.infer<typeof haproxyConfig>

/** The admin socket, where one is configured. */
export const socketOf = (config: HaproxyConfig): SocketAddress | null =>
  config.socket === undefined ? null : parseSocketAddress(config.socket)

/** Where it is, without secrets. */
export function haproxyAddress(config: HaproxyConfig): string {
  const socket = socketOf(config)
  if (socket) return socketAddressText(socket)
  const { host, pathname } = new URL(config.stats ?? 'http://unknown')
  return `${host}${pathname}`
}
