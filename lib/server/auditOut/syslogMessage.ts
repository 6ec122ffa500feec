import { type AuditEntry, canonical } from '../../model/audit.ts'

/** RFC 5424: facility 13, log audit; severity by outcome: notice, warning, error. */
const FACILITY = 13
const SEVERITY: Record<AuditEntry['outcome'], number> = { done: 5, refused: 4, failed: 3 }
/** The largest `sequenceId` of RFC 5424. */
const SEQUENCE_MAX = 2_147_483_647

/** A field of the header: printable ASCII without blanks. */
const field = (text: string, max: number) => text.replace(/[^!-~]/g, '_').slice(0, max) || '-'

/**
 * An entry as a message of RFC 5424: its text is the entry's canonical JSON in ASCII alone, so that no receiver has to guess an encoding and no
 * control character reaches a terminal. Parsed, it is the entry with its hash.
 */
export function syslogMessage(entry: AuditEntry, { host, pid }: { host: string; pid: number }): string {
  const priority = FACILITY * 8 + SEVERITY[entry.outcome]
  const sequence = ((entry.seq - 1) % SEQUENCE_MAX) + 1
  return `<${priority}>1 ${entry.at} ${field(host, 255)} evenkeel ${pid} ${field(entry.what, 32)} [meta sequenceId="${sequence}"] ${ascii(canonical(entry))}`
}

/** JSON with every other character as `\uXXXX`. JSON itself has escaped those below the blank. */
const ascii = (json: string) => json.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Octet counting of RFC 6587 and RFC 5425: the length before the message. The message is ASCII: its length is that of its bytes. */
export const counted = (message: string): string => `${message.length} ${message}`
