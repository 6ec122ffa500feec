import type { ConnectionOptions } from 'node:tls'
import * as shared from '../tls.ts'
import type { Place } from './config.ts'

export type { TlsConfig } from '../tls.ts'

/** How TLS is spoken with a server: its certificate must be good for the host of the URL. */
export const tlsOptions = ({ host = '' }: Place, config: shared.TlsConfig): ConnectionOptions => shared.tlsOptions(host, config)

/** What a server that never answered may want, when it closes without a word (TLS 1.3 says why only after the handshake) … */
export const closedPerhaps = ({ tls, path }: Place, { cert }: shared.TlsConfig): string => {
  if (tls) return cert ? '' : '; perhaps it asks for a certificate of ours: cert_file and key_file'
  return path === undefined ? '; perhaps it speaks TLS alone: rediss://' : ''
}
/** … and when it says nothing: Redis waits for the rest of what it takes for a command. */
export const mutePerhaps = ({ tls }: Place): string => (tls ? '; perhaps it speaks no TLS there: redis://' : '')
