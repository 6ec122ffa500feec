import type { SocketAddress } from '../exchange.ts'
import type { ConfigFile } from './configFile.ts'
import type { StateRow } from './serversState.ts'

/** What is known beside the statistics. */
export type Beside = {
  state: StateRow[] | null
  file: ConfigFile | null
  version: string | null
  /** True, or why nothing can be set at run time. */
  writable: true | string
  /** Why weights cannot be set, where states can. */
  fixedWeights?: string
  /** Changes go into haproxy.cfg, and each is a reload. */
  inFile?: boolean
  /** The admin socket. */
  socket: SocketAddress | null
}
