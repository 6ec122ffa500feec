import { EvenkeelError } from './error.ts'

/**
 * Size cap of one answer of a watched server, in bytes. The largest honest ones (CSV of 15,000 HAProxy servers, CLIENT LIST of 25,000 clients,
 * Envoy's clusters with 3,000 hosts) stay below; more would hold the event loop for over 100 ms while it is parsed.
 */
export const ANSWER_MAX_BYTES = 8 * 1024 * 1024

/** The error for an answer over the cap: how large it is where the server said so beforehand. */
export function tooLarge(where: string, bytes?: number): EvenkeelError {
  const size = bytes === undefined ? `more than ${mebibytes(ANSWER_MAX_BYTES)}` : `an answer of ${mebibytes(bytes)}`
  return new EvenkeelError('too_large', `${where} sent ${size}; at most ${mebibytes(ANSWER_MAX_BYTES)} are read`)
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MiB`

/** A response's whole body within the size cap. Counts what a compressed body becomes; throws `too_large`, before the first byte where its length says so. */
export async function bytesWithin(response: Response, where: string): Promise<Uint8Array> {
  const announced = Number(response.headers.get('content-length') ?? 0)
  if (announced > ANSWER_MAX_BYTES) {
    await response.body?.cancel()
    throw tooLarge(where, announced)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > ANSWER_MAX_BYTES) throw tooLarge(where)
    chunks.push(chunk)
  }
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}
