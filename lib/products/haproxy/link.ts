import type { PolledWithLog } from '../accessLog/referenceFeeds.ts'
import { openRequestLog, type RequestLog } from './accessLog.ts'
import type { Beside } from './beside.ts'
import type { ConfigFileRead } from './client.ts'
import type { HaproxyConfig } from './config.ts'

/** What the slower probes last read; the statistics are understood with it. */
export type HaproxyLink = { config: HaproxyConfig; file: ConfigFileRead | null; requests: RequestLog } & Pick<
  Beside,
  'state' | 'version' | 'writable'
>

export const openLink = (config: HaproxyConfig & PolledWithLog, writable: true | string): HaproxyLink => ({
  config,
  requests: openRequestLog(config),
  file: null,
  state: null,
  version: null,
  writable,
})

export const closeLink = async ({ requests }: HaproxyLink): Promise<void> => requests.source?.close()
