import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Outcome } from '../model/notifier.ts'
import { again, silence, smtpOutcome } from './outcome.ts'

export type Smarthost = { host: string; port: number }

/** A connection that ends with the try. Names are looked up by the system, as everywhere else. */
export async function connected({ host, port }: Smarthost, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port })
  const end = () => socket.destroy(new Error('no answer in time'))
  signal.addEventListener('abort', end, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', end))
  await once(socket, 'connect', { signal })
  return socket
}

type Refusal = { responseCode?: number; code?: string }
/** What a mail server said of the recipients of a message. */
type Sent = { accepted: unknown[]; rejectedErrors?: Refusal[] | undefined }

/** What became of a message. A recipient who is refused for now has it tried again, with the same `Message-ID` for those who have it already. */
export async function mailOutcome(sending: () => Promise<Sent>, signal: AbortSignal): Promise<Outcome> {
  const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  try {
    const { accepted, rejectedErrors = [] } = await Promise.race([sending(), ended])
    const codes = rejectedErrors.map(({ responseCode }) => responseCode)
    const forNow = codes.find((code) => code !== undefined && code < 500)
    if (forNow !== undefined) return smtpOutcome(forNow, '')
    const refused =
      codes.length > 0 ? `, ${codes.length} of ${codes.length + accepted.length} recipients refused (${codes.join(', ')})` : ''
    return { delivered: true, retry: false, answer: `SMTP 250${refused}` }
  } catch (error) {
    if (signal.aborted) return again(silence(signal.reason))
    const { responseCode, code, rejectedErrors = [] } = error as Refusal & { rejectedErrors?: Refusal[] }
    if (code === 'ETLS') return again('no TLS: nothing was sent')
    const forNow = rejectedErrors.find((one) => one.responseCode !== undefined && one.responseCode < 500)
    return smtpOutcome(forNow?.responseCode ?? responseCode, silence(error))
  }
}
