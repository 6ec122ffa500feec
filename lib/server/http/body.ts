import { EvenkeelError } from '../../model/error.ts'

export const BODY_MAX = 1 << 20
/** Of a refused body, taken in and thrown away before the connection is cut. */
const DISCARD_MAX = 32 << 20

/** Reads a JSON body of at most 1 MB; an empty one is `{}`. Stops reading at the limit, whatever Content-Length says. */
export async function readBody(request: Request): Promise<unknown> {
  const tooLarge = () => new EvenkeelError('too_large', `The body is larger than ${BODY_MAX} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > BODY_MAX) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > BODY_MAX) {
      void discard(reader)
      throw tooLarge()
    }
    chunks.push(value)
  }
  if (size === 0) return {}
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw new EvenkeelError('bad_request', 'The body is not JSON in UTF-8.')
  }
}

/** A body that is cancelled takes its connection along: the client would read a reset, now or at its next request, and not the refusal. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    for (let size = 0; size < DISCARD_MAX; ) {
      const { done, value } = await reader.read()
      if (done) return
      size += value.byteLength
    }
    await reader.cancel()
  } catch {
    // The client left first.
  }
}
