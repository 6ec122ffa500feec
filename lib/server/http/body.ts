import { EvenkeelError } from '../../model/error.ts'

const BODY_MAX = 1 << 20
/** Limit on the nesting of a body; those of this API nest ten deep at most. */
const DEPTH_MAX = 64
/** How many bytes of a refused body are read and dropped before the connection is closed. */
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
  const bytes = Buffer.concat(chunks)
  if (depthOf(bytes) > DEPTH_MAX) throw new EvenkeelError('bad_request', `The body nests deeper than ${DEPTH_MAX} levels.`)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new EvenkeelError('bad_request', 'The body is not JSON in UTF-8.')
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}')

/** How deep JSON nests. Counted before it is parsed: what walks the tree later (validation, a copy to another thread) recurses by its depth. */
function depthOf(json: Uint8Array): number {
  let depth = 0
  let deepest = 0
  let inText = false
  for (let index = 0; index < json.length; index++) {
    const byte = json[index]
    if (byte === QUOTE) inText = !inText
    else if (inText) {
      if (byte === BACKSLASH) index++
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) deepest = Math.max(deepest, ++depth)
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--
  }
  return deepest
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
