import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import { EvenkeelError } from '../../model/error.ts'

/** How much of a body is taken: of what is sent, and of what it becomes where it is compressed; `words` say what to do with more. `withinMs`: how long it may take to come. */
export type BodyLimit = { bytes: number; words: string; withinMs?: number }

const TRACE: BodyLimit = {
  bytes: 256 * 1024 * 1024,
  words: 'of trace are taken. Send a part of it, or the references of a sample of its keys.',
}

/** Writes a request's body to a file as it comes, without holding it; throws `too_large`, or `bad_request` where it is not what it says. */
export async function receive(request: Request, path: string): Promise<void> {
  if (!request.body) throw new EvenkeelError('bad_request', 'the body: it is empty; expected a trace.')
  const file = createWriteStream(path, { mode: 0o600 })
  try {
    await pipeBody(request, TRACE, file)
  } finally {
    // It opens and closes in its own time: before that, whoever removes the file removes nothing.
    file.destroy()
    if (!file.closed) await once(file, 'close')
  }
}

/** Gives a request's body to `sink` as it comes, unpacked; throws as `receive` does, and what `sink` throws. */
export async function pipeBody(
  request: Request,
  limit: BodyLimit,
  sink: Writable | ((chunks: AsyncIterable<Uint8Array>) => Promise<void>),
): Promise<void> {
  if (Number(request.headers.get('content-length') ?? 0) > limit.bytes) throw tooLarge(limit)
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() || 'identity'
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding))
    throw new EvenkeelError('bad_request', `Content-Encoding: expected gzip or none, found ${JSON.stringify(encoding.slice(0, 40))}.`)
  const body = request.body as NodeStream<Uint8Array>
  const unpack = encoding === 'identity' ? [] : [createGunzip(), limited(limit)]
  try {
    // Sources, transforms and sinks in one list: its overloads know only the parts one by one.
    const signal = limit.withinMs === undefined ? undefined : AbortSignal.timeout(limit.withinMs)
    const piped = (pipeline as (...parts: unknown[]) => Promise<void>)(body, limited(limit), ...unpack, sink, { signal })
    await (signal ? Promise.race([piped, ended(signal)]) : piped)
  } catch (error) {
    throw limit.withinMs !== undefined && /^(Abort|Timeout)Error$/.test((error as Error).name) ? tooSlow(limit.withinMs) : readable(error)
  }
}

const tooLarge = ({ bytes, words }: BodyLimit) => new EvenkeelError('too_large', `the body: at most ${bytes / 1024 / 1024} MB ${words}`)

/** Rejects when it aborts: a pipeline waits for a source that hangs. */
const ended = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))

const tooSlow = (ms: number) => new EvenkeelError('bad_request', `the body: it did not come within ${ms / 1_000} s.`)

function limited(limit: BodyLimit): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.byteLength
      if (size > limit.bytes) done(tooLarge(limit))
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
