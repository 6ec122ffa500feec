import { expect, test } from 'vitest'
import { problemResponse } from '../http/problem.ts'
import type { Runtime } from '../runtime.ts'
import { events } from './response.ts'
import { createStream } from './stream.ts'

test('beyond two thousand streams a further one is refused for now, and told when to come again', () => {
  const stream = createStream({ boot: 'b', newest: () => ({}) as never })
  const open = () => events({ stream } as Runtime, new Request('http://evenkeel/api/v1/events'), [], async () => true)
  for (let i = 0; i < 2_000; i++) open()
  let refused: unknown
  try {
    open()
  } catch (error) {
    refused = error
  }
  const answer = problemResponse(refused)
  expect([answer.status, answer.headers.get('retry-after'), stream.readers()]).toEqual([503, '5', 2_000])
  stream.close()
  expect(stream.readers()).toBe(0)
})
