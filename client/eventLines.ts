/** One server-sent event, of those of its fields that Evenkeel sends. */
export type ServerEvent = { id: string | null; type: string; data: string }

/** Longer ones are none of Evenkeel's. */
const EVENT_MAX = 1_048_576

/**
 * Reads `text/event-stream` (HTML Living Standard, 9.2.6) as it comes, chunk by chunk, until it ends or `stop` is aborted. The stream is
 * cancelled here: a request that was garbage-collected while its answer still comes no longer hears of the signal it was given.
 */
export async function* eventsOf(body: ReadableStream<Uint8Array>, stop?: AbortSignal): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const cancel = () => void reader.cancel(stop?.reason).catch(() => {})
  stop?.addEventListener('abort', cancel)
  if (stop?.aborted) cancel()
  const decoder = new TextDecoder()
  let rest = ''
  let event: ServerEvent = { id: null, type: 'message', data: '' }
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
      rest = lines.pop()!
      if (rest.length + event.data.length > EVENT_MAX) throw new Error('an event of over a megabyte')
      for (const line of lines.map((one) => one.replace(/\r$/, ''))) {
        if (line === '') {
          if (event.data !== '') yield event
          event = { id: event.id, type: 'message', data: '' }
          continue
        }
        const [, field, text] = /^([a-z]+): ?(.*)$/s.exec(line) ?? []
        if (field === 'id') event.id = text!
        else if (field === 'event') event.type = text!
        else if (field === 'data') event.data += (event.data === '' ? '' : '\n') + text
      }
    }
  } finally {
    stop?.removeEventListener('abort', cancel)
    await reader.cancel().catch(() => {})
  }
}
