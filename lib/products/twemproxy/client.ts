import { z } from 'zod'
import { path, url } from '../../model/marks.ts'
import type { TargetConfig } from '../../model/product.ts'
import { exchange, parseSocketAddress } from '../exchange.ts'
import { targetKeys } from '../targetKeys.ts'

const argv = z.array(z.string().min(1)).min(1)

export const twemproxyConfig = z.strictObject({
  ...targetKeys('twemproxy'),
  stats: url(
    z
      .string()
      .refine((text) => /^tcp:/.test(text) && parseSocketAddress(text) !== null, 'tcp://HOST:PORT, the statistics port (22222 by default)'),
  ).describe('The statistics port, `tcp://HOST:PORT` (22222 by default)'),
  config: path('the path of nutcracker.yml')
    .optional()
    .describe('nutcracker.yml: the only source of weights, names and hash functions. Without it pools are shown without a ring'),
  restart: argv
    .optional()
    .describe(
      'The command that restarts it, as a list of words (no shell): `[systemctl, restart, nutcracker]`. Without it weights are read only',
    ),
  program: z.string().min(1).default('nutcracker').describe('The program that tests a configuration; called with `-t -c FILE`'),
})
export type TwemproxyConfig = z.infer<typeof twemproxyConfig> & TargetConfig
export type TwemproxyLink = { config: TwemproxyConfig }

/** Connects, and reads the one JSON that twemproxy sends before it closes (nc_stats.c). */
export const readStats = (config: TwemproxyConfig, signal: AbortSignal): Promise<string> =>
  exchange(parseSocketAddress(config.stats)!, '', signal)
