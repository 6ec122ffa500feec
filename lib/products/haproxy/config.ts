import { z } from 'zod'
import { path, url } from '../../model/marks.ts'
import { accessLog } from '../accessLog/place.ts'
import { parseSocketAddress, type SocketAddress, socketAddressText } from '../exchange.ts'
import { targetKeys } from '../targetKeys.ts'
import { dataplaneConfig } from './dataplane/config.ts'

const socket = z.string().refine((text) => parseSocketAddress(text) !== null, {
  message: 'tcp://HOST:PORT, unix:/PATH or /PATH, as in `stats socket` of haproxy.cfg',
})

const stats = z.string().refine((text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), {
  message: 'the statistics page as http://[USER:PASSWORD@]HOST:PORT/PATH',
})

/** HAProxy: the admin socket and the Data Plane API read everything and set weights; the statistics page alone reads; the file tells hashes and weights. */
export const haproxyConfig = z
  .strictObject({
    ...targetKeys('haproxy'),
    socket: url(socket)
      .optional()
      .describe(
        'The admin socket (`stats socket`) as `tcp://HOST:PORT` or `unix:/PATH`: reads, and sets weights and states. `socket`, `stats` or `dataplane` is required',
      ),
    stats: url(stats).optional().describe('The statistics page, `http://[USER:PASSWORD@]HOST:PORT/PATH`: reads only'),
    dataplane: dataplaneConfig
      .optional()
      .describe(
        'The Data Plane API (version 3) of a HAProxy elsewhere: reads, and sets weights and states. Instead of `socket`, `stats` and `config`',
      ),
    write: z
      .strictObject({
        socket: url(socket).describe('The admin socket of `level admin`, where `socket` is of a lesser level or `stats` alone reads'),
      })
      .optional()
      .describe(
        'Another way in for what writes; what only reads never takes it. Default: the same one. With `dataplane` it is `dataplane.writer`',
      ),
    config: path('the path of haproxy.cfg')
      .optional()
      .describe('haproxy.cfg, or the folder of its `*.cfg`. Read for what statistics lack: hash types, weights in the file. Never written'),
    accessLog: accessLog(
      'A JSON log of requests, for the references of caches behind it: `syslog://HOST:PORT`, where Evenkeel listens (UDP), or `file:///PATH`, which it follows',
    ),
  })
  .superRefine((config, context) => {
    const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    if ((config.socket ?? config.stats ?? config.dataplane) === undefined)
      issue(
        'socket',
        'needs `socket` (the admin socket: reads and tunes), `dataplane` (the same by HTTPS) or `stats` (the statistics page: reads)',
      )
    if (config.dataplane === undefined) return
    if (config.write) issue('write', 'another user of the Data Plane API is `dataplane.writer`')
    if ((config.socket ?? config.stats) !== undefined) issue('dataplane', 'one way to the server: `dataplane`, or `socket` and `stats`')
    if (config.config !== undefined) issue('config', 'the Data Plane API tells the file itself: leave `config` out')
  })

export type HaproxyConfig = z.infer<typeof haproxyConfig>

/** The admin socket, where one is configured. */
export const socketOf = (config: HaproxyConfig): SocketAddress | null =>
  config.socket === undefined ? null : parseSocketAddress(config.socket)

/** The admin socket that is written to: the one of `write`, where one is configured. */
export const writeSocketOf = (config: HaproxyConfig): SocketAddress | null =>
  config.write ? parseSocketAddress(config.write.socket) : socketOf(config)

/** Where it is, without secrets. */
export function haproxyAddress(config: HaproxyConfig): string {
  const socket = socketOf(config)
  if (socket) return socketAddressText(socket)
  if (config.dataplane) return new URL(config.dataplane.url).host
  const { host, pathname } = new URL(config.stats ?? 'http://unknown')
  return `${host}${pathname}`
}
