import { z } from 'zod'
import { path } from '../model/marks.ts'

/** Where a syslog receiver is. `tls`: with `ca` where an authority of one's own has signed its certificate. */
export type SyslogTarget =
  | { over: 'udp' | 'tcp' | 'tls'; host: string; port: number; ca?: string | undefined }
  | { over: 'unix'; path: string }
/** Where the audit log is copied to as it grows. */
export type AuditCopies = { file: string | null; syslog: SyslogTarget | null }

/** IANA: syslog, syslog-conn, syslog-tls. */
const PORTS = { udp: 514, tcp: 601, tls: 6514 }
const FORMS = 'udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT, or unix:PATH of a stream socket'

/** `tls://logs.example:6514`, `unix:/run/syslog.sock`. Null: it is none. */
export function readSyslog(text: string): SyslogTarget | null {
  const [, own] = /^unix:(?:\/\/)?(\/[^\0]{1,100})$/s.exec(text) ?? []
  if (own) return { over: 'unix', path: own }
  const url = URL.parse(text)
  const over = (['udp', 'tcp', 'tls'] as const).find((one) => url?.protocol === `${one}:`)
  if (!url || !over || !url.hostname || url.username || url.password || url.search || url.hash || !/^\/?$/.test(url.pathname)) return null
  return { over, host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? PORTS[over] : Number(url.port) }
}

const address = z.string({ error: FORMS }).transform((text, context) => {
  const read = readSyslog(text)
  if (read) return read
  context.addIssue({ code: 'custom', message: FORMS })
  return z.NEVER
})

export const auditSchema = z
  .strictObject({
    file: path('the path of a file')
      .optional()
      .describe(
        'A file to which every entry is appended as a line of JSON, as `GET audit/export` answers it. It is opened anew for each write, so that it may be rotated at any time',
      ),
    syslog: address.optional().describe(`A syslog receiver (RFC 5424): ${FORMS}. Over streams with octet counting (RFC 6587, RFC 5425)`),
    ca: z
      .string()
      .refine((text) => text.includes('-----BEGIN '), { error: 'the PEM text itself; ca_file: PATH reads it from a file' })
      .optional()
      .describe(
        "PEM text of the authority that signed the receiver's certificate, with `tls://`. Without it the system's authorities count",
      ),
  })
  .refine(({ file, syslog }) => file !== undefined || syslog !== undefined, { error: 'file or syslog' })
  .refine(({ syslog, ca }) => ca === undefined || syslog?.over === 'tls', { path: ['ca'], error: 'only with a syslog of tls://' })
  .describe('Where the audit log is copied to as it grows, for those who must not depend on this machine')

/** The copies as the file asks for them. */
export function copiesOf(audit: z.output<typeof auditSchema> | undefined): AuditCopies | null {
  if (!audit) return null
  const { file = null, syslog = null, ca } = audit
  return { file, syslog: syslog?.over === 'tls' ? { ...syslog, ca } : syslog }
}
