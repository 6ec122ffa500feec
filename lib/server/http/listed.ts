import { HEADERS } from './headers.ts'

/**
 * A JSON object with one list, sent item by item: a long list is neither held in memory nor turned into text at once, and is computed no
 * faster than it is read. What goes wrong before the first item is thrown.
 */
export async function listed(key: string, items: AsyncIterable<unknown>): Promise<Response> {
  const iterator = items[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let next = await iterator.next()
  let before = `{${JSON.stringify(key)}:[`
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done) {
        controller.enqueue(encoder.encode(`${before === ',' ? '' : before}]}`))
        controller.close()
        return
      }
      controller.enqueue(encoder.encode(before + JSON.stringify(next.value)))
      before = ','
      next = await iterator.next()
    },
    async cancel() {
      await iterator.return?.()
    },
  })
  return new Response(body, { headers: { ...HEADERS, 'content-type': 'application/json' } })
}
