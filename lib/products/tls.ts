import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { z } from 'zod'
import { secret } from '../model/marks.ts'

const pem = (name: string) =>
  z.string().refine((text) => text.includes('-----BEGIN '), { message: `the PEM text itself; ${name}_file: PATH reads it from a file` })

/** Keys of a target's configuration for TLS. `when` says with which of its addresses they count, `asking` what makes a server ask for a certificate. */
export const tlsKeys = (when: string, asking: string) => ({
  ca: pem('ca')
    .optional()
    .describe(`PEM text of the authority that signed the server's certificate, with ${when}. Without it the system's authorities count`),
  cert: pem('cert').optional().describe(`PEM text of Evenkeel's client certificate, where the server asks for one (${asking})`),
  key: secret(pem('key')).optional().describe('PEM text of the key of `cert`'),
})

export type TlsConfig = { ca?: string | undefined; cert?: string | undefined; key?: string | undefined }

/** Of `cert` and `key` the one that is missing, and why that is wrong; null: both or none are given. */
export function halfCertificate({ cert, key }: TlsConfig): { missing: 'cert' | 'key'; message: string } | null {
  if ((cert === undefined) === (key === undefined)) return null
  return {
    missing: cert === undefined ? 'cert' : 'key',
    message: 'cert and key belong together: a certificate of our own, and its key',
  }
}

/** How TLS is spoken with a server: its certificate must be good for `host`. A name goes into SNI, an address may not (RFC 6066). */
export function tlsOptions(host: string, { ca, cert, key }: TlsConfig): ConnectionOptions {
  return { host, ...(isIP(host) ? {} : { servername: host }), ...(ca ? { ca } : {}), ...(cert ? { cert, key } : {}) }
}

/** What is wrong with a handshake, by the library's words. `address`: what the configuration calls the place; `plain`: how it says "without TLS". */
export const tlsWords = (address: string, plain: string): [RegExp, string][] => [
  [/altnames|does not match certificate/i, `its TLS certificate is for another host than the ${address} names`],
  [/certificate has expired/i, 'its TLS certificate has ended'],
  [/certificate required|bad certificate|unknown ca/i, 'it asks for a certificate of ours that it knows: cert_file and key_file'],
  [/self.signed|unable to (verify|get)/i, 'the authority that signed its TLS certificate is not known here: ca_file'],
  [/wrong version number|packet length too long/i, `it does not speak TLS there: ${plain}`],
  [/certificate|SSL|TLS/i, 'its TLS certificate or handshake is not accepted'],
]
