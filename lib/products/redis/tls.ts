import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Place, RedisConfig } from './config.ts'

export type TlsConfig = Pick<RedisConfig, 'ca' | 'cert' | 'key'>

/** How TLS is spoken with a server: its certificate must be good for the host of the URL. A name goes into SNI, an address may not (RFC 6066). */
export function tlsOptions(place: Place, { ca, cert, key }: TlsConfig): ConnectionOptions {
  const host = place.host ?? ''
  return { host, ...(isIP(host) ? {} : { servername: host }), ...(ca ? { ca } : {}), ...(cert ? { cert, key } : {}) }
}

/** What a server that never answered may want, when it closes without a word (TLS 1.3 says why only after the handshake) … */
export const closedPerhaps = ({ tls, path }: Place, { cert }: TlsConfig): string => {
  if (tls) return cert ? '' : '; perhaps it asks for a certificate of ours: cert_file and key_file'
  return path === undefined ? '; perhaps it speaks TLS alone: rediss://' : ''
}
/** … and when it says nothing: Redis waits for the rest of what it takes for a command. */
export const mutePerhaps = ({ tls }: Place): string => (tls ? '; perhaps it speaks no TLS there: redis://' : '')
