import { apiUrl, Problem, problemOf } from '@/components/frame/api.ts'
import type { TraceView } from '@/lib/model/answers/trace.ts'

/** What the API takes at the most, as it is sent. */
const BODY_MAX = 256 * 1024 * 1024
const GZIP = [0x1f, 0x8b]
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd]

/** How far an upload is: part of the file that was sent, or at 1 being read by the server. */
export type OnProgress = (sent: number) => void

/** What speaks against sending a file, before any of it is sent; else whether it is compressed. Pure. */
export function packingOf(size: number, head: Uint8Array): { gzip: boolean } | { because: string } {
  const begins = (magic: readonly number[]) => magic.every((byte, at) => head[at] === byte)
  if (size === 0) return { because: 'The file is empty.' }
  if (size > BODY_MAX)
    return { because: 'The file is over 256 MB. Send a part of it, or the references of a sample of its keys; gzip is taken.' }
  if (begins(ZSTD)) return { because: 'The file is compressed by zstd: unpack it first (zstd -d), or compress it by gzip.' }
  return { gzip: begins(GZIP) }
}

/**
 * Sends a file from the disk, without holding it. By XMLHttpRequest: fetch tells no progress of what is sent.
 * @throws Problem with the line that cannot be read
 */
export async function upload(file: File, onProgress: OnProgress, signal: AbortSignal): Promise<TraceView> {
  const packing = packingOf(file.size, new Uint8Array(await file.slice(0, 4).arrayBuffer()))
  if ('because' in packing) throw new Problem(0, 'bad_request', 'This file was not sent', packing.because)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', apiUrl('traces', { name: nameOf(file.name) }))
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', 'application/octet-stream')
    if (packing.gzip) request.setRequestHeader('content-encoding', 'gzip')
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.upload.onload = () => onProgress(1)
    request.onload = () =>
      request.status === 201
        ? resolve(JSON.parse(request.responseText) as TraceView)
        : reject(problemOf(request.status, request.responseText))
    request.onerror = () =>
      reject(
        new Problem(0, 'offline', 'The upload broke off', 'The connection to Evenkeel ended before the file was sent. Nothing was kept.'),
      )
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}

/** What a file is called as a trace: without the endings that only say how it is written. */
export const nameOf = (file: string): string =>
  file.replace(/(\.(csv|txt|keys|trace|bin|oracleGeneral|gz))+$/i, '').slice(0, 200) || 'trace'
