import { z } from 'zod'
import { path, url } from '../../model/marks.ts'
import { accessLog } from '../accessLog/place.ts'
import { parseSocketAddress, type SocketAddress, socketAddressText } from '../exchange.ts'
import { role, targetKeys } from '../targetKeys.ts'

const command = z.array(z.string().min(1)).min(1)

/** Varnish Cache: counters by `varnishstat` or its exporter; backends, directors and parameters by the management port. */
export const varnishConfig = z
  .strictObject({
    ...targetKeys('varnish'),
    stat: command
      .optional()
      .describe(
        'The command that prints its counters as JSON, as a list of words (no shell). Add `-n NAME` where varnishd has a working folder of its own. Default: `[varnishstat, -j]`, where no `exporter` is given',
      ),
    exporter: url(z.url({ protocol: /^https?$/, error: 'http(s)://[USER:PASSWORD@]HOST:PORT/PATH' }))
      .optional()
      .describe('The page of prometheus_varnish_exporter, `http://HOST:9131/metrics`, instead of `stat`'),
    admin: url(z.string().refine((text) => parseSocketAddress(text) !== null, { message: 'HOST:PORT, as in `-T` of varnishd' }))
      .optional()
      .describe('The management port (`-T` of varnishd), `HOST:PORT`: backends, directors and parameters, and what is set'),
    secret_file: path()
      .optional()
      .describe('The file of its secret (`-S` of varnishd), read at each login, byte by byte. Not needed with `-S none`'),
    accessLog: accessLog(
      'The log of varnishncsa in the format of the product’s page, for times of answers: `file:///PATH`, which is followed, or `syslog://HOST:PORT`, where Evenkeel listens (UDP)',
    ),
    role,
  })
  .superRefine((config, context) => {
    const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    if (config.stat !== undefined && config.exporter !== undefined) issue('exporter', 'one way to read the counters: stat or exporter')
    if (config.secret_file !== undefined && config.admin === undefined) issue('admin', 'secret_file is for the management port: give admin')
  })

export type VarnishConfig = z.output<typeof varnishConfig>

export const statCommand = ({ stat }: VarnishConfig): readonly string[] => stat ?? ['varnishstat', '-j']

/** The management port, where one is configured. */
export const adminOf = ({ admin }: VarnishConfig): SocketAddress | null => (admin === undefined ? null : parseSocketAddress(admin))

/** Where it is, without secrets. */
export function varnishAddress(config: VarnishConfig): string {
  const admin = adminOf(config)
  if (admin) return socketAddressText(admin)
  if (config.exporter === undefined) return statCommand(config).join(' ')
  const { host, pathname } = new URL(config.exporter)
  return `${host}${pathname}`
}
