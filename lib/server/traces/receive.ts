import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import { EvenkeelError } from '../../model/error.ts'

/** Of what is sent, and of what it becomes where it is compressed. */
const BODY_MAX = 256 * 1024 * 1024
const tooLarge = () =>
  new EvenkeelError(
    'too_large',
    `the body: at most ${BODY_MAX / 1024 / 1024} MB of trace are taken. Send a part of it, or the references of a sample of its keys.`,
  )

/** Writes a request's body to a file as it comes, without holding it; throws `too_large`, or `bad_request` where it is not what it says. */
export async function receive(request: Request, path: string): Promise<void> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_MAX) throw tooLarge()
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() || 'identity'
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding))
    throw new EvenkeelError('bad_request', `Content-Encoding: expected gzip or none, found ${JSON.stringify(encoding.slice(0, 40))}.`)
  if (!request.body) throw new EvenkeelError('bad_request', 'the body: it is empty; expected a trace.')
  const body = request.body as NodeStream<Uint8Array>
  const file = createWriteStream(path, { mode: 0o600 })
  try {
    await (encoding === 'identity' ? pipeline(body, limited(), file) : pipeline(body, limited(), createGunzip(), limited(), file))
  } catch (error) {
    throw readable(error)
  }
}

function limited(): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.byteLength
      if (size > BODY_MAX) done(tooLarge())
      else done(null, chunk)
    },
  })
}

function readable(error: unknown): unknown {
  if (error instanceof EvenkeelError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new EvenkeelError('unavailable', 'The disk of the data folder is full: the trace was not taken.')
  if (code?.startsWith('Z_'))
    return new EvenkeelError('bad_request', 'the body: it is not gzip, as Content-Encoding says, or ends too early.')
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || (error as Error).name === 'AbortError')
    return new EvenkeelError('bad_request', 'the body: it ended before it was whole.')
  return error
}
